"""What is out of order in the demo's space: a lockout, fault reports, a day it is closed."""

from datetime import datetime, time, timedelta

from demo.data.diary import TZ
from demo.data.people import LOGINS
from equipment.models import Machine
from equipment.services import lock_out, report_fault
from members.models import Closure, Member, Space


def neglect(now: datetime) -> None:
    """Printer 4 is locked out, the planer and the band saw want looking at, floors get sealed."""
    northside = Space.objects.get(slug="northside")
    people = {member.name: member for member in Member.objects.all()}
    lock_out(
        machine=Machine.objects.get(slug="printer-4"),
        why="Bed heater wiring. Do not switch it on.",
        by=people[LOGINS["priya"]],
        now=now - timedelta(days=2, hours=3),
        expected_until=now + timedelta(days=3),
        do_not_energise=True,
    )
    for slug, who, words, hours in (
        ("planer", "Karl Brandt", "The feed belt slips on wide boards.", 4),
        ("band-saw", "Aya Suzuki", "Blade wanders to the left after ten minutes.", 27),
    ):
        report_fault(
            machine=Machine.objects.get(slug=slug),
            words=words,
            by=people[who],
            now=now - timedelta(hours=hours),
        )
    midnight = datetime.combine((now + timedelta(days=9)).astimezone(TZ).date(), time(0), TZ)
    Closure.objects.create(
        space=northside,
        starts=midnight,
        ends=midnight + timedelta(days=1),
        reason="The floor of the machine hall is sealed.",
    )
