"""Where a life takes place: machines, an extractor, a door, and the people. Makes rows only."""

from dataclasses import dataclass, field
from datetime import time

from access.models import Device, Door, DoorWindow, Peripheral
from access.services.keys import new_key
from equipment.models import Certification
from members.services import issue_badge
from tests.people import NOW, YEAR, a_machine, a_tool_class, a_world

BADGES = {"alice": "04A11CE0", "dana": "04DA4A00", "charlie": "04C4A41E", "stranger": "04FFFFFF"}
TRAINEE, FULL, CERTIFIES = 1, 2, 3
LEVELS = {"alice": FULL, "dana": CERTIFIES, "charlie": TRAINEE}
BESIDES = ("relay", "reader", "current", "display")

RUN_ON = 20  # seconds, of the extractor
PULSE = 3  # seconds, of the door
OPENS, CLOSES = time(13), time(14)  # of the door, in Berlin; lives begin at half past one


@dataclass(frozen=True)
class Kind:
    """One box and what it is for. All policy is in minutes, as staff set it."""

    fin: int = 0
    caps: tuple[str, ...] = BESIDES
    policy: dict[str, object] = field(default_factory=dict)
    is_machine: bool = True
    groups: tuple[tuple[str, ...], ...] = (("alice",), ("dana",))  # who might ever be at it

    @property
    def has_lists(self):
        return "list-hmac" in self.caps

    def minutes(self, name):
        return self.policy.get(f"{name}_minutes", 0)


KINDS = {
    "cut": Kind(),
    "finish": Kind(fin=20),
    "alone": Kind(fin=20, caps=(*BESIDES, "list-hmac")),
    "pair": Kind(
        policy={"two_person": True, "supervised": False},
        groups=(("alice", "dana"), ("dana", "alice")),
    ),
    "lesson": Kind(fin=20, groups=(("alice",), ("dana",), ("charlie", "dana"))),
    "shared": Kind(
        fin=20,
        policy={
            "overrun_minutes": 5,
            "early_start_minutes": 5,
            "take_over_minutes": 1,
            "extend_by_tap_minutes": 1,
            "keep_minutes": 1,
            "step_minutes": 1,
        },
    ),
    "extractor": Kind(caps=("relay",), is_machine=False),
    "door": Kind(caps=("relay", "reader", "door"), is_machine=False),
}
SITES = (
    ("cut", "finish"),
    ("alone", "cut"),
    ("pair", "lesson"),
    ("shared", "extractor", "door"),
)


class Place:
    """The rows of a site: `machines` and `keys` by the name of their box, `members` by theirs.

    `certified` are those whom staff may certify here, at the level of each.
    """

    def __init__(self, site):
        self.world = a_world(walk_up=False)
        self.machines, self.keys = {}, {}
        self.certified = {"alice", "dana"} | ({"charlie"} if "lesson" in site else set())
        self._people()
        for name in site:
            self._box(name, KINDS[name])

    def _people(self):
        self.members = {name: getattr(self.world, name, None) for name in BADGES}
        self.names = {m.pk: name for name, m in self.members.items() if m is not None}
        for pk, name in self.names.items():
            issue_badge(member=self.members[name], number=BADGES[name], by=None, now=NOW)
            Certification.objects.filter(member=pk).delete()

    def certify(self, who):
        Certification.objects.create(
            member=self.members[who],
            type=self.world.certification,
            given_at=NOW - YEAR,
            level=LEVELS[who],
        )
        return LEVELS[who]

    def _box(self, name, kind):
        device = Device(name=name, space=self.world.space, caps=kind.caps)
        if kind.is_machine:
            device.machine = self.machines[name] = self._machine(name, kind)
            device.takes_lists = kind.has_lists
        device.is_reader = "reader" in kind.caps
        device.save()
        if kind.has_lists:
            self.keys[name] = new_key(device, by=None, now=NOW)
        if name == "extractor":
            extractor = Peripheral(name=name, device=device, run_on_seconds=RUN_ON)
            extractor.save()
            extractor.machines.set(self.machines.values())
        elif name == "door":
            self._door(device)

    def _machine(self, name, kind):
        policy = {"early_start_minutes": 0, "finish_seconds": kind.fin, "walk_up": False}
        tool_class = a_tool_class(name, requires=self.world.certification, **(policy | kind.policy))
        return a_machine(
            f"The {name}",
            tool_class,
            self.world.space,
            has_interlock=True,
            feedback="current",
            idle_seconds=2,
        )

    def _door(self, device):
        door = Door.objects.create(
            name="door", space=self.world.space, device=device, pulse_ms=PULSE * 1000
        )
        for weekday in range(7):
            DoorWindow.objects.create(
                door=door, plan=self.world.plan, weekday=weekday, opens=OPENS, closes=CLOSES
            )
