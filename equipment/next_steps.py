"""What one person does next towards a certification they lack: asked of the room that knows.

Knows neither tests nor inductions. Where no room is asked, a refusal says what the certification
itself knows of its next induction.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from equipment.ladder import Need
from equipment.reason import Reason

LACKING = frozenset({"not-certified", "level-too-low", "certification-ended"})
# Of one member and what they need: `way` (see equipment.words.OWN_STEPS), the `certification` it is
# a step of, whether it comes `before` the one they need, and when (`taught`); {} where unknown.
Ask = Callable[[int, Need, datetime], Mapping[str, object]]

_asked: list[Ask] = []


def register_next_step(ask: Ask) -> None:
    """Call from AppConfig.ready()."""
    _asked[:] = [ask]


def with_next_step(reason: Reason, member_id: int, now: datetime) -> Reason:
    """The reason with the member's own next step; any other reason as it is, for nothing."""
    if reason.code not in LACKING:
        return reason
    wanted = Need(str(reason.params["certification_slug"]), int(str(reason.params["level"])))
    step = next((ask(member_id, wanted, now) for ask in _asked), {})
    return Reason(reason.code, {**reason.params, **step})
