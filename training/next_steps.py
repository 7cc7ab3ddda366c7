"""A member's own next step in what fits a display; the steps themselves are found in ways.py."""

from datetime import datetime

from equipment.ladder import Need
from members.models import Member
from training.ladders import read_ladder
from training.ways import Kind, Session, Way, ways


def next_step(member_id: int, wanted: Need, now: datetime) -> dict[str, object]:
    """As equipment.next_steps asks for it, in eight queries."""
    left = ways(read_ladder(Member(pk=member_id), now), wanted)
    if not left:
        return {}
    first = left[0]
    way, taught = _first(first, left[1] if len(left) > 1 else None)
    is_before = first.type != wanted.type
    return {"way": way, "certification": first.name, "before": is_before, "taught": taught}


def _first(way: Way, then: Way | None) -> tuple[str, datetime | None]:
    """Which words it takes, and their time."""
    if way.kind == Kind.THEORY and way.exam is not None:
        return _theory(way, then)
    if way.session is not None:
        return _session(way.kind, way.session), way.session.starts
    return ("suspended" if way.kind == Kind.SUSPENDED else "staff"), None


def _theory(way: Way, then: Way | None) -> tuple[str, datetime | None]:
    if way.exam is not None and way.exam.again is not None:
        return "theory-again", way.exam.again
    if then is not None and then.type == way.type and then.session is not None:
        return "theory-then", then.session.starts
    return "theory", None


def _session(kind: Kind, session: Session) -> str:
    if session.has_place:
        return "seat"
    if session.left <= 0:
        return "full"
    return "refresher" if kind == Kind.REFRESHER else "induction"
