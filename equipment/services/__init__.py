"""What staff and members do about machines; each one thing, atomic, with one Change behind it."""

from equipment.services.certifications import (
    Uncertifiable,
    certify,
    lacking,
    revoke_certification,
)
from equipment.services.lockouts import clear_lockout, lock_out, report_fault
from equipment.services.uses import record_use

__all__ = [
    "Uncertifiable",
    "certify",
    "clear_lockout",
    "lacking",
    "lock_out",
    "record_use",
    "report_fault",
    "revoke_certification",
]
