"""Posting writes a row once; sending survives bad rows, second workers and crashes."""

import ast
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from notices.models import Outbox
from notices.services import BACK_OFF, post, send_due, sending, take_back
from notices.services.reading import inbox
from notices.transport import Line
from tests.notices.letters import CONTEXTS
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def write(to, key="reminder-1", kind="booking-reminder", at=NOW, **more):
    post(to=to, kind=kind, key=key, context={**CONTEXTS[kind], **more}, at=at)


def test_one_fact_is_posted_once_and_the_transaction_goes_on(world):
    with transaction.atomic():
        write(world.alice)
        write(world.alice)
        write(world.alice, key="reminder-2")
    assert Outbox.objects.count() == 2


def test_a_message_is_gone_with_its_transaction(world):
    with pytest.raises(RuntimeError), transaction.atomic():
        write(world.alice)
        raise RuntimeError
    assert not Outbox.objects.exists()


def test_posting_is_one_statement(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        write(world.alice)


def test_a_message_without_its_facts_is_the_posters_error(world):
    with pytest.raises(ValueError, match="booking-reminder also needs booking, ends"):
        post(
            to=world.alice,
            kind="booking-reminder",
            key="k",
            context={"machine": "x", "machine_slug": "x", "starts": "x", "zone": "x"},
            at=NOW,
        )


def test_what_is_due_is_sent_once(world, mailoutbox):
    write(world.alice)
    assert send_due(NOW) == 1
    assert send_due(NOW + timedelta(days=1)) == 0
    (letter,) = mailoutbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "CNC router: Tuesday 24 November at 14:00"
    assert letter.alternatives[0].mimetype == "text/html"
    assert Outbox.objects.get().sent_at == NOW


def test_a_message_waits_for_its_time(world, mailoutbox):
    write(world.alice, at=NOW + timedelta(seconds=1))
    assert send_due(NOW) == 0
    assert send_due(NOW + timedelta(seconds=1)) == 1


def test_a_poison_row_stops_no_other_and_is_tried_again_later(world, mailoutbox):
    write(world.alice, key="poison", starts="not a time")
    write(world.alice, key="sound", at=NOW + timedelta(microseconds=1))
    later = NOW + timedelta(seconds=1)
    assert send_due(later) == 1
    poison = Outbox.objects.get(key="poison")
    assert poison.attempts == 1 and poison.at == later + BACK_OFF[0]
    assert "not a time" in poison.last_error
    assert poison.dropped_at is None


def test_a_message_that_fails_for_days_is_given_up(world):
    write(world.alice, key="poison", starts="not a time")
    now = NOW
    for wait in BACK_OFF:
        send_due(now)
        now += wait
    assert Outbox.objects.get().dropped_at is None
    send_due(now)
    assert Outbox.objects.get().dropped_at is not None
    assert send_due(now + timedelta(days=30)) == 0


def test_a_letter_nobody_could_read_is_dropped_at_once(world):
    world.charlie.email = None
    world.charlie.save()
    write(world.charlie)
    send_due(NOW)
    message = Outbox.objects.get()
    assert message.dropped_at == NOW and message.last_error == "no address"


def test_a_row_claimed_by_another_worker_is_left_alone(world, mailoutbox, monkeypatch):
    write(world.alice)
    stale = Outbox.objects.select_related("to").get()
    assert send_due(NOW) == 1
    with Line() as line:
        assert sending._send_all([[stale]], line, NOW) == 0
    assert len(mailoutbox) == 1


def test_a_worker_that_dies_while_sending_leaves_the_row_for_later(world, monkeypatch):
    def die(self, message):
        raise KeyboardInterrupt

    write(world.alice)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Line, "send", die)
        send_due(NOW)
    assert send_due(NOW) == 0
    assert send_due(NOW + BACK_OFF[0]) == 1


def test_only_notices_sends_mail():
    """allauth sends its own account mails; every other mail goes through the outbox."""
    rooms = [p for p in settings.BASE_DIR.iterdir() if (p / "__init__.py").exists()]
    senders = {
        str(path.relative_to(settings.BASE_DIR))
        for room in rooms
        if room.name != "tests"
        for path in room.rglob("*.py")
        if any(name.startswith(("django.core.mail", "smtplib")) for name in imports_of(path))
    }
    assert senders == {"notices/attachments.py", "notices/mail.py", "notices/transport.py"}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_stranger_is_told_by_mail_alone_and_never_in_one_mail_with_the_member(world, mailoutbox):
    told = {"kind": "guardian-answered", "at": NOW}
    context = CONTEXTS["guardian-answered"]
    post(to=world.alice, key="member", context=context, **told)
    stranger = {**context, "reader": "Jana Meyer"}
    post(to=world.alice, key="stranger", context=stranger, address="jana@example.org", **told)
    assert send_due(NOW) == 2
    first = {letter.to[0]: letter.body.split("\n")[0] for letter in mailoutbox}
    assert first == {
        "alice@example.org": "Hello Alice Meyer,",
        "jana@example.org": "Hello Jana Meyer,",
    }
    assert list(inbox(world.alice, NOW)) == [Outbox.objects.get(key="member")]


def test_what_is_taken_back_before_its_time_is_not_sent(world, mailoutbox):
    write(world.alice, at=NOW + timedelta(hours=1))
    take_back(key="reminder-1")
    assert send_due(NOW + timedelta(hours=1)) == 0
    assert not Outbox.objects.exists() and not mailoutbox
