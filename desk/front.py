"""The front desk: one person in the middle, who is in, who comes, and what waits for staff."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import facts
from access.contact import lost_since
from access.models import Candidate, Device, Session
from access.sessions import told_until
from bookings.disrupted import waiting_in
from bookings.models import Booking
from desk import queries
from desk.letters import stuck
from desk.links import machine_url
from desk.people import find, person_page, standing_of
from desk.ruler import midnight
from desk.states import states_of
from desk.when import clock, moment_words, span
from equipment.eligibility import missing
from equipment.facts import facts_for
from equipment.models import FaultReport
from equipment.words import tell
from members.models import Member, MembershipRequest, Space
from training.services.giving import forsaken

MOST_FOUND = 8
MOST_ARRIVALS = 8


def front_page(space: Space, query: str, person_id: str, now: datetime) -> dict[str, Any]:
    """The template's context; `person_id` is a public id, `query` what was typed or read."""
    found = list(find(query, now)[:MOST_FOUND]) if query else []
    person = _person(person_id, now) or (found[0] if len(found) == 1 else None)
    return {
        "query": query,
        "found": [] if person else [(one, standing_of(one)) for one in found],
        "nobody": bool(query) and not found and person is None,
        "person": person,
        "page": _page(person, space, now) if person else None,
        "inside": inside(space, now),
        "arrivals": arrivals(space, now),
        "needs": needs(space, now),
    }


def _person(person_id: str, now: datetime) -> Member | None:
    return find("", now).filter(public_id=person_id).first() if person_id else None


def _page(person: Member, space: Space, now: datetime) -> dict[str, Any]:
    today = todays_bookings(person, space, now)
    page = person_page(person, now, space.tz)
    return {
        **page,
        "standing": standing_of(person),
        "warnings": warnings(person, today, now),
        "stats": stats(page, today, space),
    }


def todays_bookings(person: Member, space: Space, now: datetime) -> list[Booking]:
    """What of the person's bookings is still to come today, by the space's clock."""
    tomorrow = midnight(now.astimezone(space.tz).date() + timedelta(days=1), space.tz)
    return list(queries.coming_bookings(person, now).filter(starts__lt=tomorrow))


def warnings(person: Member, today: list[Booking], now: datetime) -> list[dict[str, str]]:
    """What will go wrong later today: every booking that the judge refuses at its start."""
    machines = {booking.machine_id: booking.machine for booking in today}
    judged = facts_for(member_id=person.pk, machines=machines.values(), now=now)
    found = []
    for booking in today:
        at = max(booking.starts, now)
        for reason in missing(judged[booking.machine_id], at):
            told = tell(reason, booking.machine.space.tz)
            when = clock(booking.starts, booking.machine.space.tz)
            found.append(
                {
                    "title": f"{booking.machine.name}: {told.text}",
                    "text": _("Booked today at %s, so the tap will be refused.") % when,
                    **_remedy(reason.code, booking, person),
                }
            )
    return found


def _remedy(code: str, booking: Booking, person: Member) -> dict[str, str]:
    """What a desk can do about it at once."""
    if code in (
        "certification-ended",
        "not-certified",
        "level-too-low",
        "certification-revoked",
        "certification-suspended",
    ):
        kind = booking.machine.tool_class.requires
        query = f"?member={person.public_id}" + (f"&type={kind.slug}" if kind else "")
        return {"view": "equipment:certify", "query": query, "word": _("Certify now")}
    if code in ("no-membership", "membership-ended", "membership-not-begun"):
        return {"view": "desk:membership_start", "query": "", "word": _("Sign up now")}
    return {}


def stats(page: dict[str, Any], today: list[Booking], space: Space) -> list[tuple[str, str]]:
    """The four figures under the actions: the next booking, the plan, badges, holds."""
    current = [row for row in page["memberships"] if row["is_current"]]
    first = today[0] if today else None
    return [
        (clock(first.starts, space.tz), first.machine.name)
        if first
        else (_("None"), _("bookings today")),
        (str(current[0]["row"].plan), current[0]["text"]) if current else (_("None"), _("plan")),
        (str(len(page["badges"])), ngettext("badge", "badges", len(page["badges"]))),
        (str(len(page["holds"])) if page["holds"] else _("None"), _("holds")),
    ]


def inside(space: Space, now: datetime) -> list[dict[str, Any]]:
    """Who is at a machine now, by an open session or a check-in."""
    machines = queries.machines_in(space)
    states = states_of(machines, now, space.tz)
    people = []
    for machine in machines:
        state = states[machine.pk]
        who = _at_work(state.session, state.booking)
        if who is not None:
            until = told_until(state.session, now) if state.session else _end(state.booking)
            text = _("%(machine)s until %(until)s") % {
                "machine": machine.name,
                "until": moment_words(until, now, space.tz),
            }
            people.append({"person": who, "text": text, "state": state})
    return people


def _end(booking: Booking | None) -> datetime:
    assert booking is not None  # noqa: S101  or nobody would be at work
    return booking.ends


def _at_work(session: Session | None, booking: Booking | None) -> Member | None:
    if session is not None:
        return session.member
    if booking is not None and booking.state == Booking.State.RUNNING:
        return booking.member
    return None


