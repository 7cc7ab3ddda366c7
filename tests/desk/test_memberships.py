"""Memberships on pages: what a button would cost stands above it, and then it does just that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.facts import facts_for
from bookings.models import Booking, Disruption
from bookings.rules import Slot
from bookings.rules.eligible import eligible_throughout
from equipment.eligibility import missing
from equipment.facts import facts_of_person
from members.models import (
    AccessEpoch,
    Change,
    DayPass,
    Guest,
    Hold,
    Member,
    Membership,
    Pause,
    Plan,
    Role,
)
from members.services.changing_plans import change_plan
from members.services.day_passes import give_day_passes, use_day_pass
from members.services.memberships import sign_up_to_plan
from members.services.pauses import start_pause
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.desk.agreeing import agree, preview
from tests.members.life import DAY, a_plan, berlin
from tests.people import NOW, World, a_member

LATER = AT_14 + 9 * DAY
AsMember = Callable[[Member], Client]


@pytest.fixture(autouse=True)
def a_life(world: World) -> None:
    """Alice on a plan with everything, since a year and for another."""
    AccessEpoch.objects.get_or_create(pk=1)
    Plan.objects.update(months=1, pause_days=30, renews_itself=True, guests_a_month=2)
    world.plan.refresh_from_db()


@pytest.fixture
def row(world: World) -> Membership:
    return world.alice.memberships.get()


def own(client: Client) -> str:
    return client.get("/you/membership/").content.decode()


# --- the preview ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("end", {"last_day": "2026-11-30", "why": "Moves"}),
        ("pause", {"first_day": "2026-12-01", "last_day": "2026-12-20"}),
    ],
)
def test_the_bookings_it_hits_stand_above_the_button_and_nothing_is_done_yet(
    world: World, row: Membership, as_member: AsMember, act: str, typed: dict[str, str]
) -> None:
    booking = a_booking(world, starts=LATER)
    a_booking(world, starts=AT_14)
    before = Change.objects.count()
    page = preview(as_member(world.alice), f"/memberships/{row.pk}/{act}/", typed)
    assert page.context["lost"] == [booking]
    assert "1 booking could not be used." in page.content.decode()
    assert Change.objects.count() == before
    agree(as_member(world.alice), f"/memberships/{row.pk}/{act}/", typed)
    assert Disruption.objects.get().booking == booking


def test_where_the_bookings_changed_meanwhile_it_is_shown_again(
    world: World, row: Membership, as_member: AsMember
) -> None:
    client, path = as_member(world.alice), f"/memberships/{row.pk}/end/"
    seen = preview(client, path, {"last_day": "2026-11-30"}).context["seen"]
    booking = a_booking(world, starts=LATER)
    page = client.post(path, {"last_day": "2026-11-30", "seen": seen})
    assert page.context["lost"] == [booking]
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_hold_shows_what_it_costs_too(world: World, as_member: AsMember) -> None:
    booking = a_booking(world, starts=LATER)
    client, path = as_member(world.dana), f"/people/{world.alice.public_id}/hold/"
    typed = {"reason": "Left the laser alone.", "remedy": "Talk."}
    assert preview(client, path, typed).context["lost"] == [booking]
    assert not Hold.objects.exists()
    agree(client, path, typed)
    assert Hold.objects.get().reason == typed["reason"]


def test_nobody_lifts_a_hold_of_their_own(world: World, as_member: AsMember) -> None:
    hold = Hold.objects.create(member=world.dana, reason="Ban", remedy="Talk", since=NOW)
    page = as_member(world.dana).post(f"/holds/{hold.pk}/lift/", follow=True)
    assert "Nobody lifts a hold of their own" in page.content.decode()
    hold.refresh_from_db()
    assert hold.lifted_at is None


# --- a life on pages -----------------------------------------------------------------------------


def serves(member: Any, at: Any) -> bool:
    return not missing(facts_of_person(member_id=member.pk, now=at), at)


def seen_at(at: datetime, nora: Member, world: World, as_member: AsMember) -> Any:
    """The word on her page, whether she may book, and whether a machine would unlock."""
    with time_machine.travel(at, tick=False):
        page = own(as_member(nora))
    words = ("Trial", "Active", "Overdue", "Lapsed")
    slot = Slot(at, at + HOUR)
    facts = facts_for(member_id=nora.pk, machine=world.router, slot=slot, now=at)
    against = {reason.code for reason in eligible_throughout(facts, slot)} - {"not-certified"}
    word = next(word for word in words if f"<span>{word}</span>" in page)
    return word, not against, serves(nora, at)


def test_page_booking_and_judge_agree_from_the_trial_to_the_return(
    world: World, as_member: AsMember
) -> None:
    nora = a_member("Nora New", plan=None, space=world.space)
    trial = a_plan("Trial", kind=Plan.Kind.TRIAL)
    monthly = a_plan("Monthly", overdue_days=7, renews_itself=True)
    given: dict[str, Any] = {"member": nora, "by": world.dana, "now": NOW}
    sign_up_to_plan(plan=trial, starts=NOW, until=berlin(2026, 12, 1), **given)
    row = sign_up_to_plan(
        plan=monthly, starts=berlin(2026, 12, 1), until=berlin(2027, 1, 1), **given
    )
    days = (NOW, berlin(2026, 12, 5), berlin(2027, 1, 3), berlin(2027, 1, 8))
    assert [seen_at(at, nora, world, as_member) for at in days] == [
        ("Trial", True, True),
        ("Active", True, True),
        ("Overdue", True, True),
        ("Lapsed", False, False),
    ]
    with time_machine.travel(days[-1], tick=False):
        client, path = as_member(nora), f"/memberships/{row.pk}/renew/"
        agree(client, path, {"due": preview(client, path).context["form"]["due"].value()})
        assert "<span>Active</span>" in own(client)
    assert serves(nora, days[-1])


def test_a_double_click_renews_once(world: World, row: Membership, as_member: AsMember) -> None:
    client, path = as_member(world.dana), f"/memberships/{row.pk}/renew/"
    typed = {"due": preview(client, path).context["form"]["due"].value(), "seen": ""}
    until = row.until
    assert client.post(path, typed).status_code == 302
    assert client.post(path, typed).status_code == 422
    row.refresh_from_db()
    assert until is not None and row.until is not None
    assert row.until - until < timedelta(days=32)
    assert Change.objects.filter(verb="renew_membership").count() == 1


@pytest.mark.parametrize("due", ["", "yesterday", "9999-99-99T00:00:00+00:00", "\x00"])
def test_a_forged_end_renews_nothing(
    world: World, row: Membership, as_member: AsMember, due: str
) -> None:
    page = as_member(world.dana).post(f"/memberships/{row.pk}/renew/", {"due": due, "seen": ""})
    assert page.status_code == 422
    assert not Change.objects.filter(verb="renew_membership").exists()


def test_a_plan_is_changed_from_a_day_and_taken_back(
    world: World, row: Membership, as_member: AsMember
) -> None:
    evenings = a_plan("Evenings", joining=Plan.Joining.SELF)
    client, path = as_member(world.alice), f"/memberships/{row.pk}/change/"
    typed = {"plan": evenings.pk, "first_day": "2026-12-01"}
    agree(client, path, typed)
    new = Membership.objects.get(plan=evenings)
    assert new.starts == berlin(2026, 12, 1)
    assert "Take the change back" in own(client)
    assert preview(client, path, typed).status_code == 422
    client.post(f"/memberships/{new.pk}/take-back/", {"seen": ""})
    assert not Membership.objects.filter(plan=evenings).exists()


def test_a_forged_plan_is_no_choice(world: World, row: Membership, as_member: AsMember) -> None:
    secret = a_plan("Staff only")
    client, path = as_member(world.alice), f"/memberships/{row.pk}/change/"
    for plan in (secret.pk, 99999, "full", ""):
        page = preview(client, path, {"plan": plan, "first_day": "2026-12-01"})
        assert page.status_code == 422
    assert (
        preview(
            as_member(world.dana), path, {"plan": secret.pk, "first_day": "2026-12-01"}
        ).status_code
        == 200
    )


def test_what_staff_confirm_is_asked_for(
    world: World, row: Membership, as_member: AsMember
) -> None:
    asked = a_plan("Yearly", joining=Plan.Joining.ASK)
    client = as_member(world.alice)
    typed = {"plan": asked.pk, "first_day": "2026-12-01"}
    assert preview(client, f"/memberships/{row.pk}/change/", typed).status_code == 302
    wish = world.alice.plan_requests.get()
    as_member(world.dana).post(f"/desk/plan-requests/{wish.pk}/confirm/")
    assert world.alice.memberships.get(plan=asked).follows == row


def test_a_pause_twice_is_one_and_ends_on_a_button(
    world: World, row: Membership, as_member: AsMember
) -> None:
    client, path = as_member(world.alice), f"/memberships/{row.pk}/pause/"
    typed = {"first_day": "2026-11-24", "last_day": "2026-11-30", "why": ""}
    agree(client, path, typed)
    assert preview(client, path, typed).status_code == 422
    assert "<span>Rests</span>" in own(client)
    pause = Pause.objects.get()
    client.post(f"/pauses/{pause.pk}/end/", {"seen": ""})
    assert "<span>Active</span>" in own(client)


def test_days_and_words_that_cannot_be_keep_what_was_typed(
    world: World, row: Membership, as_member: AsMember
) -> None:
    client = as_member(world.alice)
    typed = {"first_day": "2026-12-20", "last_day": "2026-12-01", "why": "Holidays"}
    page = preview(client, f"/memberships/{row.pk}/pause/", typed).content.decode()
    assert "The last day comes before the first." in page and "Holidays" in page
    page = preview(client, f"/memberships/{row.pk}/end/", {"last_day": "0001-01-01"})
    assert page.status_code == 422


def test_others_find_nothing(world: World, row: Membership, as_member: AsMember) -> None:
    pause = start_pause(
        membership=row, starts=NOW, until=NOW + DAY, why="", by=world.alice, now=NOW
    )
    client = as_member(world.bob)
    acts = ("renew", "end", "change", "pause", "take-back")
    paths = [f"/memberships/{row.pk}/{act}/" for act in acts]
    for path in [*paths, f"/pauses/{pause.pk}/end/"]:
        assert client.get(path).status_code == client.post(path, {"seen": ""}).status_code == 404


# --- beginning at the desk -----------------------------------------------------------------------


def test_a_start_in_the_past_asks_for_words_and_keeps_them(
    world: World, as_member: AsMember
) -> None:
    nora = a_member("Nora New", plan=None)
    client, path = as_member(world.dana), f"/people/{nora.public_id}/plan/"
    typed = {"plan": world.plan.pk, "first_day": "2026-10-01", "last_day": "2027-10-01"}
    page = client.post(path, typed)
    assert page.status_code == 422 and "write down why" in page.content.decode()
    assert client.post(path, {**typed, "why": "Paper form"}).status_code == 302
    assert nora.memberships.get().starts == berlin(2026, 10, 1)
    again = client.post(path, {**typed, "why": "Paper form"})
    assert "They are on Full at that time" in again.content.decode()


@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("Meyer Alice", "new@example.org", "Somebody like that is here already."),
        ("Ana Diaz", "ana@gmial.com", "ana@gmail.com"),
    ],
)
def test_somebody_twice_or_mistyped_is_asked_about_and_not_refused(
    world: World, as_member: AsMember, name: str, email: str, words: str
) -> None:
    client = as_member(world.dana)
    typed = {"name": name, "email": email, "guardian": "", "language": "en"}
    page = client.post("/people/new/", typed)
    assert page.status_code == 422 and words in page.content.decode()
    assert f'value="{email}"' in page.content.decode()
    assert client.post("/people/new/", {**typed, "sure": "on"}).status_code == 302


# --- days and guests -----------------------------------------------------------------------------


def test_passes_are_given_at_the_desk_and_used_by_their_member(
    world: World, as_member: AsMember
) -> None:
    day = a_plan("Day", kind=Plan.Kind.DAY)
    nora = a_member("Nora New", plan=None, space=world.space)
    desk = as_member(world.dana)
    typed = {"plan": day.pk, "count": 2, "last_day": ""}
    assert desk.post(f"/people/{nora.public_id}/day-passes/", typed).status_code == 302
    one = DayPass.objects.filter(member=nora).first()
    assert one is not None
    client = as_member(nora)
    assert "2 day passes are left." in own(client)
    path = f"/day-passes/{one.pk}/use/"
    agree(client, path, {"day": "2026-11-30"})
    assert client.post(path, {"day": "2026-11-30", "seen": ""}).status_code == 422
    assert nora.memberships.get().starts == berlin(2026, 11, 30)
    client.post(f"/day-passes/{one.pk}/take-back/", {"seen": ""})
    assert not nora.memberships.exists()


def test_the_same_form_sent_twice_gives_the_passes_once_and_says_so(
    world: World, as_member: AsMember
) -> None:
    day = a_plan("Day", kind=Plan.Kind.DAY)
    desk, path = as_member(world.dana), f"/people/{world.bob.public_id}/day-passes/"
    assert 'name="seen" value="0"' in desk.get(path).content.decode()
    typed = {"plan": day.pk, "count": 2, "last_day": "", "seen": 0}
    assert desk.post(path, typed).status_code == 302
    again = desk.post(path, typed)
    assert again.status_code == 422 and "Look how many they have" in again.content.decode()
    assert DayPass.objects.filter(member=world.bob).count() == 2
    assert 'name="seen" value="2"' in again.content.decode()
    assert desk.post(path, {**typed, "seen": 2}).status_code == 302


def test_a_guest_of_three_days_ago_stands_on_no_page(world: World, as_member: AsMember) -> None:
    old = NOW - timedelta(days=3)
    Guest.objects.create(host=world.alice, space=world.space, name="Kim Gone", came_at=old)
    assert "Kim Gone" not in own(as_member(world.alice))


def test_nobody_uses_a_pass_of_somebody_else(world: World, as_member: AsMember) -> None:
    day = a_plan("Day", kind=Plan.Kind.DAY)
    (one,) = give_day_passes(
        member=world.alice, plan=day, count=1, expires=None, by=world.dana, now=NOW
    )
    assert as_member(world.bob).get(f"/day-passes/{one.pk}/use/").status_code == 404


def test_a_guest_is_signed_in_on_the_phone_and_seen_at_the_desk(
    world: World, as_member: AsMember
) -> None:
    client = as_member(world.alice)
    client.post("/you/guests/new/", {"name": "Kim"})
    client.post("/you/guests/new/", {"name": ""})
    guest = Guest.objects.get()
    assert "Kim" in own(client)
    desk = as_member(world.dana)
    assert "with Alice Meyer" in desk.get("/desk/guests/").content.decode()
    assert as_member(world.bob).post(f"/guests/{guest.pk}/left/").status_code == 404
    as_member(world.dana).post(f"/guests/{guest.pk}/left/")
    assert "No guests today" in as_member(world.dana).get("/desk/guests/").content.decode()


def test_who_may_bring_no_guest_is_told_why_and_shown_no_form(
    world: World, as_member: AsMember
) -> None:
    form = 'action="/you/guests/new/"'
    assert form in own(as_member(world.alice))
    nora = own(as_member(a_member("Nora New", plan=None, space=world.space)))
    assert form not in nora
    assert "Only members bring guests, while their membership runs." in nora
    Plan.objects.update(guests_a_month=0)
    alone = own(as_member(world.alice))
    assert form not in alone
    assert "This plan brings no guests." in alone


# --- plans ---------------------------------------------------------------------------------------

PLAN = {
    "name": "Evenings",
    "description": "From six",
    "kind": "regular",
    "months": "1",
    "joining": "self",
    "overdue_days": "14",
    "renews_itself": "on",
    "pause_days": "30",
    "guests_a_month": "2",
}


def test_a_plan_is_made_changed_and_retired(world: World, as_member: AsMember) -> None:
    desk = as_member(world.dana)
    assert desk.post("/desk/plans/new/", PLAN).status_code == 302
    plan = Plan.objects.get(slug="evenings")
    desk.post("/desk/plans/evenings/", {**PLAN, "pause_days": "60"})
    plan.refresh_from_db()
    assert plan.pause_days == 60
    assert Change.objects.get(verb="set_plan").before == {"pause_days": 30}
    desk.post("/desk/plans/evenings/retire/")
    assert (
        "Evenings" not in as_member(a_member("Nora", plan=None)).get("/join/plan/").content.decode()
    )
    desk = as_member(world.dana)
    desk.post("/desk/plans/evenings/retire/")
    plan.refresh_from_db()
    assert plan.retired_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("months", "0"), ("months", "500"), ("pause_days", "400"), ("kind", "free"), ("name", "Full")],
)
def test_a_plan_that_cannot_be_keeps_what_was_typed(
    world: World, as_member: AsMember, field: str, value: str
) -> None:
    page = as_member(world.dana).post("/desk/plans/new/", {**PLAN, field: value})
    assert page.status_code == 422 and page.context["form"].errors[field]
    assert "From six" in page.content.decode()


def test_a_plan_that_people_are_on_stays_of_its_kind(world: World, as_member: AsMember) -> None:
    page = as_member(world.dana).post("/desk/plans/full/", {**PLAN, "kind": "day"})
    assert page.status_code == 422 and "People are on it" in page.content.decode()


def test_staff_of_one_space_set_no_plans(world: World, as_member: AsMember) -> None:
    Role.objects.filter(member=world.dana).update(space=world.space)
    client = as_member(world.dana)
    for path in ("/desk/plans/", "/desk/plans/new/", "/desk/plans/full/"):
        assert client.get(path).status_code == 403


def test_the_history_tells_terms_pauses_and_why(
    world: World, row: Membership, as_member: AsMember
) -> None:
    start_pause(
        membership=row, starts=NOW, until=NOW + DAY, why="Broken leg", by=world.alice, now=NOW
    )
    change_plan(
        membership=row,
        plan=a_plan("Evenings"),
        starts=berlin(2026, 12, 15),
        by=world.dana,
        now=NOW + 2 * DAY,
    )
    page = as_member(world.dana).get(f"/people/{world.alice.public_id}/").content.decode()
    for words in ("Broken leg", "Changed to Evenings", "Pause", "Evenings"):
        assert words in page
    assert Booking.objects.count() == 0


# --- what it costs to look -------------------------------------------------------------------


def test_many_chosen_days_cost_no_more_queries_than_one(
    world: World, as_member: AsMember, django_assert_max_num_queries: Any
) -> None:
    client, single = as_member(world.alice), a_plan("Single days", kind=Plan.Kind.DAY)
    Membership.objects.all().delete()
    passes = give_day_passes(
        member=world.alice, plan=single, count=20, expires=None, by=world.dana, now=NOW
    )
    for ahead, one in enumerate(passes, start=1):
        day = (NOW + ahead * DAY).date()
        use_day_pass(day_pass=one, day=day, by=world.alice, now=NOW)
    with django_assert_max_num_queries(16):
        page = own(client)
    assert page.count("Not that day") == 20
