"""The demo's spaces, tool classes, machines and the devices on them."""

from datetime import datetime, time

from access.models import Device
from desk.starter import KINDS, Kind
from desk.starting import make_class, make_classes
from equipment.models import Machine, ToolClass
from members.models import OpeningHours, Space

ZONE = "Europe/Berlin"
OPENS, CLOSES = time(8), time(22)
BENCH = "router-d"  # the machine of /demo/, its slug and its device's name
DESK_READER = "desk"
BENCH_FINISH_SECONDS = 30

Drawing = Machine.Drawing

# certification: how to get it
INDUCTIONS = {
    "resin": "Hannah's induction, Thursdays 18:00",
    "laser": "Priya's induction, Tuesdays 18:00",
    "cnc": "Marta's induction, Wednesdays 17:00",
    "wood": "Karl's induction, Saturdays 11:00",
    "metal": "Marta's induction, Mondays 17:00",
}
DEMO_ROUTER = Kind(
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


def furnish(now: datetime) -> None:
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
    make_classes(how_to_get=INDUCTIONS, now=now)
    make_class(kind=DEMO_ROUTER, order=len(KINDS), now=now)
    classes = {each.slug: each for each in ToolClass.objects.all()}
    for name, kind_slug, where, drawing, has_interlock in MACHINES:
        _machine(northside, classes[kind_slug], name, has_interlock, place=where, drawing=drawing)
    _machine(annex, classes["demo-router"], "Router D", True, idle_seconds=2, place="By the door")
    Device.objects.create(
        name=DESK_READER, space=northside, is_interlock=False, is_enrolment=True
    )  # badges nobody knows yet are shown to staff


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
