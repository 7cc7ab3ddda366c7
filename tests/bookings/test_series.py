"""A booking that comes again: made whole or not at all, and changed in one piece.

The same tests run on PostgreSQL; see test_postgres.py.
"""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.errors import Refused
from bookings.models import Answer, Booking, Question, Series
from bookings.rules.recurrence import Rule
from bookings.services.changing_series import Scope, Shift
from bookings.services.series import clashes
from members.models import Change
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

DAY = timedelta(days=1)
TUESDAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")
State = Booking.State


@pytest.fixture(autouse=True)
def generous(world: World) -> None:
    """Quotas are asked for where a test is about them."""
    world.tool_class.most_future = None
    world.tool_class.horizon_days = 60
    world.tool_class.longest_minutes = 24 * 60
    world.tool_class.save()


def a_rule(**asked: Any) -> Rule:
    """Every day at 18:00 in Berlin for an hour, from today on, five times."""
    return replace(Rule("daily", TUESDAY, time(18), 60, BERLIN, count=5), **asked)


def a_series(
    world: World, *, skip: Collection[date] = (), now: datetime = NOW, **asked: Any
) -> Series:
    """Alice's series on the router; `asked` is about its rule."""
    given = {name: asked.pop(name) for name in ("key", "note", "answers") if name in asked}
    member, machine = asked.pop("member", world.alice), asked.pop("machine", world.router)
    return services.book_series(
        member=member,
        machine=machine,
        rule=a_rule(**asked),
        by=member,
        now=now,
        skip=skip,
        **given,
    )


def stands(series: Series) -> list[str]:
    """Local starts of what holds, as in 24 18:00."""
    held = series.bookings.filter(holds=True).order_by("starts")
    return [f"{row.starts.astimezone(BERLIN):%d %H:%M}" for row in held]


def on(series: Series, day: int) -> Booking:
    return series.bookings.get(series_day__day=day)


def against(refused: Refused) -> list[tuple[int, str]]:
    """Which day, and why."""
    return [(reason.params["on_day"].day, reason.code) for reason in refused.reasons]


def verbs(subject: Booking | Series) -> list[str]:
    rows = Change.objects.filter(subject_kind=subject._meta.label, subject_id=subject.pk)
    return list(rows.values_list("verb", flat=True))


def kinds() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("kind", flat=True))


# --- making one ----------------------------------------------------------------------------------


def test_a_series_becomes_a_booking_for_each_day(world: World) -> None:
    series = a_series(world, note="lamp")
    assert stands(series) == ["24 18:00", "25 18:00", "26 18:00", "27 18:00", "28 18:00"]
    first = on(series, 24)
    assert (first.member, first.machine, first.note) == (world.alice, world.router, "lamp")
    assert (first.starts, first.ends) == (AT_14 + 4 * HOUR, AT_14 + 5 * HOUR)


def test_one_change_one_notice_and_a_line_in_each_history(world: World) -> None:
    series = a_series(world)
    assert verbs(series) == ["book_series"]
    assert {tuple(verbs(booking)) for booking in series.bookings.all()} == {("book",)}
    told = Change.objects.filter(subject_kind="bookings.Booking").values_list("after", flat=True)
    assert {after["series"] for after in told} == {str(series.public_id)}
    assert kinds() == ["series-booked"]
    assert Outbox.objects.get().context["count"] == 5


def test_a_clash_refuses_the_whole_series_and_names_its_day(world: World) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + 2 * DAY)
    with pytest.raises(Refused) as refused:
        a_series(world)
    assert against(refused.value) == [(26, "taken")]
    assert not Series.objects.exists()
    assert Booking.objects.count() == 1


def test_a_skipped_day_is_left_out(world: World) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + 2 * DAY)
    series = a_series(world, skip=[date(2026, 11, 26)])
    assert stands(series) == ["24 18:00", "25 18:00", "27 18:00", "28 18:00"]


def test_a_series_of_skipped_days_only_is_none(world: World) -> None:
    with pytest.raises(Refused) as refused:
        a_series(world, count=1, skip=[TUESDAY])
    assert [reason.code for reason in refused.value.reasons] == ["series-all-skipped"]


def test_quotas_count_the_earlier_days_of_the_same_series(world: World) -> None:
    world.tool_class.most_future = 3
    world.tool_class.save()
    with pytest.raises(Refused) as refused:
        a_series(world)
    assert against(refused.value) == [(27, "most-future"), (28, "most-future")]
    skip = [date(2026, 11, day) for day in (24, 26)]
    assert stands(a_series(world, skip=skip)) == ["25 18:00", "27 18:00", "28 18:00"]


