"""What the demo teaches: Marta's CNC induction with its seats, and the theory test before it."""

from datetime import datetime, time, timedelta

from demo.data.diary import TZ
from demo.data.people import LOGINS
from equipment.models import Certification, CertificationType, Level, Machine
from members.models import Member, Membership, Space
from training.drafts import parse
from training.services import Plan, plan_induction, sign_up
from training.services.question_bank import (
    Setting,
    publish_test,
    set_up_test,
    write_questions,
)

WEDNESDAY, EVENING = 2, time(17)
SEATS, TAKEN = 6, 3
INTRODUCTION = """\
Read the card beside the router first: clamps, feeds, and what stops it.

The questions are about what may hurt you or the machine. The rest you learn at the induction."""
QUESTIONS = """\
What do you do before you change the bit?
* Stop the spindle and press the emergency stop
- Pause the job
- Hold the collet with a glove
> A paused spindle may start again.

The wood begins to smoke. What now?
- Open the door for air
* Stop the job
* Stay until it is cold
> Glowing chips lie in the dust bag and burn hours later.

Who stays at the router while it runs?
* Whoever started it
- Nobody, the door is interlocked
- Whoever comes by

What may not be cut here?
* Metal other than aluminium
- Plywood
- Acrylic
> Steel chips and this spindle do not get along.

What do you wear?
* Glasses and ear protection
- Gloves
- A scarf
> Whatever hangs loose is drawn in.

Where does the emergency stop act?
* On the spindle and all axes
- On the screen only
- On the dust extraction only
"""


def teach(now: datetime) -> None:
    """A published test, and a coming Wednesday's induction with three seats taken."""
    marta = Member.objects.get(name=LOGINS["marta"])
    cnc = CertificationType.objects.get(slug="cnc")
    setting = Setting(introduction=INTRODUCTION, asked=4, pass_percent=75, minutes=20)
    test = set_up_test(type=cnc, setting=setting, by=marta, now=now)
    write_questions(test=test, drafts=parse(QUESTIONS), by=marta, now=now)
    publish_test(test=test, by=marta, now=now)
    starts = _wednesday(now)
    induction = plan_induction(
        space=Space.objects.get(slug="northside"),
        type=cnc,
        certifier=marta,
        plan=Plan(
            title="CNC induction",
            starts=starts,
            ends=starts + timedelta(hours=2),
            closes_at=starts - timedelta(hours=4),
            cancel_until=starts - timedelta(hours=24),
            capacity=SEATS,
            minimum=2,
            notes="Meet at the router. Bring safety glasses if you have your own.",
            machines=[Machine.objects.get(slug="cnc-router")],
        ),
        by=marta,
        now=now,
    )
    for member in _newcomers(cnc, now, starts)[:TAKEN]:
        sign_up(induction=induction, member=member, by=member, now=now)


def _wednesday(now: datetime) -> datetime:
    """The first one at least two days away."""
    day = (now + timedelta(days=2)).astimezone(TZ).date()
    day += timedelta(days=(WEDNESDAY - day.weekday()) % 7)
    return datetime.combine(day, EVENING, TZ)


def _newcomers(cnc: CertificationType, now: datetime, starts: datetime) -> list[Member]:
    """Of the crowd, those on a plan who never were certified for it."""
    lasting = Membership.objects.current(starts).filter(starts__lte=now)
    had = Certification.objects.filter(type=cnc, level__gte=Level.PROVISIONAL)
    people = Member.objects.filter(memberships__in=lasting, holds=None, pauses=None, guardian=None)
    people = people.exclude(pk__in=had.values("member")).exclude(name__in=LOGINS.values())
    return list(people.distinct().order_by("name"))
