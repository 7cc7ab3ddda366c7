"""From the trial to the lapsed term and back: what each service does, and what it refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from members.models import AccessEpoch, Change, DayPass, Membership, Plan, Role
from members.permissions import acts_alone
from members.services.changing_plans import change_plan
from members.services.day_passes import give_day_passes
from members.services.joining import ask_to_change, confirm_request
from members.services.memberships import (
    MembershipError,
    end_membership,
    renew_membership,
    sign_up_to_plan,
    take_back_membership,
)
from members.standing import last_of, running, state_of
from members.terms import State
from notices.models import Outbox
from tests.members.life import DAY, Life, a_life, a_plan, berlin
from tests.people import NOW, a_member

pytestmark = pytest.mark.django_db
XMAS = berlin(2026, 12, 24)


@pytest.fixture
def life() -> Life:
    AccessEpoch.objects.get_or_create(pk=1)
    return a_life()


def told(kind: str) -> "QuerySet[Outbox]":
    return Outbox.objects.filter(kind=kind)


def epoch() -> int:
    return AccessEpoch.objects.get().number


# --- beginning -----------------------------------------------------------------------------------


def test_a_term_is_followed_by_the_days_its_plan_tolerates(life: Life) -> None:
    row = life.starts()
    assert (row.due, row.until) == (XMAS, berlin(2027, 1, 7))
    assert Change.objects.get(verb="start_membership").after["due"] == XMAS.isoformat()


def test_an_open_ended_one_is_never_due(life: Life) -> None:
    row = life.starts(until=None)
    assert (row.due, row.until) == (None, None)


def test_two_terms_do_not_overlap_and_may_meet(life: Life) -> None:
    first = life.starts()
    assert first.until is not None
    for starts in (NOW, first.until - DAY):
        with pytest.raises(MembershipError, match="They are on Monthly") as refused:
            life.starts(starts=starts, until=None)
        assert refused.value.field == "first_day"
    assert life.starts(starts=first.until, until=None).starts == first.until


def test_a_start_in_the_past_needs_somebody_elses_word(life: Life) -> None:
    past: dict[str, Any] = {"starts": NOW - 400 * DAY}
    with pytest.raises(MembershipError, match="write down why"):
        life.starts(**past)
    with pytest.raises(MembershipError, match="signs themselves up"):
        life.starts(**past, by=life.nora, why="I say so")
    row = life.starts(**past, why="Paper form of 2025")
    assert row.starts == NOW - 400 * DAY
    assert Change.objects.get(verb="start_membership").after["why"] == "Paper form of 2025"


def test_a_trial_is_had_once(life: Life) -> None:
    trial = a_plan("Trial", kind=Plan.Kind.TRIAL)
    life.starts(trial, starts=NOW - 60 * DAY, until=NOW - 30 * DAY, why="From the old list")
    with pytest.raises(MembershipError, match="once"):
        life.starts(trial)
    other = a_plan("Another trial", kind=Plan.Kind.TRIAL)
    with pytest.raises(MembershipError, match="once"):
        life.starts(other)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"kind": Plan.Kind.DAY}, "single days"), ({"retired_at": NOW}, "any more")],
)
def test_what_nobody_is_signed_up_to(life: Life, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(MembershipError, match=words):
        life.starts(a_plan("Other", **fields))


def test_an_end_before_the_start_is_refused_in_words(life: Life) -> None:
    with pytest.raises(MembershipError, match="before it begins"):
        life.starts(plan=a_plan("Strict"), until=NOW)
    assert not life.nora.memberships.exists()


# --- going on ------------------------------------------------------------------------------------


def test_a_life_from_the_trial_to_the_return(life: Life) -> None:
    trial = a_plan("Trial", kind=Plan.Kind.TRIAL)
    assert state_of(life.nora, NOW) == State.NONE
    life.starts(trial, until=NOW + 7 * DAY)
    assert state_of(life.nora, NOW) == State.TRIAL
    row = life.starts(starts=NOW + 7 * DAY)
    seen = [
        state_of(life.nora, at)
        for at in (NOW + 7 * DAY, XMAS - DAY, XMAS, berlin(2027, 1, 6), berlin(2027, 1, 7))
    ]
    assert seen == [State.ACTIVE, State.ACTIVE, State.OVERDUE, State.OVERDUE, State.LAPSED]
    later = berlin(2027, 2, 1)
    again = renew_membership(membership=row, by=life.dana, now=later)
    assert (again.pk != row.pk, again.starts, again.due) == (True, later, berlin(2027, 3, 1))
    assert state_of(life.nora, later) == State.ACTIVE


@pytest.mark.parametrize("at", [XMAS - DAY, XMAS, XMAS + 13 * DAY])
def test_paid_early_or_overdue_the_next_term_begins_where_the_last_ended(
    life: Life, at: datetime
) -> None:
    row = renew_membership(membership=life.starts(), by=life.dana, now=at)
    assert (row.due, row.until) == (berlin(2027, 1, 24), berlin(2027, 2, 7))
    assert told("membership-renewed").get().context["until"] == berlin(2027, 1, 24).isoformat()


def test_pressed_twice_is_renewed_once(life: Life) -> None:
    row = life.starts()
    renew_membership(membership=row, by=life.dana, now=NOW, due=XMAS)
    with pytest.raises(MembershipError, match="in the meantime"):
        renew_membership(membership=row, by=life.dana, now=NOW, due=XMAS)
    row.refresh_from_db()
    assert row.due == berlin(2027, 1, 24)


def test_a_lapsed_one_is_renewed_once_too(life: Life) -> None:
    row, later = life.starts(), berlin(2027, 3, 1)
    renew_membership(membership=row, by=life.dana, now=later, due=XMAS)
    with pytest.raises(MembershipError, match="Another membership follows"):
        renew_membership(membership=row, by=life.dana, now=later, due=XMAS)
    assert life.nora.memberships.count() == 2


def test_members_renew_where_the_plan_says_so_and_in_the_last_month(life: Life) -> None:
    row = life.starts(until=berlin(2027, 6, 1))
    with pytest.raises(MembershipError, match="Staff at the desk"):
        renew_membership(membership=row, by=life.nora, now=NOW)
    Plan.objects.filter(pk=life.plan.pk).update(renews_itself=True)
    with pytest.raises(MembershipError, match="last month"):
        renew_membership(membership=row, by=life.nora, now=NOW)
    renewed = renew_membership(membership=row, by=life.nora, now=berlin(2027, 5, 10))
    assert renewed.due == berlin(2027, 7, 1)


@pytest.mark.parametrize("fields", [{"kind": Plan.Kind.TRIAL}, {"months": None}])
def test_what_has_no_next_term(life: Life, fields: dict[str, Any]) -> None:
    row = life.starts()
    Plan.objects.filter(pk=life.plan.pk).update(**fields)
    with pytest.raises(MembershipError):
        renew_membership(membership=row, by=life.dana, now=NOW)


def test_a_retired_plan_goes_on_for_those_who_are_on_it_and_takes_nobody_new(life: Life) -> None:
    row = life.starts()
    Plan.objects.filter(pk=life.plan.pk).update(retired_at=NOW)
    renewed = renew_membership(membership=row, by=life.dana, now=NOW + DAY)
    assert renewed.due == berlin(2027, 1, 24)
    assert renewed.until
    with pytest.raises(MembershipError, match="takes nobody new"):
        renew_membership(membership=row, by=life.dana, now=renewed.until)
    life.plan.refresh_from_db()
    with pytest.raises(MembershipError, match="any more"):
        sign_up_to_plan(
            member=life.world.charlie,
            plan=life.plan,
            starts=NOW,
            until=None,
            by=life.dana,
            now=NOW,
        )


# --- staff and themselves ------------------------------------------------------------------------


@pytest.fixture
def ottos(life: Life) -> Membership:
    """Otto is of the staff, beside Dana, and on the monthly plan."""
    otto = a_member("Otto Brandt", plan=None, space=life.world.space)
    Role.objects.create(member=otto, space=None, kind=Role.Kind.STAFF)
    given: dict[str, Any] = {"starts": NOW, "until": XMAS, "by": life.dana, "now": NOW}
    return sign_up_to_plan(member=otto, plan=life.plan, **given)


def test_staff_go_the_way_of_members_for_themselves(life: Life, ottos: Membership) -> None:
    otto, other = ottos.member, a_plan("Yearly", months=12)
    day = a_plan("Day", kind=Plan.Kind.DAY)
    mine: dict[str, Any] = {"by": otto, "now": NOW}
    with pytest.raises(MembershipError, match="signs themselves up"):
        sign_up_to_plan(member=otto, plan=other, starts=XMAS, until=None, **mine)
    with pytest.raises(MembershipError, match="Staff at the desk change"):
        change_plan(membership=ottos, plan=other, starts=NOW + DAY, **mine)
    with pytest.raises(MembershipError, match="Staff at the desk renew"):
        renew_membership(membership=ottos, **mine)
    with pytest.raises(MembershipError, match="day passes"):
        give_day_passes(member=otto, plan=day, count=1, expires=None, **mine)
    assert otto.memberships.count() == 1
    assert not DayPass.objects.exists()


def test_where_the_plan_lets_members_staff_may_for_themselves(
    life: Life, ottos: Membership
) -> None:
    yearly = a_plan("Yearly", months=12, joining=Plan.Joining.SELF)
    given: dict[str, Any] = {"by": ottos.member, "now": NOW}
    assert change_plan(membership=ottos, plan=yearly, starts=NOW + DAY, **given).plan == yearly


def test_whoever_is_the_only_one_of_the_staff_does_it_all(life: Life, ottos: Membership) -> None:
    Role.objects.filter(member=life.dana).delete()
    day = a_plan("Day", kind=Plan.Kind.DAY)
    mine: dict[str, Any] = {"by": ottos.member, "now": NOW}
    assert renew_membership(membership=ottos, **mine)
    assert give_day_passes(member=ottos.member, plan=day, count=1, expires=None, **mine)
    assert Change.objects.get(verb="give_day_passes").actor == ottos.member


def test_a_role_that_rests_makes_nobody_the_only_one(life: Life) -> None:
    assert acts_alone(life.dana)
    life.dana.rest_roles()
    assert not acts_alone(life.dana)
    assert not acts_alone(life.nora)


# --- ending --------------------------------------------------------------------------------------


def test_an_end_takes_the_tolerance_with_it_and_wakes_the_gatekeeper(life: Life) -> None:
    row, before = life.starts(), epoch()
    ended = end_membership(
        membership=row, until=NOW + 9 * DAY, by=life.dana, now=NOW, why="Moves away"
    )
    assert (ended.due, ended.until) == (NOW + 9 * DAY, NOW + 9 * DAY)
    assert state_of(life.nora, NOW + 9 * DAY) == State.ENDED
    assert told("membership-ended").get().context["why"] == "Moves away"
    assert epoch() == before + 1


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (NOW - DAY, "not begun"),
        (NOW, "not begun"),
        (NOW + 365 * DAY, "by itself"),
    ],
)
def test_an_end_that_cannot_be(life: Life, until: datetime, words: str) -> None:
    row = life.starts()
    with pytest.raises(MembershipError, match=words):
        end_membership(membership=row, until=until, by=life.dana, now=NOW)
    with pytest.raises(MembershipError, match="in the past"):
        end_membership(membership=row, until=NOW + DAY, by=life.dana, now=NOW + 2 * DAY)


# --- another plan --------------------------------------------------------------------------------


def changed(
    life: Life, row: Membership, plan: Plan, starts: datetime = XMAS - 9 * DAY
) -> Membership:
    return change_plan(membership=row, plan=plan, starts=starts, by=life.dana, now=NOW)


def test_a_change_leaves_no_gap_and_begins_a_term_of_its_own(life: Life) -> None:
    row = life.starts()
    new = changed(life, row, a_plan("Yearly", months=12))
    row.refresh_from_db()
    assert row.until == new.starts == berlin(2026, 12, 15)
    assert new.due == berlin(2027, 12, 15)
    assert [state_of(life.nora, new.starts + step) for step in (-DAY, 0 * DAY)] == [
        State.ACTIVE
    ] * 2
    assert told("membership-changed").get().context["was"] == "Monthly"


def test_a_change_that_has_not_begun_is_taken_back_as_if_it_had_never_been(life: Life) -> None:
    row = life.starts()
    before = (row.due, row.until)
    new = changed(life, row, a_plan("Yearly", months=12))
    take_back_membership(membership=new, by=life.dana, now=NOW)
    row.refresh_from_db()
    assert (row.due, row.until, row.ended_at, row.ended_why) == (*before, None, "")
    assert [one.pk for one in life.nora.memberships.all()] == [row.pk]
    with pytest.raises(MembershipError, match="taken back already"):
        take_back_membership(membership=new, by=life.dana, now=NOW)


def test_one_that_has_begun_is_not_taken_back(life: Life) -> None:
    new = changed(life, life.starts(), a_plan("Yearly"))
    with pytest.raises(MembershipError, match="has begun"):
        take_back_membership(membership=new, by=life.dana, now=new.starts)


def test_what_follows_a_change_is_taken_back_before_it(life: Life) -> None:
    old = life.starts()
    new = change_plan(
        membership=old, plan=a_plan("Light", months=1), starts=NOW + 5 * DAY, by=life.dana, now=NOW
    )
    assert new.until is not None
    after = life.starts(starts=new.until, until=None)
    with pytest.raises(MembershipError, match="would run into"):
        take_back_membership(membership=new, by=life.dana, now=NOW)
    take_back_membership(membership=after, by=life.dana, now=NOW)
    then = change_plan(membership=new, plan=old.plan, starts=NOW + 10 * DAY, by=life.dana, now=NOW)
    with pytest.raises(MembershipError, match="to follow"):
        take_back_membership(membership=new, by=life.dana, now=NOW)
    for row in (then, new):
        take_back_membership(membership=row, by=life.dana, now=NOW)
    assert Membership.objects.get(member=old.member).until == old.until


def test_nobody_changes_twice_to_the_same_or_outside_the_term(life: Life) -> None:
    row, yearly = life.starts(), a_plan("Yearly", months=12)
    for plan, starts, words in (
        (life.plan, XMAS, "plan they are on"),
        (yearly, NOW - DAY, "past"),
        (yearly, NOW, "not on Monthly then"),
        (yearly, berlin(2027, 1, 7), "not on Monthly then"),
        (a_plan("Day", kind=Plan.Kind.DAY), XMAS, "plan with terms"),
    ):
        with pytest.raises(MembershipError, match=words):
            changed(life, row, plan, starts)
    changed(life, row, yearly)
    with pytest.raises(MembershipError, match="already"):
        changed(life, row, a_plan("Third"))
    with pytest.raises(MembershipError, match="Take that back"):
        end_membership(membership=row, until=NOW + DAY, by=life.dana, now=NOW)


def test_one_that_was_ended_is_followed_and_not_changed(life: Life) -> None:
    row, yearly = life.starts(), a_plan("Yearly", months=12)
    row = end_membership(membership=row, until=XMAS, by=life.nora, now=NOW)
    with pytest.raises(MembershipError, match="Staff sign up to another plan"):
        changed(life, row, yearly)
    assert life.starts(yearly, starts=XMAS, until=None).starts == row.until


def test_members_change_to_what_they_may_start_and_ask_for_the_rest(life: Life) -> None:
    row = life.starts()
    yearly = a_plan("Yearly", joining=Plan.Joining.ASK)
    with pytest.raises(MembershipError, match="Staff at the desk"):
        change_plan(membership=row, plan=yearly, starts=XMAS, by=life.nora, now=NOW)
    wish = ask_to_change(member=life.nora, plan=yearly, now=NOW)
    assert told("membership-requested").get().to == life.dana
    confirm_request(wish=wish, until=None, by=life.dana, now=NOW + DAY)
    on = running(life.nora, NOW + DAY)
    assert on is not None and on.plan == yearly
    free = a_plan("Evenings", joining=Plan.Joining.SELF)
    later = NOW + 2 * DAY
    assert change_plan(membership=on, plan=free, starts=later, by=life.nora, now=later).plan == free


def test_the_last_membership_is_the_one_that_ends_last(life: Life) -> None:
    life.starts(starts=NOW - 90 * DAY, until=NOW - 60 * DAY, why="Paper")
    row = life.starts()
    assert last_of(life.nora) == row
    assert running(life.nora, NOW + timedelta(days=900)) is None


def test_a_start_by_nobody_is_an_import_and_needs_no_words(life: Life) -> None:
    given: dict[str, Any] = {"starts": NOW - DAY, "until": None, "by": None, "now": NOW}
    assert sign_up_to_plan(member=life.nora, plan=life.plan, **given).starts == NOW - DAY