def test_days_beyond_the_horizon_say_so(world: World) -> None:
    world.tool_class.horizon_days = 2
    world.tool_class.save()
    with pytest.raises(Refused) as refused:
        a_series(world)
    assert against(refused.value) == [(day, "too-far-ahead") for day in (26, 27, 28)]


def test_a_day_longer_than_the_rhythm_clashes_with_itself(world: World) -> None:
    world.tool_class.longest_minutes = 3000
    world.tool_class.save()
    with pytest.raises(Refused) as refused:
        a_series(world, minutes=1500, count=3)
    assert against(refused.value) == [(25, "taken")]


def test_the_night_the_clocks_go_forward_has_no_such_start(world: World) -> None:
    now = datetime(2027, 3, 26, 12, tzinfo=UTC)
    asked = {"first": date(2027, 3, 27), "starts": time(2, 30), "count": 3}
    with pytest.raises(Refused) as refused:
        a_series(world, now=now, **asked)
    assert against(refused.value) == [(28, "no-such-time")]
    series = a_series(world, now=now, skip=[date(2027, 3, 28)], **asked)
    assert stands(series) == ["27 02:30", "29 02:30"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"count": 1000}, "series-too-long"),
        ({"count": None, "until": date(2026, 1, 1)}, "series-empty"),
        ({"count": None}, "series-endless"),
    ],
)
def test_a_rule_that_makes_no_series_is_refused_without_a_statement(
    world: World, asked: dict[str, Any], code: str
) -> None:
    with CaptureQueriesContext(connection) as captured, pytest.raises(Refused) as refused:
        a_series(world, **asked)
    assert [reason.code for reason in refused.value.reasons] == [code]
    assert not [query for query in captured if not is_frame(query["sql"])]


def test_the_same_key_makes_one_series(world: World) -> None:
    key = uuid.uuid4()
    first, again = (a_series(world, key=key) for _twice in range(2))
    assert first == again
    assert (Series.objects.count(), Booking.objects.count()) == (1, 5)


def test_the_preview_tells_what_booking_would(world: World) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + DAY)
    judged = services.preview_series(
        member=world.alice, machine=world.router, rule=a_rule(count=3), now=NOW
    )
    assert [[reason.code for reason in day.reasons] for day in judged] == [[], ["taken"], []]
    assert [day.day.day for day in judged] == [24, 25, 26]


def test_the_database_says_no_where_the_rules_were_blind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the series is left, and the day is named all the same."""
    a_booking(world, starts=AT_14 + 4 * HOUR + 2 * DAY)
    with monkeypatch.context() as patch:
        patch.setattr("bookings.services.series.clashes", blind_once())
        with pytest.raises(Refused) as refused:
            a_series(world)
    assert against(refused.value) == [(26, "taken")]
    assert (Series.objects.count(), Booking.objects.count()) == (0, 1)


def blind_once() -> Any:
    seen: list[bool] = []

    def look(judged: Any) -> Any:
        seen.append(True)
        return [] if len(seen) == 1 else clashes(judged)

    return look


def test_half_a_year_costs_as_many_statements_as_a_week(world: World) -> None:
    """Locks aside: facts, series, bookings, histories, the series' own, notice, epoch."""
    world.tool_class.horizon_days = 365
    world.tool_class.save()

    def cost(count: int, starts: time) -> int:
        with CaptureQueriesContext(connection) as captured:
            a_series(world, rhythm="weekly", count=count, starts=starts)
        return len([query for query in captured if not is_frame(query["sql"])])

    few, many = cost(1, time(18)), cost(26, time(20))
    assert few == many <= 9


def is_frame(sql: str) -> bool:
    return sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK"))


def test_staff_are_asked_first_where_the_policy_says_so(world: World) -> None:
    world.tool_class.approval_above_minutes = 30
    world.tool_class.save()
    series = a_series(world, count=2)
    assert {row.state for row in series.bookings.all()} == {State.REQUESTED}
    assert verbs(on(series, 24)) == ["request"]
    assert Outbox.objects.get().context["requested"] == 2
    change(series, 24, minutes=30)
    assert {row.state for row in series.bookings.all()} == {State.CONFIRMED}


def test_answers_are_kept_with_each_day_and_asked_for(world: World) -> None:
    question = Question.objects.create(tool_class=world.tool_class, text="Material")
    with pytest.raises(Refused) as refused:
        a_series(world, count=2)
    assert against(refused.value) == [(24, "unanswered"), (25, "unanswered")]
    series = a_series(world, count=2, answers={question.pk: "Birch"})
    rows = Answer.objects.filter(booking__series=series)
    assert list(rows.values_list("text", flat=True)) == ["Birch", "Birch"]


