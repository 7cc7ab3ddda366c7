"""Mail through a real SMTP server: each kind arrives whole, and no letter suffers for another."""

import smtplib
from datetime import timedelta

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from demo.processes import free_port
from notices import mail
from notices.kinds import KINDS
from notices.models import Outbox
from notices.services import BACK_OFF, post, send_due
from notices.transport import Line
from tests.notices.letters import CONTEXTS
from tests.notices.mailserver import ADDRESS, Postman, running
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def postman(settings):
    postman = Postman()
    with running(postman) as port:
        use(settings, port)
        yield postman


def use(settings, port, timeout=60):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = ADDRESS, port, timeout
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.fixture
def world():
    return a_world()


def write(to, key, kind="booking-confirmed", at=NOW, **more):
    post(to=to, kind=kind, key=key, context={**CONTEXTS[kind], **more}, at=at)


def to_all(world, **more):
    for number, to in enumerate([world.alice, world.bob, world.charlie]):
        write(to, f"to-{to.pk}", at=NOW + timedelta(microseconds=number), **more)


def row(to):
    return Outbox.objects.get(to=to)


def test_every_kind_arrives_whole(world, postman):
    people = {
        kind: a_member(f"M{number} Reader", plan=None, space=world.space)
        for number, kind in enumerate(sorted(KINDS))
    }
    for kind, to in people.items():
        context = {**CONTEXTS[kind], "starts": "2026-12-24T13:00:00+00:00"}
        context |= dict.fromkeys(("ends", "until", "lapses_at"), "2026-12-24T14:30:00+00:00")
        Outbox.objects.create(to=to, kind=kind, key=kind, context=context, at=NOW)
        to.wishes.create(kind=kind, choice="now")
    send_due(NOW)
    assert not Outbox.objects.exclude(last_error="").exists()
    letters = {letter["To"]: letter for letter in postman.letters}
    assert letters.keys() == {to.email for to in people.values()}
    for kind, to in people.items():
        letter = letters[to.email]
        text = letter.get_body(("plain",)).get_content()
        assert text.startswith(f"Hello {to.name},"), kind
        assert letter.get_body(("html",)).get_content().startswith("<!doctype html>")
        assert letter["Message-ID"] == f"<{row(to).letter}@localhost>"
        assert letter["Auto-Submitted"] == "auto-generated"
    assert postman.connections == 1


def test_a_letter_carries_its_way_out_in_its_headers(world, postman):
    write(world.alice, "a")
    send_due(NOW)
    (letter,) = postman.letters
    expected = mail.render("booking-confirmed", CONTEXTS["booking-confirmed"], world.alice)
    assert letter["List-Unsubscribe"].strip() == f"<{expected.stop_url}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_recipient_that_is_refused_stops_no_other(world, postman):
    postman.refuses = {"bob@example.org"}
    to_all(world)
    assert send_due(NOW + SECOND) == 2
    assert [letter["To"] for letter in postman.letters] == [
        "alice@example.org",
        "charlie@example.org",
    ]
    refused = row(world.bob)
    assert refused.last_error == "550 5.1.1 nobody here by that name" and refused.sent_at is None
    assert refused.at == NOW + SECOND + BACK_OFF[0]
    assert postman.connections == 1
    postman.refuses = set()
    assert send_due(NOW + SECOND + BACK_OFF[0]) == 1
    assert row(world.bob).last_error == ""


def test_a_server_that_hangs_up_in_a_letter_gets_it_again_and_the_next_now(world, postman):
    postman.hangs_up = 1
    to_all(world)
    assert send_due(NOW + SECOND) == 2
    assert row(world.alice).attempts == 1 and row(world.alice).last_error
    assert send_due(NOW + SECOND + BACK_OFF[0]) == 1
    assert len(postman.raw) == 3


