"""The world of the matrix: two spaces, one person for each role, and one thing of every kind.

Everything stands in Northside and is Alice's.
"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse

from access.models import Alarm, Candidate, Device, Door, MaintenanceGrant, Peripheral
from bookings.models import Booking, Disruption, HandOver, Series, Wait
from calendars.models import BusySource, Feed
from calendars.services import make_feed, publish_feed
from equipment.models import (
    Attachment,
    Certification,
    FaultReport,
    Level,
    Lockout,
    MachineClosure,
    Suspension,
)
from members.models import (
    Closure,
    DayPass,
    Document,
    GuardianRequest,
    Guest,
    Hold,
    Member,
    Membership,
    MembershipRequest,
    Pause,
    Plan,
    Role,
    Space,
)
from members.services.badges import badge_hash, issue_badge, seal_number
from members.services.documents import publish_version
from members.services.guardian_requests import name_guardian
from notices import stopping
from notices.models import Outbox
from notices.samples import SAMPLES
from notices.services import post
from tests.people import NOW, World, a_certification, a_machine, a_member, a_world
from tests.training.theory import a_test
from training.models import Attendee, Induction
from training.services.sitting import begin_test

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LETTER = "booking-confirmed"
Kind, State = Role.Kind, Booking.State
Thing = dict[str, Any]  # how an address names it


class Place:
    """The world, the person of each role, and the things by what a row says it is about."""

    def __init__(self) -> None:
        self.world = a_world()
        southside = Space.objects.create(name="Southside", slug="southside", zone="Europe/Berlin")
        a_machine("South mill", self.world.tool_class, southside)
        self.people = _people(self.world, southside)
        self.things = {
            **_of_the_place(self.world),
            **_of_alice(self.world),
            **_bookings(self.world),
            **_calendars(self.world),
            **_an_induction(self.world, self.people["certifier"]),
            **_a_theory_test(self.world, self.people["certifier"]),
        }

    def path(self, name: str, of: str, query: str) -> str:
        path = reverse(name, kwargs=self.things[of] if of else None)
        return f"{path}?{query.format(alice=self.world.alice.public_id)}" if query else path


def _people(world: World, southside: Space) -> dict[str, Member]:
    """Staff elsewhere are admins there, too, and are refused here all the same."""
    roles = {
        "maintainer": [(Kind.MAINTAINER, world.space)],
        "staff": [(Kind.STAFF, world.space)],
        "maintainer elsewhere": [(Kind.MAINTAINER, southside)],
        "staff elsewhere": [(Kind.STAFF, southside), (Kind.ADMIN, southside)],
        "admin": [(Kind.ADMIN, None)],
    }
    people = {"owner": world.alice, "member": world.charlie, "staff everywhere": world.dana}
    people["certifier"] = a_member("Marta Keller", plan=world.plan)
    certified = a_certification(people["certifier"], world.certification)
    Certification.objects.filter(pk=certified.pk).update(level=Level.MAY_CERTIFY)
    for role, held in roles.items():
        mail = f"{role.replace(' ', '-')}@example.org"
        people[role] = a_member(role.capitalize(), plan=world.plan, email=mail)
        for kind, space in held:
            Role.objects.create(member=people[role], kind=kind, space=space)
    return people


def _of_the_place(world: World) -> dict[str, Thing]:
    hours = {"starts": NOW + 90 * DAY, "ends": NOW + 91 * DAY, "reason": "Stocktaking"}
    lockout = Lockout.objects.create(machine=world.mill, why="The belt is torn", since=NOW)
    fault = FaultReport.objects.create(
        machine=world.router, reported_by=world.alice, words="It squeaks", at=NOW
    )
    device = Device.objects.create(name="router-box", space=world.space, machine=world.router)
    leave = MaintenanceGrant.objects.create(
        machine=world.router, member=world.alice, why="New belt", since=NOW, until=NOW + HOUR
    )
    badge = Candidate.objects.create(
        device=device,
        number_hash=badge_hash("04A2"),
        number_sealed=seal_number("04A2"),
        hint="04A2",
        first_at=NOW,
        last_at=NOW,
    )
    return {
        "space": {"slug": world.space.slug},
        "hours": {"slug": world.space.slug, "kind": "opening"},
        "kind": {"slug": world.tool_class.slug},
        "machine": {"slug": world.router.slug},
        "lockout": {"pk": lockout.pk},
        "fault": {"pk": fault.pk},
        "closure": {"pk": Closure.objects.create(space=world.space, **hours).pk},
        "machine closure": {"pk": MachineClosure.objects.create(machine=world.mill, **hours).pk},
        "device": {"pk": device.pk},
        "alarm": {"pk": Alarm.objects.create(device=device, code="flood", raised_at=NOW).pk},
        **_doors(world),
        "new badge": {"pk": badge.pk},
        "leave to mend": {"pk": leave.pk},
        "letter": {"kind": LETTER},
        **_documents(world),
    }


def _doors(world: World) -> dict[str, Thing]:
    door = Door.objects.create(space=world.space, name="Front door")
    box = Device.objects.create(name="extractor-box", space=world.space)
    extractor = Peripheral.objects.create(name="Extractor", device=box)
    Device.objects.create(name="air-box", space=world.space)  # drives nothing yet
    return {
        "door": {"pk": door.pk},
        "door's hours": {"pk": door.pk, "slug": world.plan.slug},
        "extractor": {"pk": extractor.pk},
    }


def _documents(world: World) -> dict[str, Thing]:
    version = publish_version(
        document=Document(name="Waiver"),
        text="Wear glasses.",
        required_from=NOW + 90 * DAY,
        by=world.dana,
        now=NOW,
    )
    slug = version.document.slug
    wish = MembershipRequest.objects.create(member=world.alice, plan=world.plan, asked_at=NOW)
    return {
        "plan request": {"pk": wish.pk},
        "guardian request": {"token": _named(world).token},
        "document": {"slug": slug},
        "version": {"slug": slug, "number": version.number},
        "document to sign": {"slug": slug, "public_id": world.alice.public_id},
    }


def _named(world: World) -> GuardianRequest:
    """By a minor, of somebody who is none of the people here."""
    ward = a_member("Emil Meyer", plan=None, adult_from=date(2034, 5, 17))
    return name_guardian(ward=ward, name="Jana Meyer", email="jana@example.org", now=NOW)


def _of_alice(world: World) -> dict[str, Thing]:
    alice = world.alice
    badge = issue_badge(member=alice, number="04A1B2C3", by=world.dana, now=NOW)
    hold = Hold.objects.create(member=alice, reason="A fee is open", remedy="Pay it", since=NOW)
    post(to=alice, kind=LETTER, key="matrix", context=SAMPLES[LETTER], at=NOW)
    way_out = stopping.url_for(alice, [LETTER])
    return {
        "person": {"public_id": alice.public_id},
        "role": {"pk": world.dana.roles.get().pk},
        "badge": {"pk": badge.pk},
        "hold": {"pk": hold.pk},
        **_membership(world),
        **_certified(world),
        "message": {"pk": Outbox.objects.get(key="matrix").pk},
        "way out of mail": {"token": way_out.rstrip("/").rpartition("/")[2]},
    }


def _membership(world: World) -> dict[str, Thing]:
    """Alice's, with a pause and a day far ahead, so that she may book; and her guest."""
    alice, row = world.alice, Membership.objects.get(member=world.alice)
    far = NOW + 300 * DAY
    pause = Pause.objects.create(
        member=alice, membership=row, starts=far, until=far + DAY, asked_at=NOW
    )
    day = Plan.objects.create(name="Day", slug="day", kind=Plan.Kind.DAY)
    unused = DayPass.objects.create(member=alice, plan=day, given_at=NOW)
    chosen = Membership.objects.create(
        member=alice, plan=day, starts=far + 90 * DAY, until=far + 91 * DAY
    )
    used = DayPass.objects.create(
        member=alice, plan=day, given_at=NOW, used_at=NOW, membership=chosen
    )
    guest = Guest.objects.create(host=alice, space=world.space, name="Kim", came_at=NOW)
    return {
        "plan": {"slug": world.plan.slug},
        "membership": {"pk": row.pk},
        "pause": {"pk": pause.pk},
        "day pass": {"pk": unused.pk},
        "chosen day": {"pk": used.pk},
        "guest": {"pk": guest.pk},
    }