# --- changing it ---------------------------------------------------------------------------------


def change(
    series: Series, day: int, scope: Scope = Scope.ALL, now: datetime = NOW, **asked: Any
) -> Series:
    include = asked.pop("include_changed", False)
    return services.change_series(
        booking=on(series, day),
        scope=scope,
        shift=Shift(**asked),
        by=series.member,
        now=now,
        include_changed=include,
    )


def test_all_of_a_series_moves_to_another_time(world: World) -> None:
    series = a_series(world, count=3)
    moved = change(series, 24, starts=time(20), minutes=90)
    assert moved == series
    assert stands(moved) == ["24 20:00", "25 20:00", "26 20:00"]
    moved.refresh_from_db()
    assert (moved.starts, moved.minutes) == (time(20), 90)
    assert {row.ends - row.starts for row in moved.bookings.all()} == {90 * MINUTE}


def test_a_daily_series_shifts_by_its_own_length(world: World) -> None:
    """Each takes the place that the next one leaves; not one of them is free beforehand."""
    series = a_series(world, starts=time(0), minutes=1440, first=date(2026, 11, 25))
    shifted = change(series, 25, days=1)
    assert stands(shifted) == ["26 00:00", "27 00:00", "28 00:00", "29 00:00", "30 00:00"]
    back = change(shifted, 26, days=-1)
    assert stands(back) == ["25 00:00", "26 00:00", "27 00:00", "28 00:00", "29 00:00"]


def test_a_series_moves_to_a_sibling(world: World) -> None:
    moved = change(a_series(world, count=2), 24, machine=world.mill)
    assert {row.machine for row in moved.bookings.all()} == {world.mill}
    assert moved.machine == world.mill


def test_this_and_following_go_on_as_a_series_of_their_own(world: World) -> None:
    series = a_series(world)
    rest = change(series, 26, Scope.FOLLOWING, starts=time(20))
    series.refresh_from_db()
    assert rest != series
    assert stands(series) == ["24 18:00", "25 18:00"]
    assert stands(rest) == ["26 20:00", "27 20:00", "28 20:00"]
    assert (series.until, series.count) == (date(2026, 11, 25), None)
    assert (rest.first, rest.count, rest.starts) == (date(2026, 11, 26), 3, time(20))


def test_following_from_the_first_day_is_the_whole_series(world: World) -> None:
    series = a_series(world, count=2)
    assert change(series, 24, Scope.FOLLOWING, starts=time(20)) == series
    assert Series.objects.count() == 1


def test_what_runs_or_is_over_stays_behind(world: World) -> None:
    series = a_series(world)
    services.check_in(booking=on(series, 25), by=world.alice, now=AT_14 + 4 * HOUR + DAY)
    rest = change(series, 26, now=AT_14 + 4 * HOUR + DAY + MINUTE, starts=time(20))
    assert stands(series) == ["24 18:00", "25 18:00"]
    assert stands(rest) == ["26 20:00", "27 20:00", "28 20:00"]


def test_a_day_changed_by_itself_keeps_its_own_time(world: World) -> None:
    series = a_series(world, count=3)
    single = on(series, 25)
    services.move(
        booking=single,
        starts=single.starts - 2 * HOUR,
        ends=single.ends - 2 * HOUR,
        by=world.alice,
        now=NOW,
    )
    change(series, 24, starts=time(20))
    assert stands(series) == ["24 20:00", "25 16:00", "26 20:00"]
    change(series, 24, starts=time(19), include_changed=True)
    assert stands(series) == ["24 19:00", "25 19:00", "26 19:00"]


def test_days_that_shift_still_know_which_of_the_series_they_are(world: World) -> None:
    series = a_series(world, count=3)
    change(series, 24, days=1, starts=time(20))
    change(series, 25, starts=time(21))
    assert stands(series) == ["25 21:00", "26 21:00", "27 21:00"]


def test_one_clash_leaves_all_where_they_are(world: World) -> None:
    series = a_series(world, count=3)
    a_booking(world, member=world.alice, starts=AT_14 + 6 * HOUR + DAY)
    before = list(Booking.objects.order_by("pk").values())
    with pytest.raises(Refused) as refused:
        change(series, 24, starts=time(20))
    assert against(refused.value) == [(25, "taken")]
    assert list(Booking.objects.order_by("pk").values()) == before


