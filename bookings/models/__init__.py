"""Every table of the room, by noun."""

from bookings.models.agreement import Answer, HandOver
from bookings.models.booking import Booking
from bookings.models.disruption import Disruption
from bookings.models.participant import Participant
from bookings.models.policy import PlanLimit, PolicyWindow, Question
from bookings.models.series import Series
from bookings.models.tally import Tally
from bookings.models.wait import Wait

__all__ = [
    "Answer",
    "Booking",
    "Disruption",
    "HandOver",
    "Participant",
    "PlanLimit",
    "PolicyWindow",
    "Question",
    "Series",
    "Tally",
    "Wait",
]
