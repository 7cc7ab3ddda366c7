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
MACHINE = {
    "machine": "CNC router",
    "machine_slug": "cnc-router",
    "words": "The spindle <rattles> & smokes",
    "by": "Dana Osei",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "booking-confirmed": BOOKING,
    "booking-changed": BOOKING,
    "booking-cancelled": {**BOOKING, "by": "Dana Osei", "why": "the router is broken"},
    "booking-reminder": BOOKING,
    "booking-missed": BOOKING,
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
    "membership-expiring": {"plan": "Full", "until": "2026-12-08T23:00:00+00:00"},
    "machine-locked-out": MACHINE,
    "fault-reported": MACHINE,
    "device-silent": {"device": "router-1", "seen_at": "2026-11-22T09:00:00+00:00"},
    "alarm": {"device": "router-1", "words": "The relay is on without a grant."},
}
