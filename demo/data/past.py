"""What the interlocks have on record of the demo's past: who was let in, and who was not."""

import hashlib
import random
from datetime import timedelta

from access.models import AccessEvent, Device, Session
from bookings.models import Booking
from members.models import Badge

REFUSED_SHARE = 0.15  # of sessions that somebody without a booking tried to join


def remember() -> None:
    """A session and its tap for each booking that was checked in by tap and has none."""
    over = Booking.objects.filter(
        state=Booking.State.DONE, checked_in_by_tap=True, sessions=None
    ).select_related("machine")
    devices = {device.machine_id: device for device in Device.objects.filter(is_interlock=True)}
    badges = {badge.member_id: badge for badge in Badge.objects.filter(revoked_at=None)}
    bookings = list(over.order_by("checked_in_at"))
    Session.objects.bulk_create(
        _session(booking, devices[booking.machine_id], badges.get(booking.member_id))
        for booking in bookings
    )
    taps = [tap for booking in bookings for tap in _taps(booking, devices, badges)]
    AccessEvent.objects.bulk_create(sorted(taps, key=lambda tap: tap.at))


def _session(booking: Booking, device: Device, badge: Badge | None) -> Session:
    return Session(
        sid=_hex(booking, "sid"),
        machine=booking.machine,
        member_id=booking.member_id,
        booking=booking,
        badge=badge,
        interlock=device,
        boot=_hex(booking, "boot")[:16],
        ground=Session.Ground.BOOKING,
        state=Session.State.ENDED,
        offered_at=booking.checked_in_at or booking.starts,
        until=booking.ends,
        activated_at=booking.checked_in_at,
        ended_at=booking.ended_at,
        end_reason="time-up",
    )


def _taps(
    booking: Booking, devices: dict[int | None, Device], badges: dict[int, Badge]
) -> list[AccessEvent]:
    """The owner's, and now and then somebody else's a little later."""
    rng = random.Random(f"{booking.machine.slug} {booking.starts}")  # noqa: S311
    device, owner = devices[booking.machine_id], badges.get(booking.member_id)
    taps = [_tap(booking, device, owner, "granted", ok=True)]
    if rng.random() < REFUSED_SHARE:
        other = rng.choice(list(badges.values()))
        taps.append(_tap(booking, device, other, "in-use", ok=False))
    return taps


def _tap(
    booking: Booking, device: Device, badge: Badge | None, code: str, *, ok: bool
) -> AccessEvent:
    came = booking.checked_in_at or booking.starts
    return AccessEvent(
        device=device,
        at=came if ok else came + timedelta(minutes=12),
        kind="tap",
        boot=_hex(booking, "boot")[:16],
        nonce=_hex(booking, code),
        badge_hash=badge.number_hash if badge else None,
        member_id=badge.member_id if badge else None,
        machine_id=booking.machine_id,
        sid=_hex(booking, "sid") if ok else "",
        ok=ok,
        code=code,
    )


def _hex(booking: Booking, what: str) -> str:
    """24 hex digits that follow from machine and time."""
    seed = f"{what} {booking.machine.slug} {booking.starts.isoformat()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:24]
