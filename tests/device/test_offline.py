"""D10: who may start without the server, who may not, and what is written down of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wire
from tests.device.bench import ALICE, BOB, BOOT, OTHER_BOOT, SID, Bench
from wire import journal, sign
from wire.events import Connected, Relay, Save, Tapped, Tick

KEY = bytes(range(32))
CAPS = ("relay", "reader", "current", "list-hmac")
UTC = 1_795_337_000  # the time of day when the bench's clock says 100
HOUR = 3600


def entry(badge=ALICE, opens=UTC - HOUR, until=UTC + HOUR, fin=60):
    return wire.Entry(sign.badge_in_list(KEY, badge), opens, until, fin)


def a_list(*entries, **changes):
    fields = {"dev": "laser-1", "seq": 7, "iss": UTC - HOUR, "exp": UTC + 12 * HOUR}
    return wire.List(e=entries or (entry(),), **fields | changes)


def told_the_time(**config):
    """A device that knows the time of day and has lists."""
    bench = Bench(**{"caps": CAPS, "key": KEY} | config)
    bench.hear(wire.Sync(id="s-1", re=1, utc=UTC))
    return bench


def alone(found=None, **config):
    """The same six seconds after the broker has gone."""
    bench = told_the_time(**config)
    bench.hear(found or a_list())
    bench.lose()
    bench.run_to(106)
    return bench


def test_a_listed_badge_arms_without_a_server():
    bench = alone()
    bench.tap(ALICE)
    session = bench.memory.session
    assert (bench.st, bench.relay, session.sid) == ("armed", True, f"off-{BOOT}-1")
    assert (session.exp, session.hard) == (100 + HOUR, 100 + HOUR + 60)
    assert bench.display.small == "No network. Your booking is known here."


def test_what_begins_without_a_server_is_written_down_before_the_relay_closes():
    bench = alone()
    bench.tap(ALICE)
    saved, closed = (e for e in bench.last if isinstance(e, Save | Relay))
    assert closed == Relay(on=True)
    (row,) = saved.store.rows
    assert (row.ev, row.badge, row.sid, row.up, row.utc) == (
        "on",
        sign.badge_in_list(KEY, ALICE),
        f"off-{BOOT}-1",
        106,
        UTC + 6,
    )


def test_what_ends_is_off_before_it_is_written_down():
    bench = alone()
    bench.tap(ALICE)
    bench.press("stop")
    opened, saved = (e for e in bench.last if isinstance(e, Save | Relay))
    assert opened == Relay(on=False)
    assert [row.ev for row in saved.store.rows] == ["on", "off"]


@pytest.mark.parametrize(
    "found",
    [
        a_list(entry(BOB)),
        a_list(entry(until=UTC + 6)),
        a_list(entry(opens=UTC + 7)),
        a_list(exp=UTC + 6),
        a_list(iss=UTC + 60),
        a_list(dev="laser-2"),
        a_list(iss=UTC - 13 * HOUR),
        a_list(entry()._replace(badge=sign.badge_in_list(bytes(32), ALICE))),
    ],
    ids=["unlisted", "over", "not begun", "expired", "not yet", "device", "too long", "other key"],
)
def test_a_badge_that_is_not_listed_now_starts_nothing(found):
    bench = alone(found)
    bench.tap(ALICE)
    bench.run_to(120)
    assert (bench.st, bench.relay) == ("locked", False)
    assert bench.memory.store.rows == ()


def test_an_unlisted_badge_is_told_at_once():
    bench = alone()
    bench.tap(BOB)
    assert (bench.display.small, bench.display.refused) == (
        "No network, and no booking known here now.",
        True,
    )


@pytest.mark.parametrize("caps", [("relay", "reader", "current"), ("reader", "list-hmac")])
def test_a_device_without_lists_or_relay_starts_nothing(caps):
    bench = alone(caps=caps)
    bench.tap(ALICE)
    bench.run_to(120)
    assert not bench.relay


def test_a_device_that_was_not_told_the_time_since_its_boot_starts_nothing():
    bench = Bench(caps=CAPS, key=KEY)
    bench.hear(a_list())
    bench.lose()
    bench.run_to(106)
    bench.tap(ALICE)
    assert bench.why == "the time of day is not known since the boot"
    assert not bench.relay


def test_a_reboot_forgets_the_time_but_not_the_list():
    before = alone()
    again = Bench(boot=OTHER_BOOT, store=before.memory.store, caps=CAPS, key=KEY)
    assert again.published("hello")[0].list == 7
    again.lose()
    again.run_to(106)
    again.tap(ALICE)
    assert not again.relay


@pytest.mark.parametrize(("lost", "relay"), [(101, True), (101.2, False)])
def test_the_broker_must_have_been_away_for_five_seconds_when_the_tap_is_given_up(lost, relay):
    bench = told_the_time()
    bench.hear(a_list())
    bench.tap(ALICE, 101)
    bench.lose(lost)
    bench.run_to(106.1)
    assert bench.relay is relay
    assert bench.memory.tap is None


def test_a_server_that_is_silent_on_a_living_broker_is_not_replaced_by_a_list():
    bench = told_the_time()
    bench.hear(a_list())
    bench.run_to(120)
    bench.tap(ALICE)
    bench.run_to(130)
    assert not bench.relay
    assert bench.display.small == "No connection. Tap again in a moment."


def test_an_offline_session_never_lasts_longer_than_four_hours():
    bench = alone(a_list(entry(until=UTC + 10 * HOUR)))
    bench.tap(ALICE)
    assert bench.memory.session.exp == 106 + 4 * HOUR


def test_an_offline_session_ends_with_its_list():
    bench = alone(a_list(entry(until=UTC + 3 * HOUR), exp=UTC + HOUR))
    bench.tap(ALICE)
    assert bench.memory.session.exp == 100 + HOUR
    bench.do(Tick(), 100 + HOUR)
    assert (bench.st, bench.relay) == ("locked", False)


def test_a_running_offline_job_may_finish_as_ever():
    bench = alone(a_list(entry(until=UTC + 60)))
    bench.tap(ALICE)
    bench.draw(3400)
    bench.run_to(160)
    assert (bench.st, bench.memory.session.grace_end) == ("grace", 220)


def test_a_device_that_sees_no_current_cuts_offline_sessions_too():
    bench = alone(a_list(entry(until=UTC + 60)), caps=("relay", "reader", "list-hmac"))
    bench.tap(ALICE)
    assert bench.memory.session.fin == 0


def test_what_counts_as_a_job_is_what_the_last_grant_said():
    bench = told_the_time()
    bench.hear(a_list())
    bench.arm(run_ma=900, idle_s=5)
    bench.hear(bench.off())
    bench.lose(101)
    bench.run_to(107)
    bench.tap(ALICE)
    assert (bench.memory.session.run_ma, bench.memory.session.idle_s) == (900, 5)


def test_a_list_takes_no_machine_from_whom_the_server_gave_it():
    bench = told_the_time()
    bench.hear(a_list(entry(BOB)))
    bench.arm(exp=150)
    bench.lose()
    bench.run_to(106)
    bench.tap(BOB)
    assert bench.why == "armed, not locked"
    assert bench.memory.session.sid == SID


def test_a_list_leads_out_of_no_fault():
    bench = alone()
    bench.draw(3400)
    bench.run_to(109)
    bench.tap(ALICE)
    assert (bench.st, bench.relay) == ("fault", False)


def test_of_several_bookings_the_one_that_lasts_counts():
    bench = alone(a_list(entry(until=UTC + 60), entry(until=UTC + 120), entry(until=UTC + 90)))
    bench.tap(ALICE)
    assert bench.memory.session.exp == 220


def test_sessions_are_numbered_through_every_reboot():
    bench = alone()
    bench.tap(ALICE)
    bench.press("stop")
    again = Bench(boot=OTHER_BOOT, store=bench.memory.store, caps=CAPS, key=KEY)
    again.hear(wire.Sync(id="s-1", re=1, utc=UTC))
    again.lose()
    again.run_to(106)
    again.tap(ALICE)
    assert again.memory.session.sid == f"off-{OTHER_BOOT}-2"
    assert [row.i for row in again.memory.store.rows] == [1, 2, 3]


def test_the_own_badge_ends_an_offline_session_and_another_does_not():
    bench = alone()
    bench.tap(ALICE)
    bench.tap(BOB, 110)
    assert bench.relay
    bench.run_to(116)
    bench.tap(ALICE)
    assert (bench.st, bench.relay) == ("locked", False)


def test_the_own_badge_lets_a_running_offline_job_finish():
    bench = alone()
    bench.tap(ALICE)
    bench.draw(3400)
    bench.run_to(110)
    bench.tap(ALICE)
    assert (bench.st, bench.memory.session.grace_end) == ("grace", 170)


# The server comes back -------------------------------------------------------------------------


def test_a_server_that_comes_back_adopts_the_session_by_a_lease():
    bench = alone()
    bench.tap(ALICE)
    bench.do(Connected(), 200)
    assert bench.state.sid == f"off-{BOOT}-1"
    bench.hear(bench.lease(sid=bench.state.sid, exp=230))
    assert bench.memory.session.exp == 230
    bench.run_to(230)
    assert (bench.st, bench.relay) == ("locked", False)


def test_a_server_that_comes_back_may_end_the_session():
    bench = alone()
    bench.tap(ALICE)
    bench.do(Connected(), 200)
    bench.hear(bench.off(sid=bench.state.sid))
    assert not bench.relay


@pytest.mark.parametrize("changes", [{"re": 1}, {"exp": 300}, {"sid": f"off-{BOOT}-2"}])
def test_a_forged_lease_adopts_nothing(changes):
    bench = alone()
    bench.tap(ALICE)
    bench.do(Connected(), 200)
    bench.hear(bench.lease(**{"sid": bench.state.sid, "exp": 230} | changes))
    assert bench.memory.session.exp == 100 + HOUR


def test_a_grant_for_an_offline_session_is_no_way_to_get_one():
    bench = told_the_time()
    nonce = bench.tap()
    bench.hear(bench.grant(nonce, exp=100 + HOUR))
    assert bench.why == "longer than a lease may be"


# Which lists are kept --------------------------------------------------------------------------


@pytest.mark.parametrize("seq", [6, 0])
def test_an_older_list_does_not_come_back(seq):
    bench = told_the_time()
    bench.hear(a_list(entry(BOB)))
    bench.hear(a_list(seq=seq))
    assert bench.why == "not newer than the list kept"
    assert bench.memory.store.list == a_list(entry(BOB))


def test_an_older_list_does_not_come_back_after_a_reboot_either():
    bench = told_the_time()
    bench.hear(a_list(entry(BOB)))
    again = Bench(boot=OTHER_BOOT, store=bench.memory.store, caps=CAPS, key=KEY)
    again.hear(a_list(seq=6))
    assert again.memory.store.list.seq == 7


def test_another_list_of_the_same_number_is_refused():
    bench = told_the_time()
    bench.hear(a_list(entry(BOB)))
    bench.hear(a_list())
    assert bench.why == "not newer than the list kept"


def test_a_list_that_is_sent_again_is_not_written_again():
    bench = told_the_time()
    bench.hear(a_list())
    assert [type(e) for e in bench.last] == [Save]
    bench.hear(a_list())
    assert bench.why == "kept already"
    assert not [e for e in bench.last if isinstance(e, Save)]


@pytest.mark.parametrize(
    ("changes", "key", "why"),
    [
        ({"exp": UTC - 2 * HOUR}, KEY, "longer than a list may be valid"),
        ({}, None, "no offline lists here"),
        ({"dev": "laser-2"}, KEY, "for another device"),
    ],
)
def test_a_list_that_is_worth_nothing_is_not_kept(changes, key, why):
    bench = Bench(caps=CAPS, key=key)
    bench.hear(a_list(**changes))
    assert bench.why == why
    assert bench.memory.store.list is None


def test_a_newer_list_takes_back_what_the_older_one_gave():
    bench = told_the_time()
    bench.hear(a_list())
    bench.hear(a_list(entry(BOB), seq=8))
    bench.lose()
    bench.run_to(106)
    bench.tap(ALICE)
    assert not bench.relay


# The rows --------------------------------------------------------------------------------------


def test_rows_that_are_lost_leave_a_gap():
    bench = alone()
    for number in range(1, journal.KEPT + 3):
        journal.note(bench.memory, "on", sid=f"off-{number}")
    rows = bench.memory.store.rows
    assert len(rows) == journal.KEPT
    assert (rows[0].ev, rows[0].i, rows[0].sid) == ("gap", 3, None)
    assert [row.i for row in rows] == list(range(3, journal.KEPT + 3))


def test_a_session_the_server_granted_is_none_of_the_journals_business():
    bench = told_the_time().arm()
    bench.hear(bench.off(sid=SID))
    assert bench.memory.store.rows == ()


def alone_twice():
    """Two offline sessions have been on; four rows wait, and nobody has been told."""
    bench = alone()
    for up in (110, 120):
        bench.tap(ALICE, up)
        bench.press("stop", up + 5)
    assert not bench.published("journal")
    return bench


def shown(bench):
    return [[row.i for row in m.j] for m in bench.published("journal")]


def test_rows_are_shown_when_the_network_is_back():
    bench = alone_twice()
    bench.do(Connected(), 200)
    assert bench.published("hello")[-1].jrn == 4
    (message,) = bench.published("journal")
    assert (message.first, message.list) == (1, 7)
    assert [row.ev for row in message.j] == ["on", "off", "on", "off"]


def test_rows_are_shown_every_ten_seconds_and_after_each_connect_until_they_are_filed():
    bench = alone_twice()
    bench.do(Connected(), 200)
    bench.run_to(215)
    bench.lose()
    bench.do(Connected())
    assert shown(bench) == [[1, 2, 3, 4]] * 3
    bench.hear(wire.Filed(upto=4))
    bench.run_to(300)
    assert len(shown(bench)) == 3
    assert bench.memory.store.rows == ()


def test_what_is_filed_is_forgotten_in_the_store_too():
    bench = alone_twice()
    bench.do(Connected(), 200)
    bench.hear(wire.Filed(upto=2))
    (saved,) = (e.store for e in bench.last if isinstance(e, Save))
    assert [row.i for row in saved.rows] == [3, 4]
    assert saved.next_row == 5
    assert shown(bench)[-1] == [3, 4]


def test_more_rows_than_fit_go_in_several_messages_each_after_the_one_before():
    bench = alone()
    for number in range(1, 13):
        journal.note(bench.memory, "on", "f" * 16, f"off-{BOOT}-{number}")
    bench.do(Connected(), 200)
    assert shown(bench) == [[1, 2, 3, 4, 5]]
    bench.hear(wire.Filed(upto=5))
    bench.hear(wire.Filed(upto=10))
    assert shown(bench)[1:] == [[6, 7, 8, 9, 10], [11, 12]]


@pytest.mark.parametrize("upto", [0, 5, 9])
def test_a_forged_filing_loses_nothing(upto):
    bench = alone_twice()
    bench.do(Connected(), 200)
    bench.hear(wire.Filed(upto=upto))
    assert bench.why
    assert len(bench.memory.store.rows) == 4


def test_rows_not_yet_shown_cannot_be_filed():
    bench = alone_twice()
    bench.hear(wire.Filed(upto=4))
    assert len(bench.memory.store.rows) == 4


def test_rows_survive_the_reboot_and_are_shown_after_it():
    before = alone_twice()
    again = Bench(boot=OTHER_BOOT, store=before.memory.store, caps=CAPS, key=KEY)
    (message,) = again.published("journal")
    assert (message.boot, message.j[0].boot) == (OTHER_BOOT, BOOT)


# Whatever the list ------------------------------------------------------------------------------

times = st.integers(UTC - 2 * HOUR, UTC + 6 * HOUR)


@given(
    st.lists(st.builds(entry, st.sampled_from([ALICE, BOB]), times, times, st.just(0)), max_size=4),
    times,
    times,
    st.integers(0, 3 * HOUR),
)
def test_the_relay_is_on_only_while_an_entry_of_a_valid_list_says_so(entries, iss, exp, later):
    bench = told_the_time()
    bench.hear(replace(a_list(iss=iss, exp=exp), e=tuple(entries)))
    bench.lose()
    bench.do(Tick(), 106)
    bench.do(Tapped(ALICE, next(bench.nonces)), 106 + later)
    for _ in range(60):
        utc = UTC - 100 + bench.up
        if bench.relay:
            assert bench.memory.store.list is not None
            assert iss <= utc < exp
            assert any(
                e.badge == sign.badge_in_list(KEY, ALICE) and e.opens <= utc < e.until
                for e in bench.memory.store.list.e
            )
        bench.do(Tick(), bench.up + 300)