def arrivals(space: Space, now: datetime) -> list[dict[str, Any]]:
    """Who comes next today, and whose tap will be refused."""
    tomorrow = midnight(now.astimezone(space.tz).date() + timedelta(days=1), space.tz)
    rows = Booking.objects.coming(now).filter(
        machine__space=space, starts__gt=now, starts__lt=tomorrow
    )
    coming = list(rows.select_related("member", "machine").order_by("starts")[:MOST_ARRIVALS])
    benches = {bench.id: bench for bench in facts.benches({row.machine_id for row in coming})}
    known = facts.know({row.member_id for row in coming}, benches.values(), now)
    return [
        {
            "person": row.member,
            "text": f"{row.machine.name}, {span(row.starts, row.ends, space.tz)}",
            "is_refused": bool(
                missing(known.judge(row.member_id, benches[row.machine_id]), row.starts)
            ),
        }
        for row in coming
    ]


def needs(space: Space, now: datetime) -> list[dict[str, Any]]:
    """What waits for staff, of every room."""
    lost = lost_since(now)
    return [
        *_gatekeeper(lost, now, space),
        *_requests(space, now),
        *_plan_requests(),
        *_faults(space, now),
        *_disruptions(space),
        *_forsaken_inductions(space, now),
        *([] if lost else _silent(space, now)),
        *_unknown_badges(space),
        *_stuck_messages(),
    ]


def _requests(space: Space, now: datetime) -> list[dict[str, Any]]:
    """Bookings that take somebody's consent; the soonest says how long that may take."""
    waiting = Booking.objects.standing(now).filter(
        machine__space=space, state=Booking.State.REQUESTED
    )
    starts = list(waiting.order_by("starts").values_list("starts", flat=True))
    if not starts:
        return []
    title = ngettext("%d request", "%d requests", len(starts)) % len(starts)
    text = _("To approve or decline; the first begins %s.") % moment_words(starts[0], now, space.tz)
    return [{"icon": "hour", "title": title, "text": text, "view": "bookings:request_list"}]


def _plan_requests() -> list[dict[str, Any]]:
    count = MembershipRequest.objects.filter(answered_at=None).count()
    if not count:
        return []
    title = ngettext("%d request for a plan", "%d requests for a plan", count) % count
    text = _("One click confirms; the membership begins at once.")
    return [{"icon": "me", "title": title, "text": text, "view": "desk:plan_requests"}]


def _faults(space: Space, now: datetime) -> list[dict[str, Any]]:
    rows = FaultReport.objects.filter(machine__space=space, answered_at=None)
    return [
        {
            "icon": "warn",
            "title": row.machine.name,
            "text": _("Fault, %(when)s: %(words)s %(by)s")
            % {
                "when": moment_words(row.at, now, space.tz),
                "words": row.words[:80],
                "by": row.reported_by.short_name,
            },
            "url": reverse("equipment:fault_answer", args=[row.pk]),
        }
        for row in rows.select_related("machine", "reported_by")[:5]
    ]


def _forsaken_inductions(space: Space, now: datetime) -> list[dict[str, Any]]:
    """Whoever would give them may not any more."""
    return [
        {
            "icon": "warn",
            "title": induction.title,
            "text": _(
                "It begins %(when)s, and %(name)s may not give it. Choose another, or call it off."
            )
            % {
                "name": induction.certifier.short_name,
                "when": moment_words(induction.starts, now, space.tz),
            },
            "url": reverse("training:induction_change", args=[induction.public_id]),
        }
        for induction in forsaken(now, space)
    ]


def _disruptions(space: Space) -> list[dict[str, Any]]:
    waiting = waiting_in(space).count()
    if not waiting:
        return []
    title = ngettext("%d booking has to make way", "%d bookings have to make way", waiting)
    return [
        {
            "icon": "calendar",
            "title": title % waiting,
            "text": _("A closure or lockout fell over it, and nobody has chosen yet."),
            "url": reverse("bookings:disruption_list", args=[space.slug]),
        }
    ]


def _gatekeeper(lost: datetime | None, now: datetime, space: Space) -> list[dict[str, Any]]:
    """First of all: while nobody hears the devices, whatever else is said of them is old."""
    if lost is None:
        return []
    told = _("No gatekeeper is connected since %s: nothing unlocks by a tap.")
    return [
        {
            "icon": "warn",
            "title": _("Devices are not heard"),
            "text": told % moment_words(lost, now, space.tz),
            "view": "access:devices",
        }
    ]


def _silent(space: Space, now: datetime) -> list[dict[str, Any]]:
    rows = Device.objects.filter(space=space, online=False, revoked_at=None, seen_at__isnull=False)
    return [
        {
            "icon": "plug",
            "title": row.machine.name if row.machine else row.name,
            "text": _("Its reader is silent since %s.") % moment_words(row.seen_at, now, space.tz),
            "url": machine_url(row.machine.slug) if row.machine else "",
        }
        for row in rows.select_related("machine")[:5]
        if row.seen_at
    ]


def _unknown_badges(space: Space) -> list[dict[str, Any]]:
    waiting = Candidate.objects.filter(device__space=space, assigned_to=None).count()
    if not waiting:
        return []
    title = ngettext("%d unknown badge", "%d unknown badges", waiting) % waiting
    text = _("Tapped at an enrolment reader; say whose.")
    return [{"icon": "badge", "title": title, "text": text, "view": "access:enrol"}]


def _stuck_messages() -> list[dict[str, Any]]:
    waiting = stuck().count()
    if not waiting:
        return []
    title = ngettext("%d message did not get through", "%d messages did not get through", waiting)
    text = _("It is tried again; see what the mail server says.")
    return [{"icon": "mail", "title": title % waiting, "text": text, "view": "desk:outbox"}]
