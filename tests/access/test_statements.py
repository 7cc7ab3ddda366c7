"""How statements are said: on PostgreSQL once planned, whatever fails between; the same rows."""

import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from access import facts
from access.models import AccessEvent, Device, Session
from access.statements import COMMIT, COMMIT_UNHURRIED, Statement, Write, begin, write

AT = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
LINES = Write(
    "access_accessevent",
    ("device_id", "at", "kind", "boot", "nonce", "sid", "code", "badge_hash", "ok", "detail"),
)
SEEN = Write(
    "access_device", ("messages_dropped", "seen_at", "caps", "id"), "id", ("messages_dropped",)
)


def a_line(device, nonce, **changed):
    line = {"kind": "tap", "boot": "b1", "sid": "", "code": "x", "badge_hash": b"\0\\\xff"}
    line |= {
        "device_id": device.pk,
        "at": AT,
        "nonce": nonce,
        "ok": None,
        "detail": {"a": [1, "ü%"]},
    }
    return tuple((line | changed)[column] for column in LINES.columns)


@pytest.fixture
def device(site):
    return Device.objects.get(name="mill-1")


def test_every_kind_of_value_arrives_as_it_was(device):
    write((LINES, [a_line(device, "n1"), a_line(device, "n2", badge_hash=None, ok=True)]))
    first, second = AccessEvent.objects.filter(kind="tap").order_by("id")
    assert (first.nonce, first.at, bytes(first.badge_hash)) == ("n1", AT, b"\0\\\xff")
    assert (first.ok, first.detail) == (None, {"a": [1, "ü%"]})
    assert (second.nonce, second.badge_hash, second.ok) == ("n2", None, True)


def test_a_change_finds_its_row_and_adds_where_it_is_told_to(device):
    Device.objects.update(messages_dropped=5)
    write((SEEN, [(2, AT, ("relay",), device.pk)]))
    device.refresh_from_db()
    assert (device.messages_dropped, device.seen_at, device.caps) == (7, AT, ["relay"])
    assert not Device.objects.exclude(pk=device.pk).exclude(messages_dropped=5).exists()


def test_nothing_is_said_of_no_rows(device, django_assert_num_queries):
    with django_assert_num_queries(0):
        write((LINES, []), (SEEN, []))


def test_a_statement_that_failed_can_be_said_again(device):
    with pytest.raises(IntegrityError), transaction.atomic():
        write((LINES, [a_line(device, "n1"), a_line(device, "n1")]))
    write((LINES, [a_line(device, "n1")]))
    assert AccessEvent.objects.filter(nonce="n1").count() == 1


def test_what_is_prepared_numbers_its_parameters():
    twice = Statement("s", "SELECT %(a)s, %(b)s, %(a)s", {"a": "int", "b": "text"})
    assert twice.preparation == "PREPARE s (int, text) AS SELECT $1, $2, $1"
    assert twice.call == "EXECUTE s (%(a)s, %(b)s)"


on_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="PostgreSQL's, by tests/access/test_postgres.py on a gatekeeper's connection",
)


@on_postgres
def test_a_tap_is_planned_once_for_a_connection(site):
    site.tap("bob")
    with CaptureQueriesContext(connection) as queries:
        site.tap("bob")
    said = [query["sql"].strip() for query in queries]
    assert not [sql for sql in said if sql.startswith("PREPARE")]
    assert len([sql for sql in said if "EXECUTE" in sql]) == 3


@on_postgres
def test_however_many_sessions_are_over_the_open_one_is_found_by_its_machine(site):
    """Their places in the index stay until they are swept out, and PostgreSQL does not know."""
    over = {"state": "ended", "member": site.world.alice, "machine": site.mill, "until": AT}
    Session.objects.bulk_create(
        Session(sid=f"{n}", interlock=site.device, ground="booking", offered_at=AT, **over)
        for n in range(300)
    )
    site.tap("bob")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE access_session")
    plan = planned(facts.PLACES_ASKED)
    open_one = next(n for n, line in enumerate(plan) if "access_session_one_open" in line)
    assert plan[open_one + 1] == "Index Cond: (machine_id = m.id)"


@on_postgres
def test_a_badge_that_is_nobodys_is_looked_up_by_its_number(site):
    site.tap("nobody")
    assert any("members_badge_revoked" in line for line in planned(facts.PLACES_ASKED))


def planned(statement):
    """How PostgreSQL goes about a statement with one parameter that it has planned."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN EXECUTE {statement.name} ('[]')")
        return [line.strip() for (line,) in cursor.fetchall()]


NOTED = Write("noted", ("word",))


@pytest.fixture
def apart(db):
    """Another connection, in no transaction yet; its one table goes when it does."""
    ours = connections["default"]
    connections["default"] = ours.copy()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE noted (word text UNIQUE)")
    write((NOTED, [("plan it",)]))
    yield
    connection.close()
    connections["default"] = ours


def noted():
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM noted ORDER BY word")
        return [word for (word,) in cursor.fetchall()]


@contextmanager
def journeys():
    """What goes over to PostgreSQL meanwhile, as libpq sees it."""
    seen = []
    with tempfile.TemporaryFile("w+") as trace:
        connection.connection.pgconn.trace(trace.fileno())
        yield seen
        connection.connection.pgconn.untrace()
        trace.seek(0)
        seen += [line for line in trace if "\tQuery\t" in line]


@on_postgres
def test_begin_and_commit_go_along_with_what_is_said(apart):
    after = []
    with journeys() as seen, transaction.atomic():
        begin("SELECT 1")
        write((NOTED, [("a",)]), end=COMMIT)
        transaction.on_commit(lambda: after.append(noted()))
    assert len(seen) == 3, seen  # the third is of what followed
    assert after == [["a", "plan it"]]


@on_postgres
def test_what_fails_at_last_leaves_nothing_and_the_next_can_begin(apart):
    for _time in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            begin("SELECT 1")
            write((NOTED, [("a",)]))
            write((NOTED, [("a",)]), end=COMMIT)
    assert noted() == ["plan it"]
    with transaction.atomic():
        begin("SELECT 1")
        write((NOTED, [("b",)]))
    assert (noted(), connection.connection.autocommit) == (["b", "plan it"], True)


@on_postgres
def test_inside_another_transaction_the_last_is_not_committed(apart):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with transaction.atomic():
            begin("SELECT 1")
            write((NOTED, [("a",)]), end=COMMIT)
        raise ZeroDivisionError
    assert noted() == ["plan it"]


@on_postgres
def test_after_what_need_not_be_waited_for_the_disk_is_waited_for_again(apart):
    with transaction.atomic():
        begin("SELECT 1")
        write((NOTED, [("a",)]), end=COMMIT_UNHURRIED)
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    assert noted() == ["a", "plan it"]