def test_quotas_count_each_of_a_change_once(world: World) -> None:
    """All three are ahead before and after; none is in its own way."""
    world.tool_class.most_future = 3
    world.tool_class.save()
    series = a_series(world, count=3)
    assert stands(change(series, 24, starts=time(20))) == ["24 20:00", "25 20:00", "26 20:00"]


def test_another_kind_of_machine_is_refused(world: World) -> None:
    saw = a_machine("Saw", a_tool_class("Saws"), world.space)
    with pytest.raises(Refused) as refused:
        change(a_series(world), 24, machine=saw)
    assert [reason.code for reason in refused.value.reasons] == ["other-kind"]


def test_nothing_ahead_is_nothing_to_change(world: World) -> None:
    series = a_series(world, count=2)
    with pytest.raises(Refused) as refused:
        change(series, 24, now=NOW + 10 * DAY, starts=time(20))
    assert [reason.code for reason in refused.value.reasons] == ["series-nothing-ahead"]


def test_a_change_leaves_one_change_one_notice_and_a_line_each(world: World) -> None:
    series = a_series(world, count=3)
    change(series, 24, starts=time(20))
    assert verbs(series) == ["book_series", "change_series"]
    assert verbs(on(series, 25)) == ["book", "move"]
    assert kinds() == ["series-booked", "series-changed"]
    assert {row.sequence for row in series.bookings.all()} == {1}


def test_changing_many_costs_as_many_statements_as_changing_few(world: World) -> None:
    world.tool_class.horizon_days = 365
    world.tool_class.save()

    def cost(count: int, starts: time) -> int:
        series = a_series(world, rhythm="weekly", count=count, starts=starts)
        first = series.bookings.earliest("starts")
        with CaptureQueriesContext(connection) as captured:
            services.change_series(
                booking=first, scope=Scope.ALL, shift=Shift(minutes=30), by=world.alice, now=NOW
            )
        return len([query for query in captured if not is_frame(query["sql"])])

    few, many = cost(1, time(18)), cost(26, time(20))
    assert many <= few + 1


# --- cancelling it -------------------------------------------------------------------------------


def test_all_that_lies_ahead_is_cancelled(world: World) -> None:
    series = a_series(world)
    services.cancel_series(
        booking=on(series, 26),
        scope=Scope.ALL,
        by=world.alice,
        now=AT_14 + 5 * HOUR,
    )
    assert stands(series) == ["24 18:00"]
    assert kinds() == ["series-booked", "series-cancelled"]
    assert verbs(on(series, 25)) == ["book", "cancel"]


def test_this_and_following_are_cancelled_singly_changed_ones_too(world: World) -> None:
    series = a_series(world)
    single = on(series, 27)
    services.move(
        booking=single,
        starts=single.starts - 2 * HOUR,
        ends=single.ends - 2 * HOUR,
        by=world.alice,
        now=NOW,
    )
    for _twice in range(2):
        services.cancel_series(
            booking=on(series, 26), scope=Scope.FOLLOWING, by=world.alice, now=NOW
        )
    assert stands(series) == ["24 18:00", "25 18:00"]
    series.refresh_from_db()
    assert series.until == date(2026, 11, 25)


def test_what_is_given_back_too_late_is_marked(world: World) -> None:
    world.tool_class.cancel_notice_minutes = 24 * 60
    world.tool_class.save()
    series = a_series(world, count=3)
    services.cancel_series(booking=on(series, 24), scope=Scope.ALL, by=world.alice, now=NOW)
    assert [row.late for row in series.bookings.order_by("starts")] == [True, False, False]


def test_the_same_change_twice_is_one(world: World) -> None:
    series = a_series(world, count=2)
    for _twice in range(2):
        change(series, 24, starts=time(20))
    assert verbs(series) == ["book_series", "change_series"]


def test_what_is_told_of_one_series_is_of_one_bundle(world: World) -> None:
    """So that one who changes it ten times in ten minutes gets no ten mails."""
    series = a_series(world, count=3)
    change(series, 24, starts=time(20))
    services.cancel(booking=on(series, 25), by=world.alice, now=NOW)
    assert kinds() == ["series-booked", "series-changed", "booking-cancelled"]
    assert set(Outbox.objects.values_list("bundle", flat=True)) == {f"series-{series.pk}"}


def test_staff_who_cancel_a_series_are_named(world: World) -> None:
    series = a_series(world, count=2)
    services.cancel_series(
        booking=on(series, 24), scope=Scope.ALL, by=world.dana, now=NOW, why="The belt is torn"
    )
    told = Outbox.objects.get(kind="series-cancelled")
    assert (told.to, told.context["by"]) == (world.alice, "Dana Osei")
    assert told.context["why"] == "The belt is torn"
