"""Days without a term: passes, each for one day, and guests, so many a month."""

from datetime import date
from typing import Any

import pytest

from members.models import AccessEpoch, Change, DayPass, Guest, Hold, Membership, Plan
from members.services.day_passes import (
    give_day_passes,
    take_back_day,
    take_back_passes,
    use_day_pass,
)
from members.services.guests import STAYS, guests_in, sign_in_guest, sign_out_guest, still_in
from members.services.holds import HoldError, lift_hold
from members.services.memberships import MembershipError, take_back_membership
from members.services.pauses import start_pause
from members.standing import state_of
from members.terms import State
from notices.models import Outbox
from tests.members.life import DAY, Life, a_life, a_plan, berlin
from tests.people import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def life() -> Life:
    AccessEpoch.objects.get_or_create(pk=1)
    return a_life()


def passes(life: Life, count: int = 2, **given: Any) -> list[DayPass]:
    plan = Plan.objects.filter(slug="day").first() or a_plan("Day", kind=Plan.Kind.DAY)
    asked = {"expires": None, "by": life.dana, "now": NOW} | given
    return give_day_passes(member=life.nora, plan=plan, count=count, **asked)


def use(life: Life, one: DayPass, day: date = TODAY, **given: Any) -> Membership:
    return use_day_pass(day_pass=one, day=day, **{"by": life.nora, "now": NOW} | given)


# --- day passes ----------------------------------------------------------------------------------


def test_a_pass_is_a_membership_from_midnight_to_midnight(life: Life) -> None:
    day = use(life, passes(life)[0])
    assert (day.starts, day.until) == (berlin(2026, 11, 24), berlin(2026, 11, 25))
    assert state_of(life.nora, NOW) == State.ACTIVE
    assert state_of(life.nora, berlin(2026, 11, 25)) == State.LAPSED
    assert Outbox.objects.get(kind="day-passes-given").context["count"] == 2


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25)])
def test_a_day_is_as_long_as_the_clock_makes_it(life: Life, day: date, hours: int) -> None:
    (one,) = passes(life, 1, now=berlin(2026, 10, 1))
    used = use(life, one, day, now=berlin(2026, 10, 1))
    assert used.until is not None and (used.until - used.starts).total_seconds() == hours * 3600


def test_a_pass_is_used_once(life: Life) -> None:
    one, other = passes(life)
    use(life, one)
    with pytest.raises(MembershipError, match="used already"):
        use(life, one, date(2026, 11, 25))
    with pytest.raises(MembershipError, match="No pass is needed"):
        use(life, other)
    use(life, other, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "is over"),
        (date(2026, 12, 10), "over by then"),
        (date(2028, 1, 1), "too far"),
    ],
)
def test_a_day_that_cannot_be(life: Life, day: date, words: str) -> None:
    expires = berlin(2026, 12, 10) if day.year == 2026 else None
    (one,) = passes(life, 1, expires=expires)
    with pytest.raises(MembershipError, match=words):
        use(life, one, day)


def test_whoever_is_a_member_that_day_needs_no_pass(life: Life) -> None:
    life.starts()
    with pytest.raises(MembershipError, match="No pass is needed"):
        use(life, passes(life)[0])


def test_before_the_day_it_can_be_kept_for_another(life: Life) -> None:
    one = passes(life, 1)[0]
    use(life, one, date(2026, 11, 30))
    one = take_back_day(day_pass=one, by=life.nora, now=NOW)
    assert (one.used_at, one.membership) == (None, None)
    assert not life.nora.memberships.exists()
    use(life, one)
    with pytest.raises(MembershipError, match="has begun"):
        take_back_day(day_pass=one, by=life.nora, now=NOW)


def test_a_chosen_day_is_taken_back_like_any_membership_that_has_not_begun(life: Life) -> None:
    one = passes(life, 1)[0]
    chosen = use(life, one, date(2026, 11, 30))
    take_back_membership(membership=chosen, by=life.dana, now=NOW)
    one.refresh_from_db()
    assert (one.used_at, one.membership) == (None, None)
    assert not life.nora.memberships.exists()


def test_pressed_twice_is_given_once(life: Life) -> None:
    passes(life, 2, seen=0)
    with pytest.raises(MembershipError, match="changed in the meantime"):
        passes(life, 2, seen=0)
    assert DayPass.objects.count() == 2
    assert len(passes(life, 1, seen=2)) == 1


