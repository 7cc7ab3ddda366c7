"""A room adds parts to the mails of its kinds, for those who want them."""

from types import SimpleNamespace

import pytest
from django.core.mail import EmailMultiAlternatives

from notices import attachments
from notices.attachments import Maker, Part

WANTS, WANTS_NOT = SimpleNamespace(wants=True), SimpleNamespace(wants=False)
INVITATION = Part("booking.ics", "text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\n")


@pytest.fixture(autouse=True)
def maker(monkeypatch):
    monkeypatch.setattr(attachments, "_makers", {})
    maker = Maker(
        wanted_by=lambda to: to.wants,
        parts=lambda _to, context: [INVITATION] * context["count"],
    )
    attachments.register(["booking-confirmed", "booking-changed"], maker)


@pytest.mark.parametrize(
    ("kind", "to", "carries"),
    [
        ("booking-confirmed", WANTS, True),
        ("booking-changed", WANTS, True),
        ("booking-confirmed", WANTS_NOT, False),
        ("alarm", WANTS, False),
    ],
)
def test_only_registered_kinds_and_willing_people_get_parts(kind, to, carries):
    assert attachments.is_carrier(kind, to) is carries
    assert attachments.parts_of(kind, to, {"count": 1}) == ((INVITATION,) if carries else ())


def mail_with(*parts):
    outgoing = EmailMultiAlternatives("Booked", "Booked.", to=["alice@example.org"])
    outgoing.attach_alternative("<p>Booked.</p>", "text/html")
    attachments.attach(outgoing, parts)
    return outgoing.message()


def test_one_part_is_another_form_of_the_mail():
    message = mail_with(INVITATION, INVITATION)
    assert message.get_content_type() == "multipart/alternative"
    *_words, invitation = message.get_payload()
    assert invitation.get_content_type() == "text/calendar"
    assert invitation.get_param("method") == "REQUEST"
    assert invitation.get_param("charset") == "utf-8"
    assert invitation.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"


def test_several_are_files_beside_it():
    other = Part("other.ics", "text/calendar; method=CANCEL", "END:VCALENDAR\r\n")
    message = mail_with(INVITATION, other)
    words, *files = message.get_payload()
    assert words.get_content_type() == "multipart/alternative"
    assert [file.get_filename() for file in files] == ["booking.ics", "other.ics"]
    assert [file.get_param("method") for file in files] == ["REQUEST", "CANCEL"]


def test_a_mail_without_parts_stays_as_it_is():
    assert len(mail_with().get_payload()) == 2
