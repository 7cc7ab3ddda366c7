"""The words of what a tool class's policy refuses, each with what to do next."""

from django.utils.translation import gettext_lazy as _

from bookings.words.booking import board, own_bookings
from equipment.words import Text, machine_page, register


def register_rules() -> None:
    """In the order of bookings.rules."""
    _register_kind()
    _register_time()
    _register_own()
    _register_bookings()
    _register_minutes()
    _register_presence()
    _register_machine()


def _register_kind() -> None:
    register(
        "not-on-plan",
        _("{tool_class} are not part of the plan {plan}."),
        _("Ask staff which plan includes them."),
    )
    register(
        "not-bookable",
        _("{tool_class} are not booked at present."),
        _("Ask staff when they will be, or look for another machine on the board."),
        label=_("Open the board"),
        link=board,
    )
    register(
        "waitlist-only",
        _("{tool_class} are not booked ahead."),
        _("Start at {machine} when it is free, or join the waitlist on its page."),
        label=_("Open {machine}"),
        link=machine_page,
    )
    register(
        "policy-changed",
        _("Somebody has changed this policy since you opened it."),
        _("Look at what it says now, then change it again."),
    )
    register(
        "unanswered",
        _("Still to answer: {questions}"),
        _("Answer it, then book."),
    )


def _register_time() -> None:
    register(
        "not-a-start",
        _("Bookings here start at {times}."),
        _("The next start is {next}."),
    )
    register(
        "plan-too-long",
        _("On the plan {plan} a booking here takes at most {longest_minutes}."),
        _("Choose {longest_minutes} or less, or ask staff for another plan."),
    )
    register(
        "plan-too-far-ahead",
        _("On the plan {plan} bookings open {days} days ahead."),
        _("Choose a time until {latest}, or come back later."),
    )
    register(
        "too-late-to-move",
        _("It starts at {starts}, and is moved at least {notice_minutes} before."),
        _("Keep it as it is, or cancel it."),
    )


def _register_own() -> None:
    register(
        "too-close-to-own",
        _("Between two of your bookings of {tool_class} lie at least {gap_minutes}."),
        _("Choose {earliest} or later, or a time well before."),
        label=_("My bookings"),
        link=own_bookings,
    )
    register(
        "most-per-day",
        _("You have {count} bookings of {tool_class} that day; {limit} is the most."),
        _("Choose a day from {next} on."),
        label=_("My bookings"),
        link=own_bookings,
    )
    register(
        "at-once",
        _("You have {count} machines at that time; {limit} is the most ({scope})."),
        _("Choose another time, or cancel one of them."),
        label=_("My bookings"),
        link=own_bookings,
    )


def _register_bookings() -> None:
    """Quotas of bookings, by period."""
    later = _("Choose a time from {next} on, or cancel one that is ahead.")
    _quota("bookings-a-day", _("Most bookings a day: {limit_count} ({scope})."), later)
    _quota("bookings-a-week", _("Most bookings a week: {limit_count} ({scope})."), later)
    _quota("bookings-a-month", _("Most bookings a month: {limit_count} ({scope})."), later)
    _quota("bookings-a-year", _("Most bookings a year: {limit_count} ({scope})."), later)
    _quota(
        "bookings-ahead",
        _("Most bookings ahead of you: {limit_count} ({scope})."),
        _("You have {count}. After the next one, or if you cancel one, you may book again."),
    )


def _register_minutes() -> None:
    """Quotas of time, by period."""
    later = _("You have {left_minutes} left, and more from {next} on.")
    _quota("minutes-a-day", _("At most {limit_minutes} a day ({scope})."), later)
    _quota("minutes-a-week", _("At most {limit_minutes} a week ({scope})."), later)
    _quota("minutes-a-month", _("At most {limit_minutes} a month ({scope})."), later)
    _quota("minutes-a-year", _("At most {limit_minutes} a year ({scope})."), later)
    _quota(
        "minutes-ahead",
        _("At most {limit_minutes} ahead of you ({scope})."),
        _("You have {left_minutes} left, and more if you cancel a booking."),
    )


def _quota(code: str, text: Text, remedy: Text) -> None:
    register(code, text, remedy, label=_("My bookings"), link=own_bookings)


def _register_presence() -> None:
    register(
        "runs-overnight",
        _("This machine is not used past midnight."),
        _("Choose an end by midnight."),
    )
    register(
        "not-staffed",
        _("This machine is used while staff are there."),
        _("They are there from {from} to {until}."),
    )
    register(
        "never-staffed",
        _("This machine is used while staff are there, and no hours are set."),
        _("Ask staff for a time."),
    )
    register(
        "kept-for-plan",
        _("From {from} on the time is kept for members on the plan {plan}."),
        _("Choose a time outside those hours, or ask staff for that plan."),
    )


def _register_machine() -> None:
    register(
        "machine-closed",
        _("{machine} is closed then: {why}"),
        _("Choose a time from {until} on, or another machine."),
        label=_("Open the board"),
        link=board,
    )
    register(
        "shared-taken",
        _("{shared} is shared with other machines, and taken then."),
        _("It is free again from {until} on."),
        display=_("{shared} is in use until {until}."),
    )
