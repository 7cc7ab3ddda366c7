"""The PIN of a tap, where a machine asks for one. What was typed is compared and kept nowhere."""

from datetime import datetime

import wire
from access.pins import MOST, shut, wrong_pins
from access.records import Box, Context
from access.services.batch import Batch, bench_of
from equipment.models import ToolClass
from equipment.reason import Reason
from members.models import Member
from members.services.pins import is_pin
from notices.services import post


def pin_refusal(batch: Batch, context: Context, tap: wire.Tap) -> Reason | None:
    """What is wrong with the PIN, or None; asked once everything else would do."""
    bench = bench_of(context)
    if bench.least_credential != ToolClass.Credential.PIN:
        return None
    member = Member.objects.get(pk=context.member_id or 0)
    wrong = _wrong(batch, member)
    if (reason := shut(member, wrong)) is not None:
        return reason
    if tap.pin is None:
        code = "no-keypad" if _has_no_keys(context.box) else "needs-pin"
        return Reason(code, {"machine": bench.name})
    if is_pin(member, tap.pin):
        return None
    if len(wrong) + 1 >= MOST:
        _tell(member, bench.name, bench.zone_name, batch.now)
    return Reason("wrong-pin")


def _has_no_keys(box: Box | None) -> bool:
    """Whether nobody could type one at this reader; it has said what it can."""
    return box is not None and bool(box.caps) and "pin" not in box.caps


def _wrong(batch: Batch, member: Member) -> list[datetime]:
    """When wrong ones were typed, those of this batch included."""
    just_now = [
        event.at
        for event in batch.events
        if event.code == "wrong-pin" and event.member_id == member.pk
    ]
    return wrong_pins(member.pk, batch.now) + just_now


def _tell(member: Member, machine: str, zone: str, now: datetime) -> None:
    post(
        to=member,
        kind="pin-locked",
        key=f"pin-locked-{member.pk}-{now:%Y%m%dT%H%M%S}",
        context={"machine": machine, "at": now.isoformat(), "zone": zone},
        at=now,
    )
