"""The words of every reason the booking rules and services give, each with what to do next."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.words import machine_page, register


def next_gap(params: Mapping[str, object]) -> str:
    """The booking form of the machine, filled in with the gap the reason names."""
    starts = params["gap_starts"]
    query = urlencode({"starts": starts.isoformat()}) if isinstance(starts, datetime) else ""
    return f"{reverse('bookings:booking_create', args=[params['machine_slug']])}?{query}"


def board(_params: Mapping[str, object]) -> str:
    return reverse("desk:board")


def own_bookings(_params: Mapping[str, object]) -> str:
    return reverse("bookings:booking_list")


def register_booking() -> None:
    """Rules first, in their order, then what only a service can say."""
    _register_member_rules()
    _register_eligibility_ahead()
    _register_time_rules()
    _register_machine_rules()
    _register_services()


def _register_member_rules() -> None:
    register(
        "sign-in",
        _("Bookings are for members who are signed in."),
        _("Sign in, and this page says what you may book."),
        label=_("Sign in"),
        link=lambda _params: reverse("account_login"),
    )
    register(
        "most-future",
        _("You have {count} bookings ahead for {tool_class}; {limit} is the most."),
        _("The next is {first}. After it, or if you cancel one, you may book again."),
        label=_("My bookings"),
        link=own_bookings,
    )


def _register_eligibility_ahead() -> None:
    """What the judge will miss before the booking is over, though nothing is missing now."""
    register(
        "membership-ends",
        _("Your membership ends on {ended}, before this booking does."),
        _("Renew it with staff at the desk, or choose an earlier time."),
    )
    register(
        "certification-ends",
        _("Your certification “{certification}” ends on {ended}, before this booking does."),
        _("Choose an earlier time, or renew it: {how}"),
    )


def _register_time_rules() -> None:
    register(
        "no-such-time",
        _("The clocks go forward that night: {time} does not exist."),
        _("Choose {instead} or another time."),
    )
    register(
        "ends-before-start",
        _("The end is not after the start."),
        _("Choose an end that comes later."),
    )
    register(
        "in-the-past",
        _("{starts} is over."),
        _("Choose a time from now on."),
    )
    register(
        "off-step",
        _("Bookings here start every {step_minutes}."),
        _("Choose {next}."),
    )
    register(
        "uneven-length",
        _("Lengths here are whole steps of {step_minutes}."),
        _("Choose a length that is."),
    )
    register(
        "too-short",
        _("The shortest booking here is {shortest_minutes}."),
        _("Choose {shortest_minutes} or more."),
    )
    register(
        "too-long",
        _("The longest booking here is {longest_minutes}."),
        _("Choose {longest_minutes} or less."),
    )
    register(
        "too-far-ahead",
        _("Bookings open {days} days ahead."),
        _("Choose a time until {latest}, or come back later."),
    )
    register(
        "too-little-notice",
        _("This machine is booked at least {notice_minutes} ahead."),
        _("Choose {earliest} or later."),
    )


def _register_machine_rules() -> None:
    register(
        "closes-before",
        _("The space closes at {closes}, before this booking is over."),
        _("Choose a shorter time or an earlier start."),
    )
    register(
        "outside-hours",
        _("The space is not open then."),
        _("It opens next: {opens}."),
    )
    register(
        "space-closed",
        _("The space is closed then: {why}"),
        _("Choose a time from {until} on."),
    )
    register(
        "taken",
        _("Someone was faster."),
        _("The next gap is {gap_starts} to {gap_ends}."),
        label=_("Book that gap"),
        link=next_gap,
    )
    register(
        "taken-for-long",
        _("Someone was faster, and the day after that is full or closed."),
        _("Look for another day or another machine on the board."),
        label=_("Open the board"),
        link=board,
    )
    register(
        "gap-too-short",
        _("This gap is shorter than the {shortest_minutes} that a booking takes."),
        _("Choose a longer gap."),
    )


def _register_services() -> None:
    register(
        "booking-over",
        _("This booking is over."),
        _("Book another time."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "booking-running",
        _("This booking is running."),
        _("Finish it on its page; the rest of the time is then free for others."),
    )
    register(
        "booking-missed",
        _("Nobody checked in by {lapsed}, so the time went to others."),
        _("Book again, or start now if {machine} is free."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "request-lapsed",
        _("Nobody approved this by {lapsed}, so the time went to others."),
        _("Ask staff, then book again."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "offer-lapsed",
        _("Nobody took this offer by {lapsed}, so it went to the next person."),
        _("Book another time, or wait for the next offer."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "check-in-too-early",
        _("Your booking starts at {starts}."),
        _("Check in from {opens} on."),
        display=_("Too early. Come back at {opens}."),
    )
    register(
        "other-kind",
        _("{machine} is not of the same kind."),
        _("Cancel this booking and book {machine} instead."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "no-walk-up",
        _("{machine} is not for walk-up use."),
        _("Book it first."),
        label=_("Open {machine}"),
        link=machine_page,
        display=_("Book {machine} first."),
    )
    register(
        "taken-now",
        _("{machine} is taken until {until}."),
        _("Come back then, or choose another machine."),
        label=_("Open the board"),
        link=board,
        display=_("Taken until {until}."),
    )
    register(
        "needed-soon",
        _("{machine} is booked from {next}, which leaves too little time."),
        _("Come back after that booking, or choose another machine."),
        label=_("Open the board"),
        link=board,
        display=_("Booked from {next}. Too little time."),
    )
    register(
        "tap-instead",
        _("{machine} is started with your badge."),
        _("Tap it at the reader."),
        display=_("Tap your badge."),
    )
    register(
        "not-begun",
        _("This booking begins at {starts}."),
        _("Cancel it if you do not need it."),
    )
    register(
        "not-longer",
        _("It goes on until {ends} already."),
        _("Choose a later end, or finish it early on its page."),
    )
    register(
        "changed-meanwhile",
        _("This booking has just been changed elsewhere."),
        _("Look at it again, then decide."),
        label=_("My bookings"),
        link=own_bookings,
    )
