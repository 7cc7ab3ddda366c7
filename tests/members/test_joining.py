"""Choosing a plan: at once where members may, through staff where they must, never twice."""

from datetime import timedelta

import pytest

from members.models import Change, Membership, MembershipRequest, Plan
from members.services import joining
from members.services.joining import JoiningError
from notices.models import Outbox
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TRIAL_ENDS = NOW + 30 * DAY


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def nora(world):
    return a_member("Nora New", plan=None)


def a_plan(joining):
    return Plan.objects.create(name="Trial", slug="trial", joining=joining)


def choose(member, plan, now=NOW):
    return joining.choose_plan(member=member, plan=plan, until=TRIAL_ENDS, now=now)


def asked(nora):
    choose(nora, a_plan("ask"))
    return MembershipRequest.objects.get(member=nora)


def test_a_plan_that_members_start_begins_at_once(nora):
    started = choose(nora, a_plan("self"))
    assert (started.starts, started.until) == (NOW, TRIAL_ENDS)
    assert Change.objects.get(verb="start_membership").actor == nora


def test_it_starts_itself_only_once(nora):
    plan = a_plan("self")
    Membership.objects.create(member=nora, plan=plan, starts=NOW - 60 * DAY, until=NOW - 30 * DAY)
    assert choose(nora, plan) is None
    assert not nora.memberships.current(NOW).exists()
    assert MembershipRequest.objects.get().plan == plan


def test_one_that_staff_confirm_begins_when_they_do(world, nora):
    wish = asked(nora)
    assert not nora.memberships.exists()
    later = NOW + DAY
    membership = joining.confirm_request(wish=wish, until=TRIAL_ENDS, by=world.dana, now=later)
    assert membership.starts == later
    told = Outbox.objects.get(kind="membership-confirmed")
    assert (told.to, told.context) == (nora, {"plan": "Trial", "by": "Dana Osei"})


def test_one_that_is_declined_may_be_asked_for_again(world, nora):
    wish = asked(nora)
    joining.decline_request(wish=wish, why="No card", by=world.dana, now=NOW)
    assert Outbox.objects.get(kind="membership-declined").context["why"] == "No card"
    assert choose(nora, wish.plan) is None
    assert MembershipRequest.objects.filter(answered_at=None).count() == 1


def test_a_request_is_answered_once(world, nora):
    wish = asked(nora)
    stale = MembershipRequest.objects.get(pk=wish.pk)
    joining.confirm_request(wish=wish, until=None, by=world.dana, now=NOW)
    with pytest.raises(JoiningError, match="answered"):
        joining.decline_request(wish=stale, why="Too late", by=world.dana, now=NOW)
    assert nora.memberships.count() == 1


def test_nobody_answers_their_own_request(nora):
    wish = asked(nora)
    with pytest.raises(JoiningError, match="their own"):
        joining.confirm_request(wish=wish, until=None, by=nora, now=NOW)
    assert not nora.memberships.exists()


def test_who_is_on_a_plan_or_has_asked_is_told_so(world, nora):
    plan = a_plan("ask")
    with pytest.raises(JoiningError, match="on a plan already"):
        choose(world.alice, plan)
    choose(nora, plan)
    with pytest.raises(JoiningError, match="asked for a plan already"):
        choose(nora, plan)


def test_a_plan_of_the_desk_cannot_be_chosen(nora):
    with pytest.raises(JoiningError, match="Staff at the desk"):
        choose(nora, a_plan("staff"))
    assert not Change.objects.exists()
