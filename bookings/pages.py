"""A booking as its pages show it: its state, and what can be done about it now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookings.models import Booking
from bookings.services.claims import is_held_for_induction
from bookings.services.expiry import lapsed
from equipment.models import Machine
from members.models import Member

State = Booking.State

# Of each state: kind and icon of its pill, and the word for it.
PILLS = {
    State.OFFERED: ("you", "gift", gettext_lazy("Offered to you")),
    State.REQUESTED: ("you", "hour", gettext_lazy("Waiting for approval")),
    State.CONFIRMED: ("you", "key", gettext_lazy("Confirmed")),
    State.RUNNING: ("running", "play", gettext_lazy("Running")),
    State.DONE: ("", "check", gettext_lazy("Done")),
    State.CANCELLED: ("", "x", gettext_lazy("Cancelled")),
    State.NO_SHOW: ("", "none", gettext_lazy("Missed")),
    State.LAPSED: ("", "none", gettext_lazy("Lapsed")),
}


@dataclass(frozen=True, slots=True)
class Pill:
    kind: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `post`: it changes something, so it is a form of its own."""

    word: str
    url: str
    icon: str
    post: bool = False
    primary: bool = False
    danger: bool = False


def state_at(booking: Booking, now: datetime) -> Booking.State:
    """What it is in truth: time may have passed the row by."""
    if booking.has_lapsed(now):
        return lapsed(State(booking.state))
    if booking.is_open and booking.ends <= now:
        return State.DONE
    return State(booking.state)


def pill(booking: Booking, now: datetime) -> Pill:
    kind, icon, word = PILLS[state_at(booking, now)]
    return Pill(kind, icon, _("Cancelled late") if booking.late else str(word))


def hint(booking: Booking, now: datetime) -> str:
    """What to do next about a booking that is ahead or runs."""
    state = state_at(booking, now)
    if state == State.RUNNING:
        return _("Finish here when you are done; the rest of the time is then free for others.")
    if state == State.OFFERED and booking.lapses_at is not None:
        until = booking.lapses_at.astimezone(booking.machine.space.tz)
        return _("Kept for you until %s. Then it goes to the next person.") % (
            formats.date_format(until, _("l j F, H:i"))
        )
    if state == State.REQUESTED:
        return _("Staff look at it first. The time is kept until then, at most until it starts.")
    if state != State.CONFIRMED:
        return ""
    return " ".join(part for part in (_how_to_begin(booking), _or_else(booking)) if part)


def _how_to_begin(booking: Booking) -> str:
    machine = booking.machine
    early = timedelta(minutes=machine.tool_class.early_start_minutes)
    opens = _clock(booking, booking.starts - early)
    if machine.has_interlock:
        told = {"machine": machine, "time": opens}
        return _("Tap your badge at %(machine)s from %(time)s on, if it is free then.") % told
    return _("Check in here, or by the QR code on the machine, from %s on.") % opens


def _or_else(booking: Booking) -> str:
    if booking.lapses_at is None:
        return ""
    return _("Whoever is not there by %s gives the time back.") % _clock(booking, booking.lapses_at)


def _clock(booking: Booking, at: datetime) -> str:
    return f"{at.astimezone(booking.machine.space.tz):%H:%M}"


def when_words(booking: Booking) -> str:
    """The machine, the day and the hours, by the clock of its space."""
    zone = booking.machine.space.tz
    starts, ends = booking.starts.astimezone(zone), booking.ends.astimezone(zone)
    day = formats.date_format(starts, _("l j F"))
    return f"{booking.machine}, {day}, {starts:%H:%M}–{ends:%H:%M}"


def rows(bookings: Iterable[Booking], now: datetime) -> list[tuple[Booking, Pill]]:
    return [(booking, pill(booking, now)) for booking in bookings]


def together_with(booking: Booking) -> list[Booking]:
    """The other machines of the same group that still stand."""
    if booking.group is None:
        return []
    others = Booking.objects.filter(group=booking.group, state__in=Booking.OPEN)
    return list(others.exclude(pk=booking.pk).select_related("machine").order_by("machine_id"))


def own_booking_now(member: Member, machine: Machine, now: datetime) -> Booking | None:
    """The member's booking that is on, or may be begun early."""
    early = timedelta(minutes=machine.tool_class.early_start_minutes)
    coming = Booking.objects.coming(now).filter(member=member, machine=machine)
    coming = coming.exclude(state=State.OFFERED)
    return coming.filter(starts__lte=now + early).order_by("starts").first()


def actions_of(booking: Booking, now: datetime, at_desk: bool = False) -> list[Action]:
    """What can be done about it now, the likeliest first; `at_desk` by staff of its space."""
    if is_held_for_induction(booking):
        return _of_induction(booking, now)
    state = state_at(booking, now)
    if state == State.RUNNING:
        return [_finish(booking), _extend(booking)]
    if state == State.OFFERED:
        return [_answer(booking, "take"), _answer(booking, "decline")]
    if state not in (State.CONFIRMED, State.REQUESTED):
        return []
    if state == State.REQUESTED:
        answer = Action(_("Answer"), _url("answer", booking), "check", primary=True)
        return [*([answer] if at_desk else []), _move(booking), _cancel(booking)]
    early = timedelta(minutes=booking.machine.tool_class.early_start_minutes)
    begins = not booking.machine.has_interlock and now >= booking.starts - early
    first = [_check_in(booking)] if begins else []
    if now >= booking.starts:
        return [*first, _finish(booking, primary=not first), _extend(booking)]
    return [*first, _move(booking), _hand_over(booking), _cancel(booking)]


def _of_induction(booking: Booking, now: datetime) -> list[Action]:
    """It can be begun and ended like any; its time is the induction's."""
    state = state_at(booking, now)
    if state == State.RUNNING:
        return [_finish(booking)]
    if state != State.CONFIRMED or booking.machine.has_interlock or now < booking.starts:
        return []
    return [_check_in(booking)]


def _answer(booking: Booking, answer: str) -> Action:
    """To an offer of the waitlist."""
    takes = answer == "take"
    url = reverse(f"bookings:offer_{answer}", args=[booking.public_id])
    word, icon = (_("Take it"), "key") if takes else (_("Leave it to the next"), "x")
    return Action(word, url, icon, post=True, primary=takes)


def _move(booking: Booking) -> Action:
    return Action(_("Move"), _url("move", booking), "clock")


def _hand_over(booking: Booking) -> Action:
    return Action(_("Hand over"), _url("hand_over", booking), "me")


def _cancel(booking: Booking) -> Action:
    return Action(pgettext("booking", "Cancel"), _url("cancel", booking), "x", danger=True)


def _check_in(booking: Booking) -> Action:
    return Action(_("Check in"), _url("check_in", booking), "check", post=True, primary=True)


def _finish(booking: Booking, primary: bool = True) -> Action:
    words = _("Finish and give the rest back")
    return Action(words, _url("finish", booking), "check", post=True, primary=primary)


def _extend(booking: Booking) -> Action:
    return Action(_("Extend"), _url("extend", booking), "plus")


def _url(name: str, booking: Booking) -> str:
    return reverse(f"bookings:booking_{name}", args=[booking.public_id])
