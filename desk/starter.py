"""The usual tool classes of a makerspace with sensible policy, as a table. Knows no database."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A tool class: its names, which certification it asks for, and its policy."""

    slug: str
    name: str
    summary: str
    requires: str | None
    policy: dict[str, Any]


# slug: name, days it stays valid
CERTIFICATIONS: dict[str, tuple[str, int | None]] = {
    "resin": ("Resin printing", None),
    "laser": ("Laser", 730),
    "cnc": ("CNC", 365),
    "wood": ("Woodworking", 730),
    "metal": ("Metalwork", 365),
}
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
)
