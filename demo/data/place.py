"""The demo's spaces, tool classes, machines and the devices on them."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from access.models import Device
from equipment.models import CertificationType, Machine, ToolClass
from members.models import OpeningHours, Space

ZONE = "Europe/Berlin"
OPENS, CLOSES = time(8), time(22)
BENCH = "router-d"  # the machine of /demo/, its slug and its device's name
DESK_READER = "desk"
BENCH_FINISH_SECONDS = 30

Drawing = Machine.Drawing

# slug: name, how to get it, days it stays valid
CERTIFICATIONS: dict[str, tuple[str, str, int | None]] = {
    "resin": ("Resin printing", "Hannah's induction, Thursdays 18:00", None),
    "laser": ("Laser", "Priya's induction, Tuesdays 18:00", 730),
    "cnc": ("CNC", "Marta's induction, Wednesdays 17:00", 365),
    "wood": ("Woodworking", "Karl's induction, Saturdays 11:00", 730),
    "metal": ("Metalwork", "Marta's induction, Mondays 17:00", 365),
}


@dataclass(frozen=True)
class Kind:
    """A tool class: its names, what it asks for and its policy."""

    slug: str
    name: str
    summary: str
    requires: str | None
    policy: dict[str, Any]


KINDS = (
    Kind(
        "3d-printers",
        "3D printers",
        "walk up and start, or book up to 12 h",
        None,
        {"risk": "low", "longest_minutes": 720, "walk_up_minutes": 180, "most_future": 6},
    ),
    Kind(
        "resin",
        "Resin printers",
        "30 min washing after each job",
        "resin",
        {"risk": "low", "longest_minutes": 480, "buffer_minutes": 30},
    ),
    Kind(
        "laser-cutters",
        "Laser cutters",
        "15 min airing after each job, at most 2 h at once",
        "laser",
        {
            "risk": "high",
            "longest_minutes": 120,
            "buffer_minutes": 15,
            "horizon_days": 14,
            "no_show_minutes": 15,
            "walk_up": False,
            "finish_seconds": 180,
        },
    ),
    Kind(
        "cnc-machines",
        "CNC machines",
        "certified members, book 1 h ahead",
        "cnc",
        {
            "risk": "high",
            "notice_minutes": 60,
            "buffer_minutes": 15,
            "walk_up": False,
            "finish_seconds": 300,
        },
    ),
    Kind(
        "wood",
        "Wood",
        "a tap or a click starts it, or book up to 3 h",
        "wood",
        {"longest_minutes": 180},
    ),
    Kind(
        "metal",
        "Metal",
        "book up to 4 h, or come and start",
        "metal",
        {"longest_minutes": 240},
    ),
    Kind(
        "demo-router",
        "Demo router",
        "bookings of two minutes, to watch one from start to lock",
        "cnc",
        {
            "step_minutes": 1,
            "shortest_minutes": 2,
            "longest_minutes": 30,
            "most_future": None,
            "walk_up": False,
            "finish_seconds": BENCH_FINISH_SECONDS,
        },
    ),
)

# name, tool class, where, drawing, with an interlock
MACHINES: tuple[tuple[str, str, str, Machine.Drawing, bool], ...] = (
    ("Printer 1", "3d-printers", "Print room, shelf A", Drawing.PRINTER, False),
    ("Printer 2", "3d-printers", "Print room, shelf A", Drawing.PRINTER, False),
    ("Printer 3", "3d-printers", "Print room, shelf B", Drawing.PRINTER, False),
    ("Printer 4", "3d-printers", "Print room, shelf B", Drawing.PRINTER, False),
    ("Resin 1", "resin", "Print room, fume hood", Drawing.RESIN, False),
    ("Laser 1", "laser-cutters", "Laser room", Drawing.LASER, True),
    ("Laser 2", "laser-cutters", "Laser room", Drawing.LASER, True),
    ("CNC router", "cnc-machines", "Machine hall, bay 2", Drawing.ROUTER, True),
    ("CNC mill", "cnc-machines", "Machine hall, bay 3", Drawing.MILL, True),
    ("PCB mill", "cnc-machines", "Electronics bench", Drawing.MILL, False),
    ("Table saw", "wood", "Wood shop", Drawing.SAW, True),
    ("Band saw", "wood", "Wood shop", Drawing.SAW, False),
    ("Planer", "wood", "Wood shop", Drawing.SAW, False),
    ("TIG welder", "metal", "Welding booth", Drawing.WELDER, False),
    ("Lathe", "metal", "Machine hall, bay 1", Drawing.LATHE, True),
)
NOTES = {
    "laser-1": "Never cut PVC, vinyl or anything you cannot name. Stay while the beam is on.",
    "laser-2": "Rotary axis in the drawer below. Never cut PVC, vinyl or what you cannot name.",
    "cnc-router": "Spoil board is 18 mm. Clamp, then probe, then cut.",
    "table-saw": "Riving knife stays on. Push stick hangs on the fence.",
    "resin-1": "Gloves on before the vat comes out. Wash for ten minutes.",
}


def furnish() -> None:
    """Two spaces: one full of machines, one with a single bench that is open day and night."""
    northside = Space.objects.create(
        name="Northside workshop", slug="northside", zone=ZONE, address="Canal Street 14"
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(space=northside, weekday=weekday, opens=OPENS, closes=CLOSES)
        for weekday in range(7)
    )
    annex = Space.objects.create(
        name="Southside annex", slug="southside", zone=ZONE, address="Bridge Lane 3"
    )
    types = _certification_types()
    classes = {
        kind.slug: ToolClass.objects.create(
            slug=kind.slug,
            name=kind.name,
            summary=kind.summary,
            order=order,
            requires=types[kind.requires] if kind.requires else None,
            **kind.policy,
        )
        for order, kind in enumerate(KINDS)
    }
    for name, kind_slug, where, drawing, has_interlock in MACHINES:
        _machine(northside, classes[kind_slug], name, has_interlock, place=where, drawing=drawing)
    _machine(annex, classes["demo-router"], "Router D", True, idle_seconds=2, place="By the door")
    Device.objects.create(
        name=DESK_READER, space=northside, is_interlock=False, is_enrolment=True
    )  # badges nobody knows yet are shown to staff


def _certification_types() -> dict[str, CertificationType]:
    return {
        slug: CertificationType.objects.create(
            slug=slug, name=name, how_to_get=how_to_get, valid_days=days
        )
        for slug, (name, how_to_get, days) in CERTIFICATIONS.items()
    }


def _machine(
    space: Space, tool_class: ToolClass, name: str, has_interlock: bool, **details: object
) -> None:
    """A machine; one with an interlock senses its current, and its device bears its name."""
    slug = name.lower().replace(" ", "-")
    feedback = Machine.Feedback.CURRENT if has_interlock else Machine.Feedback.NONE
    machine = Machine.objects.create(
        space=space,
        tool_class=tool_class,
        name=name,
        slug=slug,
        notes=NOTES.get(slug, ""),
        has_interlock=has_interlock,
        feedback=feedback,
        **details,
    )
    if has_interlock:
        Device.objects.create(name=slug, space=space, machine=machine)