@pytest.mark.parametrize("count", [0, 51])
def test_a_slip_of_the_finger_gives_no_thousand(life: Life, count: int) -> None:
    with pytest.raises(MembershipError, match="between 1 and 50"):
        passes(life, count)
    assert not DayPass.objects.exists()


def test_only_plans_of_single_days_have_passes_and_unused_ones_go_back(life: Life) -> None:
    with pytest.raises(MembershipError, match="no plan of single days"):
        give_day_passes(
            member=life.nora, plan=life.plan, count=1, expires=None, by=life.dana, now=NOW
        )
    use(life, passes(life, 3)[0])
    assert take_back_passes(member=life.nora, by=life.dana, now=NOW) == 2
    assert DayPass.objects.count() == 1


# --- guests --------------------------------------------------------------------------------------


def bring(life: Life, name: str = "Kim", **given: Any) -> Guest:
    asked = {"space": life.world.space, "by": life.nora, "now": NOW} | given
    return sign_in_guest(host=life.nora, name=name, **asked)


def test_a_guest_is_in_until_signed_out(life: Life) -> None:
    life.starts()
    guest = bring(life)
    assert bring(life, "kim") == guest  # pressed twice is one visit
    assert list(guests_in(life.world.space, NOW)) == [guest]
    sign_out_guest(guest=guest, by=life.dana, now=NOW + DAY / 24)
    sign_out_guest(guest=guest, by=life.dana, now=NOW + DAY / 12)
    guest.refresh_from_db()
    assert guest.left_at == NOW + DAY / 24
    assert not guests_in(life.world.space, NOW)


def test_midnight_sends_no_guest_home_and_is_no_second_visit(life: Life) -> None:
    life.starts(a_plan("Night", guests_a_month=1))
    late, after = berlin(2026, 11, 25) - DAY / 144, berlin(2026, 11, 25) + DAY / 144
    guest = bring(life, now=late)
    assert list(guests_in(life.world.space, after)) == [guest]
    assert bring(life, now=after) == guest
    assert Guest.objects.count() == 1


def test_whom_nobody_signed_out_is_in_no_longer_the_next_day(life: Life) -> None:
    life.starts()
    guest = bring(life)
    assert list(still_in(NOW + STAYS - DAY / 24)) == [guest]
    assert not still_in(NOW + STAYS)
    assert bring(life, now=NOW + DAY) != guest


def test_visits_are_counted_by_the_month_of_the_space(life: Life) -> None:
    life.starts(until=None)
    for name in ("Kim", "Lou"):
        bring(life, name)
    with pytest.raises(MembershipError, match="All 2 visits"):
        bring(life, "Mo")
    with pytest.raises(MembershipError, match="All 2 visits"):
        bring(life, "Mo", now=berlin(2026, 12, 1) - DAY / 24)
    bring(life, "Mo", now=berlin(2026, 12, 1))


def test_only_whom_machines_serve_brings_guests(life: Life) -> None:
    with pytest.raises(MembershipError, match="Only members"):
        bring(life)
    row = life.starts()
    start_pause(membership=row, starts=NOW, until=NOW + DAY, why="", by=life.nora, now=NOW)
    with pytest.raises(MembershipError, match="Only members"):
        bring(life)
    Hold.objects.create(member=life.nora, reason="Ban", remedy="Talk", since=NOW)
    with pytest.raises(MembershipError, match="A hold"):
        bring(life, now=NOW + DAY)
    assert not Guest.objects.exists()


def test_a_plan_without_guests_brings_none(life: Life) -> None:
    life.starts(a_plan("Alone"))
    with pytest.raises(MembershipError, match="no guests"):
        bring(life)


# --- holds ---------------------------------------------------------------------------------------


def test_nobody_lifts_a_hold_of_their_own(life: Life) -> None:
    hold = Hold.objects.create(member=life.dana, reason="Ban", remedy="Talk", since=NOW)
    with pytest.raises(HoldError, match="their own|of their own"):
        lift_hold(hold=hold, by=life.dana, now=NOW)
    hold.refresh_from_db()
    assert hold.lifted_at is None


def test_a_hold_is_lifted_once(life: Life) -> None:
    hold = Hold.objects.create(member=life.nora, reason="Unsafe", remedy="Talk", since=NOW)
    for seen, at in ((Hold.objects.get(), NOW), (hold, NOW + DAY)):
        assert lift_hold(hold=seen, by=life.dana, now=at).lifted_at == NOW
    assert Change.objects.filter(verb="lift_hold").count() == 1
