"""How a booking service says no: with every reason at once."""

from equipment.reason import Reason


class Refused(Exception):
    """Nothing was written. `reasons` is never empty; equipment.words tells them."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons
