"""One believable context for every kind of message: what previews show and tests send."""

from typing import Any

BOOKING = {
    "machine": "CNC router",
    "machine_slug": "cnc-router",
    "booking": "6f1c2f0e-8f0e-4c64-9b5c-3d1c1f4b8c11",
    "starts": "2026-11-24T13:00:00+00:00",
    "ends": "2026-11-24T14:30:00+00:00",
    "zone": "Europe/Berlin",
}
SERIES = {
    **{name: BOOKING[name] for name in ("machine", "machine_slug", "starts", "ends", "zone")},
    "series": "2b1de3a4-57a1-4f0c-8e9a-5f6a7d8c9b10",
    "last": "2026-12-15T13:00:00+00:00",
    "count": 4,
}
GROUP = {
    **{name: BOOKING[name] for name in ("booking", "starts", "ends", "zone")},
    "machines": "CNC router, CNC mill",
}
MACHINE = {
    "machine": "CNC router",
    "machine_slug": "cnc-router",
    "words": "The spindle <rattles> & smokes",
    "by": "Dana Osei",
}
INDUCTION = {
    "induction": "4c5f6a7b-8d9e-4f10-a1b2-c3d4e5f60718",
    "title": "Laser for beginners",
    "certification": "Laser",
    "certifier": "Marta Silva",
    "space": "Northside workshop",
    "starts": "2026-11-25T16:00:00+00:00",
    "ends": "2026-11-25T18:00:00+00:00",
    "zone": "Europe/Berlin",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "booking-confirmed": BOOKING,
    "booking-changed": {**BOOKING, "by": "Dana Osei", "why": "the belt is torn"},
    "booking-cancelled": {**BOOKING, "by": "Dana Osei", "why": "the router is broken"},
    "booking-reminder": BOOKING,
    "booking-starting": BOOKING,
    "booking-ending": BOOKING,
    "booking-missed": BOOKING,
    "booking-disrupted": {
        **BOOKING,
        "disruption": "9a4e7c1d-3b52-4f86-8a0e-6c2d1b7f5e43",
        "why": "The spindle bearing is worn",
        "others": 1,
    },
    "disruption-over": BOOKING,
    "booking-requested": BOOKING,
    "booking-approved": {**BOOKING, "by": "Dana Osei", "why": "Mind the long cable"},
    "booking-declined": {**BOOKING, "by": "Dana Osei", "why": "Come to the desk first"},
    "slot-offered": {**BOOKING, "until": "2026-11-24T12:15:00+00:00"},
    "request-lapsed": BOOKING,
    "hand-over-proposed": {
        **BOOKING,
        "by": "Alice Meyer",
        "hand_over": "0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10",
        "return_machine": "CNC mill",
        "return_starts": "2026-11-25T13:00:00+00:00",
        "return_ends": "2026-11-25T14:30:00+00:00",
    },
    "hand-over-answered": {**BOOKING, "by": "Bob Lindqvist", "accepted": True},
    "series-booked": SERIES,
    "series-changed": SERIES,
    "series-cancelled": {**SERIES, "by": "Dana Osei", "why": "the router moves house"},
    "group-booked": GROUP,
    "group-changed": GROUP,
    "group-cancelled": {**GROUP, "by": "Dana Osei", "why": "the router moves house"},
    "certification-given": {
        "certification": "CNC",
        "by": "Dana Osei",
        "until": "2027-11-23T23:00:00+00:00",
    },
    "certification-revoked": {"certification": "CNC", "by": "Dana Osei", "why": "unsafe clamping"},
    "certification-expiring": {
        "certification": "CNC",
        "until": "2026-12-24T23:00:00+00:00",
        "how": "Marta's induction, Wednesdays 17:00",
    },
    "certification-idle": {
        "certification": "CNC",
        "until": "2026-12-24T23:00:00+00:00",
        "days": 180,
    },
    "certification-suspended": {
        "certification": "CNC",
        "by": "Dana Osei",
        "why": "the fire on Tuesday is looked into",
        "until": "2026-12-01T23:00:00+00:00",
    },
    "certification-restored": {"certification": "CNC", "by": "Dana Osei"},
    "induction-signed-up": INDUCTION,
    "induction-seat": INDUCTION,
    "induction-changed": INDUCTION,
    "induction-cancelled": {**INDUCTION, "by": "Marta Silva", "why": "the laser is broken"},
    "induction-reminder": INDUCTION,
    "membership-expiring": {"plan": "Full", "until": "2026-12-08T23:00:00+00:00"},
    "membership-confirmed": {"plan": "Full", "by": "Dana Osei"},
    "membership-declined": {"plan": "Student", "by": "Dana Osei", "why": "bring your student card"},
    "invitation": {"email": "alice@example.org"},
    "document-new": {"document": "House rules", "required_from": "2026-12-07T23:00:00+00:00"},
    "session-taken-over": {
        "machine": "CNC router",
        "machine_slug": "cnc-router",
        "ended": "2026-11-24T13:00:00+00:00",
    },
    "machine-fixed": {"machine": "CNC router", "machine_slug": "cnc-router"},
    "machine-free": {
        "machine": "CNC router",
        "machine_slug": "cnc-router",
        "until": "2026-11-24T16:00:00+00:00",
        "zone": "Europe/Berlin",
    },
    "machine-locked-out": MACHINE,
    "fault-reported": MACHINE,
    "device-silent": {"device": "router-1", "seen_at": "2026-11-22T09:00:00+00:00"},
    "alarm": {"device": "router-1", "words": "The relay is on without a grant."},
}
