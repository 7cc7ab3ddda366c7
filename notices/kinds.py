"""Every kind of message, with the facts its templates (email/<kind>.*) tell. Knows no words."""

BOOKING = frozenset({"machine", "machine_slug", "booking", "starts", "ends", "zone"})
SERIES = frozenset(
    {"machine", "machine_slug", "series", "starts", "ends", "last", "count", "zone"}
)  # starts and ends of the first of `count` bookings, `last` is the start of the last
GROUP = frozenset({"machines", "booking", "starts", "ends", "zone"})  # machines: their names
INDUCTION = frozenset(
    {"induction", "title", "certification", "certifier", "space", "starts", "ends", "zone"}
)  # induction is its public id
WATCHED = frozenset({"machine", "machine_slug"})
MACHINE = WATCHED | {"words", "by"}

KINDS: dict[str, frozenset[str]] = {
    "booking-confirmed": BOOKING,  # booking is its public id, starts and ends isoformat
    "booking-changed": BOOKING,  # `why` and `by` where somebody else changed it
    "booking-cancelled": BOOKING,  # `why` and `by` where somebody else cancelled it
    "booking-reminder": BOOKING,
    "booking-starting": BOOKING,
    "booking-ending": BOOKING,
    "booking-missed": BOOKING,
    # a closure or lockout fell over it; `others` more of the member's are told of with it
    "booking-disrupted": BOOKING | {"disruption", "why", "others"},
    # its member may not use the machine then; without an answer it goes to others at `release_at`,
    # which may be None
    "booking-at-risk": BOOKING | {"disruption", "why", "remedy", "others", "release_at"},
    "booking-passed-on": BOOKING | {"why"},  # nobody answered
    "disruption-over": BOOKING,  # what was in the way is gone
    "booking-requested": BOOKING,  # waits for the consent of staff
    "booking-approved": BOOKING | {"by"},  # `why` where they said more
    "booking-declined": BOOKING | {"by", "why"},
    "slot-offered": BOOKING | {"until"},  # from the waitlist, to be taken by then
    "request-lapsed": BOOKING,  # nobody answered it in time
    # `return_machine`, `return_starts` and `return_ends` where one is asked for in return
    "hand-over-proposed": BOOKING | {"by", "hand_over"},
    "hand-over-answered": BOOKING | {"by", "accepted"},
    "series-booked": SERIES,
    "series-changed": SERIES,
    "series-cancelled": SERIES,  # `why` and `by` where somebody else cancelled it
    "group-booked": GROUP,
    "group-changed": GROUP,
    "group-cancelled": GROUP,  # `why` and `by`, too
    "certification-given": frozenset({"certification", "by", "until"}),  # until may be None
    "certification-revoked": frozenset({"certification", "by", "why"}),
    "certification-expiring": frozenset({"certification", "until", "how"}),
    "certification-idle": frozenset({"certification", "until", "days"}),  # unused so many days
    "certification-suspended": frozenset({"certification", "by", "why", "until"}),  # None: open
    "certification-restored": frozenset({"certification", "by"}),
    "induction-signed-up": INDUCTION,
    "induction-seat": INDUCTION,  # from its waitlist
    "induction-changed": INDUCTION,  # another time
    # by "": too few signed up; `gives` to whoever would have given it
    "induction-cancelled": INDUCTION | {"by", "why"},
    "induction-reminder": INDUCTION,
    # as things stand they may not come; `lost` once the seat is gone, else it is at `closes`
    "induction-kept-out": INDUCTION | {"why", "closes", "lost"},
    "induction-handed": INDUCTION | {"by", "gives"},  # `gives` to whoever gives it from now on
    "induction-forsaken": INDUCTION,  # to staff: its certifier may not give it
    "membership-expiring": frozenset({"plan", "until"}),
    "document-new": frozenset({"document", "required_from"}),  # to be signed by then
    "membership-confirmed": frozenset({"plan", "by"}),
    "membership-declined": frozenset({"plan", "by", "why"}),
    "role-given": frozenset({"role", "space", "by"}),  # space "": all of them
    "role-taken": frozenset({"role", "space", "by"}),
    "second-factor-reset": frozenset({"by"}),
    "pin-locked": frozenset({"machine", "at", "zone"}),  # five wrong ones
    "membership-requested": frozenset({"name", "plan"}),  # to staff, who answer it
    "membership-renewed": frozenset({"plan", "until"}),  # until: the end of the term
    "membership-changed": frozenset({"plan", "was", "starts"}),
    "membership-ended": frozenset({"plan", "until", "why"}),  # by somebody; why may be ""
    "membership-paused": frozenset({"plan", "starts", "until"}),
    "membership-resumed": frozenset({"plan"}),
    # `renews_itself` where the member may renew it without staff
    "membership-overdue": frozenset({"plan", "due", "until"}),
    "membership-lapsed": frozenset({"plan", "until"}),
    "day-passes-given": frozenset({"plan", "count", "until"}),  # until may be None
    "hold-placed": frozenset({"reason", "remedy", "until"}),  # until may be None
    "hold-lifted": frozenset({"reason"}),
    # to who may have no account: `reader` is their name, `ward` that of who named them
    "guardian-asked": frozenset({"ward", "reader", "token"}),
    "guardian-answered": frozenset({"guardian", "accepted"}),  # to the ward
    "invitation": frozenset({"email"}),  # to sign in for the first time
    "session-taken-over": frozenset({"machine", "machine_slug", "ended", "zone"}),
    "machine-fixed": WATCHED,
    "machine-free": WATCHED | {"until", "zone"},  # until the next booking; None where there is none
    "machine-locked-out": MACHINE,
    "fault-reported": MACHINE,
    "device-silent": frozenset({"device", "seen_at"}),
    "alarm": frozenset({"words"}),  # `device` where one raised it
    # to all staff; `runs`: it is there, and without a broker
    "gatekeeper-gone": frozenset({"since", "runs"}),
    "gatekeeper-back": frozenset({"since", "until"}),
}


def lacking(kind: str, context: dict[str, object]) -> frozenset[str]:
    """Which facts of its kind a context leaves out. KeyError for a kind without templates."""
    return KINDS[kind] - context.keys()