def _certified(world: World) -> dict[str, Thing]:
    """What Alice holds and a file beside it; it is Bob who is suspended, so that she may book."""
    held = world.alice.certifications.get()
    suspension = Suspension.objects.create(
        member=world.bob, type=world.certification, why="A fire", since=NOW
    )
    file = Attachment.objects.create(
        certification=held,
        name="sheet.pdf",
        media_type="application/pdf",
        size=1,
        file="attachments/lost.pdf",
        added_at=NOW,
    )
    return {
        "certification": {"pk": held.pk},
        "certification type": {"slug": held.type.slug},
        "suspension": {"pk": suspension.pk},
        "attachment": {"public_id": file.public_id},
    }


def _bookings(world: World) -> dict[str, Thing]:
    mine = _a_booking(world, 1)
    theirs = _a_booking(world, 2, member=world.bob)
    disrupted = _a_booking(world, 3)
    lockout = Lockout.objects.get(machine=world.mill)
    series, wish = _a_series(world), _a_wish(world)
    rows = {
        "booking": mine,
        "request": _a_booking(world, 4, state=State.REQUESTED),
        "offer": _a_booking(world, 5, state=State.OFFERED, wait=wish, lapses_at=NOW + HOUR),
        "booking of a series": _a_booking(world, 7, series=series, series_day=series.first),
        "booking of a group": _a_booking(world, 8, group=uuid4()),
        "series": series,
        "wish": wish,
        "disruption": Disruption.objects.create(
            booking=disrupted, lockout=lockout, why=lockout.why, found_at=NOW
        ),
        "proposal made": HandOver.objects.create(booking=mine, to=world.bob, proposed_at=NOW),
        "proposal received": HandOver.objects.create(
            booking=theirs, to=world.alice, proposed_at=NOW
        ),
    }
    return {of: {"public_id": row.public_id} for of, row in rows.items()}


