"""What devices, time and staff do to sessions and badges; each one thing, atomic."""

from access.services.chain import Broken, seal, verify
from access.services.devices import DeviceError, attach_device, register_device, revoke_device
from access.services.enrolment import assign_candidate, note_candidate, purge_candidates
from access.services.lists import allow_lists, issue_next, look_for_changes
from access.services.messages import handle
from access.services.sweeping import epoch, next_end, start_listening, sweep

__all__ = [
    "Broken",
    "DeviceError",
    "allow_lists",
    "assign_candidate",
    "attach_device",
    "epoch",
    "handle",
    "issue_next",
    "look_for_changes",
    "next_end",
    "note_candidate",
    "purge_candidates",
    "register_device",
    "revoke_device",
    "seal",
    "start_listening",
    "sweep",
    "verify",
]