def test_a_server_that_is_down_costs_no_message_a_try(world, settings, caplog):
    port = free_port()
    use(settings, port)
    to_all(world)
    for minute in range(20):
        assert send_due(NOW + timedelta(minutes=1 + minute)) == 0
    assert {message.attempts for message in Outbox.objects.all()} == {0}
    assert all("mail server: " in message.last_error for message in Outbox.objects.all())
    assert "the mail server does not answer" in caplog.text
    with running(Postman(), port):
        assert send_due(NOW + timedelta(hours=1)) == 3
    assert not Outbox.objects.exclude(last_error="").exists()


def test_a_server_too_slow_to_answer_gets_the_letter_again_under_the_same_name(world, settings):
    """It took the letter and we never heard so: the reader's program drops the second."""
    postman = Postman(tarries=10)
    with running(postman) as port:
        use(settings, port, timeout=2)  # enough to be taken, were the server not to tarry
        write(world.alice, "a")
        assert send_due(NOW) == 0
        assert "timed out" in row(world.alice).last_error
        postman.tarries = 0
        use(settings, port)
        assert send_due(NOW + BACK_OFF[0]) == 1
    first, second = postman.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_a_round_ends_when_its_time_is_up_and_the_next_goes_on(world, postman, monkeypatch):
    to_all(world)
    with monkeypatch.context() as patch:
        patch.setattr(Line, "has_time", property(lambda line: len(postman.raw) < 2))
        assert send_due(NOW + SECOND) == 2
    assert send_due(NOW + SECOND) == 1


@pytest.mark.parametrize(
    "address", ["not an address", "two@@example.org", "a@b", "bob@example.org\nBcc: eve@evil.org"]
)
def test_a_malformed_address_is_given_up_at_once_and_stops_no_other(world, postman, address):
    type(world.bob).objects.filter(pk=world.bob.pk).update(email=address)
    to_all(world)
    assert send_due(NOW + SECOND) == 2
    given_up = row(world.bob)
    assert given_up.dropped_at and given_up.last_error == "malformed address"
    assert "eve@evil.org" not in str(postman.raw)


# --- hostile text --------------------------------------------------------------------------------

HOSTILE = st.text(
    st.characters() | st.sampled_from("\r\n\0\u2028\u202e\u2066\u200f\x85\ud800<>&\"'"), max_size=60
)


@example("Bob\r\nBcc: eve@evil.org\r\n\r\nYou won")
@example("\u202egnp.exe")
@example("\ud800")
@example("<img src=x onerror=alert(1)>")
@given(text=HOSTILE)
@examples(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_hostile_text_forges_nothing(world, text):
    """As in every name and reason, through the whole making of the mail to its bytes."""
    world.alice.name = text
    context = {**CONTEXTS["booking-cancelled"], "machine": text, "why": text, "by": text}
    message = Outbox(to=world.alice, kind="booking-cancelled", context=context)
    outgoing = mail.compose([message], letter_id=mail.uuid.uuid4())
    sent = outgoing.message()
    assert sent.as_bytes()
    assert {"Bcc", "bcc"}.isdisjoint(sent.keys()) and sent["To"] == "alice@example.org"
    assert "\n" not in outgoing.subject and len(outgoing.subject) <= mail.LONGEST_SUBJECT
    plain = mail.render("booking-cancelled", CONTEXTS["booking-cancelled"], world.bob)
    assert outgoing.body.count("\n") == plain.text.count("\n")
    html = outgoing.alternatives[0].content
    assert html.count("<") == plain.html.count("<")
    for part in (outgoing.subject, outgoing.body, html):
        assert not any(chr(mark) in part for mark in mail.TURNING)


def test_the_sender_of_the_house_is_on_every_letter(world, postman):
    write(world.alice, "a")
    send_due(NOW)
    assert postman.letters[0]["From"] == configured.DEFAULT_FROM_EMAIL


def test_the_servers_errors_are_errors_of_the_network():
    """transport.Line takes both for a server that cannot be reached."""
    assert issubclass(smtplib.SMTPException, OSError)
