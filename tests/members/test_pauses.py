"""Pauses: as many days a year as the plan says, never over a machine in use, and the term waits."""

from datetime import datetime
from typing import Any

import pytest

from members import busy
from members.models import AccessEpoch, Change, Membership, Pause, Plan
from members.services.changing_plans import change_plan
from members.services.memberships import MembershipError, end_membership
from members.services.pauses import end_pause, start_pause
from members.standing import state_of
from members.terms import State
from notices.models import Outbox
from tests.members.life import DAY, Life, a_life, a_plan, berlin
from tests.people import NOW

pytestmark = pytest.mark.django_db
XMAS, TWELFTH_NIGHT = berlin(2026, 12, 24), berlin(2027, 1, 7)


@pytest.fixture
def life() -> Life:
    AccessEpoch.objects.get_or_create(pk=1)
    return a_life()


@pytest.fixture
def row(life: Life) -> Membership:
    return life.starts()


def rest(row: Membership, **given: Any) -> Pause:
    """The first ten days of December, unless `given` says otherwise."""
    asked = {"starts": berlin(2026, 12, 1), "until": berlin(2026, 12, 11), "why": "Travels"}
    asked |= {"by": row.member, "now": NOW}
    return start_pause(membership=row, **asked | given)


def ends(row: Membership) -> tuple[datetime | None, datetime | None]:
    row.refresh_from_db()
    return row.due, row.until


def test_the_term_ends_as_many_days_later(life: Life, row: Membership) -> None:
    rest(row)
    assert ends(row) == (berlin(2027, 1, 3), berlin(2027, 1, 17))
    seen = [state_of(life.nora, berlin(2026, 12, day)) for day in (1, 10, 11)]
    assert seen == [State.PAUSED, State.PAUSED, State.ACTIVE]
    assert Outbox.objects.get(kind="membership-paused").to == life.nora
    assert Change.objects.get(verb="pause_membership").after["why"] == "Travels"


def test_over_the_end_of_summer_time_days_are_counted_and_not_hours(life: Life) -> None:
    row = life.starts(until=berlin(2027, 10, 20), now=NOW)
    starts, until = berlin(2027, 3, 27), berlin(2027, 3, 30)  # 71 hours
    rest(row, starts=starts, until=until)
    assert ends(row)[0] == berlin(2027, 10, 23)


def test_ended_early_the_rest_of_the_days_comes_back(life: Life, row: Membership) -> None:
    pause = rest(row)
    third = berlin(2026, 12, 3) + DAY / 2
    end_pause(pause=pause, by=life.nora, now=third)
    assert ends(row) == (berlin(2026, 12, 27), berlin(2027, 1, 10))
    assert state_of(life.nora, third) == State.ACTIVE
    end_pause(pause=pause, by=life.nora, now=third + DAY)
    assert ends(row)[0] == berlin(2026, 12, 27)


def test_called_off_before_it_begins_it_never_was(life: Life, row: Membership) -> None:
    end_pause(pause=rest(row), by=life.nora, now=NOW)
    assert ends(row) == (XMAS, TWELFTH_NIGHT)
    rest(row, until=berlin(2026, 12, 31))  # all thirty days are there again


def test_what_comes_after_an_ended_membership_does_not_rest_for_it(
    life: Life, row: Membership
) -> None:
    rest(row)
    end = berlin(2026, 12, 3)
    end_membership(membership=row, until=end, by=life.dana, now=NOW)
    life.starts(starts=end, until=berlin(2027, 1, 3))
    seen = [state_of(life.nora, berlin(2026, 12, day)) for day in (2, 3, 10)]
    assert seen == [State.PAUSED, State.ACTIVE, State.ACTIVE]


def test_a_pause_after_the_end_is_called_off(life: Life, row: Membership) -> None:
    pause = rest(row)
    end_membership(membership=row, until=pause.starts - DAY, by=life.dana, now=NOW)
    pause.refresh_from_db()
    assert pause.called_off_at == NOW


def test_two_pauses_do_not_overlap_and_count_together(row: Membership) -> None:
    rest(row)
    with pytest.raises(MembershipError, match="rests then already"):
        rest(row)
    with pytest.raises(MembershipError, match="of 2026, 20 are left"):
        rest(row, starts=berlin(2026, 12, 11), until=berlin(2027, 1, 1))
    rest(row, starts=berlin(2026, 12, 12), until=berlin(2027, 1, 1))


@pytest.mark.parametrize(
    ("starts", "until", "words", "field"),
    [
        (NOW - DAY, NOW + DAY, "in the past", "first_day"),
        (NOW + DAY, NOW, "before the first", "last_day"),
        (XMAS, XMAS + DAY, "No paid term", "first_day"),
    ],
)
def test_what_cannot_rest(
    row: Membership, starts: datetime, until: datetime, words: str, field: str
) -> None:
    with pytest.raises(MembershipError, match=words) as refused:
        rest(row, starts=starts, until=until)
    assert refused.value.field == field
    assert not Pause.objects.exists()


def test_a_plan_without_pauses_has_none(row: Membership) -> None:
    Plan.objects.filter(pk=row.plan_id).update(pause_days=0)
    with pytest.raises(MembershipError, match="no pauses"):
        rest(row)


def test_what_has_not_begun_cannot_rest_yet(life: Life) -> None:
    row = life.starts(starts=NOW + 2 * DAY)
    with pytest.raises(MembershipError, match="not begun"):
        rest(row)


def test_no_pause_pushes_a_term_into_the_plan_that_follows(life: Life, row: Membership) -> None:
    life.starts(starts=TWELFTH_NIGHT, until=None)
    with pytest.raises(MembershipError, match="Another plan is to follow"):
        rest(row)


def test_no_plan_is_changed_while_it_is_to_rest(life: Life, row: Membership) -> None:
    rest(row)
    given: dict[str, Any] = {"plan": a_plan("Yearly"), "by": life.dana, "now": NOW}
    with pytest.raises(MembershipError, match="to rest after that day"):
        change_plan(membership=row, starts=berlin(2026, 12, 5), **given)
    assert change_plan(membership=row, starts=berlin(2026, 12, 11), **given)


def test_a_machine_in_use_stands_in_the_way(
    row: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use_until = NOW + DAY / 24

    def router(_member: object, beyond: datetime, _now: datetime) -> str:
        return "CNC router" if in_use_until > beyond else ""

    monkeypatch.setitem(busy._checks, "a room above", router)
    with pytest.raises(MembershipError, match="CNC router is in use"):
        rest(row, starts=NOW)
    assert rest(row, starts=in_use_until, until=NOW + DAY)