def _a_booking(world: World, day: int, **given: Any) -> Booking:
    """Alice's, of the router, so many days from now; past all rules."""
    starts = NOW + day * DAY
    told = {"machine": world.router, "member": world.alice, "state": State.CONFIRMED, **given}
    stamps = {"created_at": NOW, "updated_at": NOW}
    ends = starts + HOUR
    return Booking.objects.create(starts=starts, ends=ends, blocked_until=ends, **stamps, **told)


def _a_series(world: World) -> Series:
    first = NOW + 7 * DAY
    return Series.objects.create(
        member=world.alice,
        machine=world.router,
        rhythm=Series.Rhythm.WEEKLY,
        first=first.date(),
        starts=first.astimezone(world.space.tz).time(),
        minutes=60,
        zone=world.space.zone,
        count=1,
        created_at=NOW,
    )


def _a_wish(world: World) -> Wait:
    return Wait.objects.create(
        member=world.alice,
        space=world.space,
        tool_class=world.tool_class,
        machine=world.router,
        starts=NOW + 5 * DAY,
        ends=NOW + 5 * DAY + HOUR,
        minutes=60,
        state=Wait.State.OFFERED,
        created_at=NOW,
        updated_at=NOW,
    )


def _calendars(world: World) -> dict[str, Thing]:
    own = make_feed(member=world.alice, kind=Feed.Kind.MINE, now=NOW)
    public = publish_feed(kind=Feed.Kind.MACHINE, by=world.dana, now=NOW, machine=world.router)
    source = BusySource.objects.create(
        name="School", space=world.space, file="no calendar", added_by=world.dana, added_at=NOW
    )
    return {
        "feed": {"pk": own.pk},
        "public feed": {"pk": public.pk},
        "address of a feed": {"token": own.token},
        "outside calendar": {"public_id": source.public_id},
    }


def _an_induction(world: World, certifier: Member) -> dict[str, Thing]:
    starts = NOW + 10 * DAY
    induction = Induction.objects.create(
        space=world.space,
        type=world.certification,
        certifier=certifier,
        title="The router",
        starts=starts,
        ends=starts + HOUR,
        capacity=4,
        closes_at=starts - DAY,
        cancel_until=starts - DAY,
        created_at=NOW,
    )
    place = Attendee.objects.create(
        induction=induction, member=world.alice, state=Attendee.State.SIGNED_UP, asked_at=NOW
    )
    return {
        "induction": {"public_id": induction.public_id},
        "place at an induction": {"public_id": place.public_id},
    }


def _a_theory_test(world: World, certifier: Member) -> dict[str, Thing]:
    test = a_test(world, certifier)
    return {
        "theory": {"slug": test.type.slug},
        "question": {"pk": test.questions.all()[0].pk},
        "sitting of a test": {
            "public_id": begin_test(test=test, member=world.alice, now=NOW).public_id
        },
    }
