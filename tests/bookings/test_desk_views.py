"""Pages of staff and of two members: requests, booking for others, overriding, handing over."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings import services
from bookings.models import Answer, Booking, HandOver, Question
from members.models import Member, Role, Space
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_certification

pytestmark = pytest.mark.usefixtures("tuesday")
State = Booking.State
WALL = "2026-11-24T14:00"
BOOK = "/machines/cnc-router/book/"


@pytest.fixture
def tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def erin(world: World) -> Member:
    """Staff, but of another space."""
    south = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.bob, space=south, kind=Role.Kind.STAFF)
    return world.bob


def browser(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def form(**fields: Any) -> dict[str, Any]:
    return {"starts": WALL, "minutes": "60", "note": "", **fields}


def page_of(booking: Booking, name: str = "detail") -> str:
    return reverse(f"bookings:booking_{name}", args=[booking.public_id])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- questions -----------------------------------------------------------------------------------


@pytest.fixture
def question(world: World) -> Question:
    return Question.objects.create(tool_class=world.tool_class, text="Which material?")


def test_a_question_is_asked_and_its_answer_shown(world: World, question: Question) -> None:
    client = browser(world.alice)
    assert "Which material?" in text(client.get(BOOK))
    client.post(BOOK, form(**{f"question-{question.pk}": "Plywood"}))
    booking = Booking.objects.get()
    for who in (world.alice, world.dana):
        assert "Plywood" in text(browser(who).get(page_of(booking)))


def test_an_open_question_refuses_and_keeps_what_was_typed(
    world: World, question: Question
) -> None:
    optional = Question.objects.create(tool_class=world.tool_class, text="Colour?", required=False)
    sent = form(note="lamp", **{f"question-{optional.pk}": "red <b>"})
    response = browser(world.alice).post(BOOK, sent)
    shown = response.content.decode()
    assert "Which material?" in text(response)
    assert 'value="red &lt;b&gt;"' in shown and 'value="lamp"' in shown
    assert "One thing stands in the way" in text(response)
    assert not Booking.objects.exists()


def test_an_answer_to_what_was_never_asked_is_dropped(world: World) -> None:
    sent = form(**{"question-99": "x", "question-0": "y", "question-x": "z"})
    browser(world.alice).post(BOOK, sent)
    assert Booking.objects.count() == 1
    assert not Answer.objects.exists()


def test_an_answer_has_an_end(world: World, question: Question) -> None:
    response = browser(world.alice).post(BOOK, form(**{f"question-{question.pk}": "x" * 201}))
    assert "at most 200 characters" in text(response)
    assert not Booking.objects.exists()


# --- requests ------------------------------------------------------------------------------------


@pytest.fixture
def request_of_alice(world: World) -> Booking:
    world.tool_class.approval_above_minutes = 60
    world.tool_class.save()
    return a_booking(world, hours=2, machine=type(world.router).objects.get(pk=world.router.pk))


def test_a_member_sees_that_it_waits(world: World, request_of_alice: Booking) -> None:
    shown = text(browser(world.alice).get(page_of(request_of_alice)))
    assert "Waiting for approval" in shown
    assert "Staff look at it first" in shown
    assert "Answer" not in shown


def test_a_long_booking_says_that_it_is_asked_for(world: World) -> None:
    world.tool_class.approval_above_minutes = 60
    world.tool_class.save()
    response = browser(world.alice).post(BOOK, form(minutes="120"), follow=True)
    assert "Asked for. Staff look at it first." in text(response)


def test_staff_find_what_waits(world: World, request_of_alice: Booking) -> None:
    dana = browser(world.dana)
    assert "1 request" in text(dana.get("/bookings/"))
    assert "1 request" in text(dana.get("/desk/"))
    assert "CNC router, Alice Meyer" in text(dana.get("/bookings/requests/"))


def test_approving_by_page(world: World, request_of_alice: Booking) -> None:
    dana, page = browser(world.dana), page_of(request_of_alice, "answer")
    sent = {"answer": "approve", "words": "Mind the cable", "sequence": "0"}
    for _twice in range(2):
        response = dana.post(page, sent, follow=True)
    request_of_alice.refresh_from_db()
    assert request_of_alice.state == State.CONFIRMED
    assert "Nothing waits" in text(response)
    assert "Mind the cable" in text(browser(world.alice).get(page_of(request_of_alice)))


def test_declining_takes_a_reason(world: World, request_of_alice: Booking) -> None:
    dana, page = browser(world.dana), page_of(request_of_alice, "answer")
    assert "Say why" in text(dana.post(page, {"answer": "decline"}))
    dana.post(page, {"answer": "decline", "words": "Come by first"})
    request_of_alice.refresh_from_db()
    assert request_of_alice.state == State.CANCELLED


def test_a_stale_answer_keeps_its_words(world: World, request_of_alice: Booking) -> None:
    sent = {"answer": "approve", "words": "Have fun", "sequence": "7"}
    shown = browser(world.dana).post(page_of(request_of_alice, "answer"), sent)
    assert "has just been changed elsewhere" in text(shown)
    assert 'value="Have fun"' in shown.content.decode()


@pytest.mark.parametrize("sent", [{}, {"answer": "maybe"}, {"answer": "approve", "sequence": "x"}])
def test_what_is_no_answer_changes_nothing(
    world: World, request_of_alice: Booking, sent: dict[str, str]
) -> None:
    assert browser(world.dana).post(page_of(request_of_alice, "answer"), sent).status_code == 200
    request_of_alice.refresh_from_db()
    assert request_of_alice.state == State.REQUESTED


def test_only_the_desk_of_its_space_answers(
    world: World, request_of_alice: Booking, erin: Member
) -> None:
    page = page_of(request_of_alice, "answer")
    for who in (world.alice, world.charlie, erin):
        assert browser(who).get(page).status_code == 404
        assert browser(who).post(page, {"answer": "approve"}).status_code == 404
    assert browser(None).get(page).status_code == 302
    assert "Alice Meyer" not in text(browser(erin).get("/bookings/requests/"))
    assert browser(world.charlie).get("/bookings/requests/").status_code == 403


# --- staff book for a member, and set rules aside ------------------------------------------------


def for_alice(world: World) -> str:
    return f"{BOOK}?member={world.alice.public_id}"


def test_staff_find_a_member_and_book_for_them(world: World) -> None:
    dana = browser(world.dana)
    found = dana.get("/machines/cnc-router/book-for/?q=meyer").content.decode()
    assert for_alice(world) in found
    assert "Book CNC router for Alice Meyer" in text(dana.get(for_alice(world)))
    dana.post(for_alice(world), form())
    booking = Booking.objects.get()
    assert (booking.member, booking.origin) == (world.alice, Booking.Origin.STAFF)
    assert "Dana Osei booked" in text(browser(world.alice).get(page_of(booking)))


def test_staff_start_from_the_person(world: World) -> None:
    shown = browser(world.dana).get(f"/people/{world.alice.public_id}/book/").content.decode()
    assert for_alice(world) in shown


def test_the_members_own_lacks_are_judged_not_the_staffs(world: World) -> None:
    address = f"{BOOK}?member={world.charlie.public_id}"
    response = browser(world.dana).post(address, form())
    assert "What Charlie Okafor would be told" in text(response)
    assert 'name="overrides"' not in response.content.decode()


def test_only_the_desk_of_the_space_books_for_others(world: World, erin: Member) -> None:
    for who in (world.charlie, erin):
        assert browser(who).post(for_alice(world), form()).status_code == 404
        assert browser(who).get("/machines/cnc-router/book-for/").status_code == 404
    assert browser(world.charlie).get(f"/people/{world.alice.public_id}/book/").status_code == 403
    assert not Booking.objects.exists()


@pytest.mark.parametrize("named", ["x", "00000000-0000-4000-8000-000000000000"])
def test_nobody_by_that_id(world: World, named: str) -> None:
    assert browser(world.dana).get(f"{BOOK}?member={named}").status_code == 404


def test_a_rule_is_set_aside_by_a_tick_and_a_why(world: World) -> None:
    dana, sent = browser(world.dana), form(minutes="360", note="panel")
    refused = dana.post(for_alice(world), sent)
    assert "Set aside: The longest booking here is 4 h." in text(refused)
    no_why = dana.post(for_alice(world), {**sent, "overrides": ["too-long"]})
    assert "Say why" in text(no_why)
    dana.post(for_alice(world), {**sent, "overrides": ["too-long"], "why": "Open day"})
    booking = Booking.objects.get()
    assert (booking.overrides, booking.override_why) == (["too-long"], "Open day")
    assert "Set aside: The longest" in text(browser(world.alice).get(page_of(booking)))


def test_a_tick_that_does_not_suffice_stays(world: World) -> None:
    sent = form(starts="2026-11-24T14:07", minutes="360", overrides=["too-long"], why="Open day")
    shown = browser(world.dana).post(for_alice(world), sent).content.decode()
    assert re.search(r'value="too-long"[^>]* checked', shown)
    assert re.search(r'value="off-step"(?![^>]* checked)', shown)
    assert 'value="Open day"' in shown


def test_a_member_is_shown_no_ticks_and_their_own_are_worth_nothing(world: World) -> None:
    sent = form(minutes="360", overrides=["too-long"], why="I want to")
    response = browser(world.alice).post(BOOK, sent)
    assert 'name="overrides"' not in response.content.decode()
    assert not Booking.objects.exists()


def test_staff_who_move_say_why(world: World) -> None:
    booking, dana = a_booking(world), browser(world.dana)
    sent = form(starts="2026-11-24T16:00", machine="cnc-router")
    assert "This field is required" in text(dana.post(page_of(booking, "move"), sent))
    dana.post(page_of(booking, "move"), {**sent, "why": "The belt is torn"})
    booking.refresh_from_db()
    assert booking.starts == AT_14 + 2 * HOUR
    assert "The belt is torn" in text(browser(world.alice).get(page_of(booking)))


# --- stale, twice, late --------------------------------------------------------------------------


def test_a_stale_move_keeps_what_was_typed(world: World) -> None:
    booking = a_booking(world)
    services.move(
        booking=booking, starts=AT_14 + HOUR, ends=AT_14 + 2 * HOUR, by=world.dana, now=NOW
    )
    sent = form(starts="2026-11-24T17:00", machine="cnc-router", sequence="0")
    response = browser(world.alice).post(page_of(booking, "move"), sent)
    assert "has just been changed elsewhere" in text(response)
    assert 'value="2026-11-24T17:00"' in response.content.decode()
    assert 'name="sequence" value="1"' in response.content.decode()


@pytest.mark.parametrize("name", ["move", "extend", "cancel"])
def test_a_change_sent_twice_is_done_once(world: World, name: str) -> None:
    booking, client = a_booking(world), browser(world.alice)
    until = (AT_14 + 90 * MINUTE).isoformat()
    sent = form(starts="2026-11-24T16:00", machine="cnc-router", until=until, sequence="0")
    first, again = (client.post(page_of(booking, name), sent) for _twice in range(2))
    assert first.status_code == again.status_code == 302
    booking.refresh_from_db()
    assert booking.sequence == 1


def test_a_late_cancellation_is_said_before_and_marked_after(world: World) -> None:
    booking, client = a_booking(world), browser(world.alice)
    assert "marked as late" not in text(client.get(page_of(booking, "cancel")))
    world.tool_class.cancel_notice_minutes = 120
    world.tool_class.save()
    assert "later than the 2 h" in text(client.get(page_of(booking, "cancel")))
    client.post(page_of(booking, "cancel"))
    assert "Cancelled late" in text(client.get(page_of(booking)))


def test_staff_who_cancel_mark_nobody_as_late(world: World) -> None:
    world.tool_class.cancel_notice_minutes = 120
    world.tool_class.save()
    booking = a_booking(world)
    browser(world.dana).post(page_of(booking, "cancel"), {"why": "Torn belt"})
    booking.refresh_from_db()
    assert (booking.state, booking.late) == (State.CANCELLED, False)


# --- handing over --------------------------------------------------------------------------------


@pytest.fixture
def booking(world: World) -> Booking:
    a_certification(world.dana, world.certification)
    return a_booking(world)


@pytest.mark.parametrize("who", ["dana@example.org", "DANA@Example.org", "dana  osei"])
def test_a_person_is_asked_by_mail_or_whole_name(world: World, booking: Booking, who: str) -> None:
    client = browser(world.alice)
    response = client.post(page_of(booking, "hand_over"), {"who": who}, follow=True)
    assert "Dana Osei is asked" in text(response)
    assert HandOver.objects.get().to == world.dana


@pytest.mark.parametrize("who", ["dana", "Osei", "@example.org", "%", "nobody@example.org"])
def test_part_of_a_name_finds_nobody(world: World, booking: Booking, who: str) -> None:
    response = browser(world.alice).post(page_of(booking, "hand_over"), {"who": who})
    assert "Nobody here by exactly that" in text(response)
    assert f'value="{who}"' in response.content.decode()
    assert not HandOver.objects.exists()


def test_one_of_theirs_may_be_asked_for_in_return(world: World, booking: Booking) -> None:
    theirs = a_booking(world, member=world.dana, starts=AT_14 + 3 * HOUR, note="secret")
    client, page = browser(world.alice), page_of(booking, "hand_over")
    shown = client.post(page, {"who": "Dana Osei", "look": "1"})
    assert "CNC router, Tuesday 24 November, 17:00" in text(shown)
    assert "secret" not in text(shown)
    client.post(page, {"who": "Dana Osei", "in_return": str(theirs.public_id)})
    hand_over = HandOver.objects.get()
    dana, path = browser(world.dana), f"/hand-overs/{hand_over.public_id}/"
    assert "In return for" in text(dana.get(path))
    dana.post(f"{path}accept/", {"version": hand_over.version})
    booking.refresh_from_db()
    theirs.refresh_from_db()
    assert (booking.starts, theirs.starts) == (AT_14 + 3 * HOUR, AT_14)


def test_in_return_for_what_is_not_theirs_is_refused(world: World, booking: Booking) -> None:
    mine = a_booking(world, starts=AT_14 + 3 * HOUR)
    sent = {"who": "Dana Osei", "in_return": str(mine.public_id)}
    response = browser(world.alice).post(page_of(booking, "hand_over"), sent)
    assert "is not Dana Osei&#x27;s any more" in response.content.decode()
    assert not HandOver.objects.exists()


@pytest.fixture
def hand_over(world: World, booking: Booking) -> HandOver:
    return services.propose_hand_over(booking=booking, to=world.dana, by=world.alice, now=NOW)


def test_the_other_sees_it_and_takes_it(world: World, hand_over: HandOver) -> None:
    dana, path = browser(world.dana), f"/hand-overs/{hand_over.public_id}/"
    for page in ("/", "/bookings/"):
        assert "Alice Meyer would hand over CNC router to you" in text(dana.get(page))
    for _twice in range(2):
        response = dana.post(f"{path}accept/", {"version": "0"}, follow=True)
    assert "CNC router is yours." in text(response)
    assert Booking.objects.holding().get().member == world.dana
    assert "handed over by Alice Meyer" in text(response)


def test_what_stands_against_it_is_said_before_the_click(world: World) -> None:
    hand_over = services.propose_hand_over(
        booking=a_booking(world), to=world.charlie, by=world.alice, now=NOW
    )
    path = f"/hand-overs/{hand_over.public_id}/"
    charlie = browser(world.charlie)
    assert "You still need the certification" in text(charlie.get(path))
    refused = charlie.post(f"{path}accept/", follow=True)
    assert "You still need the certification" in text(refused)
    assert "You still need" not in text(browser(world.alice).get(path))


def test_declining_and_taking_back(world: World, hand_over: HandOver) -> None:
    path = f"/hand-overs/{hand_over.public_id}/"
    response = browser(world.alice).post(f"{path}decline/", follow=True)
    assert "Taken back" in text(response)
    assert "no longer stands" in text(browser(world.dana).get(path))
    again = browser(world.dana).post(f"{path}accept/", follow=True)
    assert "no longer stands" in text(again)


def test_a_proposal_concerns_two_people_and_the_desk(world: World, hand_over: HandOver) -> None:
    path = f"/hand-overs/{hand_over.public_id}/"
    for who, status in ((world.alice, 200), (world.dana, 200), (world.bob, 404)):
        assert browser(who).get(path).status_code == status
    assert browser(None).get(path).status_code == 302


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_nobody_answers_for_others(world: World, hand_over: HandOver, verb: str) -> None:
    path = f"/hand-overs/{hand_over.public_id}/{verb}/"
    assert browser(world.bob).post(path).status_code == 404
    assert browser(None).post(path).status_code == 302
    assert browser(world.dana).get(path).status_code == 405
    hand_over.refresh_from_db()
    assert hand_over.answered_at is None


def test_the_proposer_does_not_accept_for_the_other(world: World, hand_over: HandOver) -> None:
    path = f"/hand-overs/{hand_over.public_id}/accept/"
    assert browser(world.alice).post(path).status_code == 404


def test_a_stranger_to_the_booking_hands_nothing_over(world: World, booking: Booking) -> None:
    page = page_of(booking, "hand_over")
    assert browser(world.bob).post(page, {"who": "Charlie Okafor"}).status_code == 404
    assert browser(None).get(page).status_code == 302


# --- check-in by page ----------------------------------------------------------------------------


def test_the_page_says_by_when_one_has_to_be_there(world: World) -> None:
    world.tool_class.no_show_minutes = 15
    world.tool_class.save()
    world.router.releases_no_shows = True
    world.router.save()
    booking = a_booking(world, machine=type(world.router).objects.get(pk=world.router.pk))
    client = browser(world.alice)
    assert "Whoever is not there by 14:15" in text(client.get(page_of(booking)))
    with time_machine.travel(AT_14 + timedelta(minutes=16), tick=False):
        assert "Missed" in text(client.get(page_of(booking)))
