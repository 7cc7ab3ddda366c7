"""What staff and members do about machines; each one thing, atomic, with one Change behind it."""

from equipment.services.certifications import Uncertifiable, certify, revoke_certification
from equipment.services.lockouts import clear_lockout, lock_out, report_fault

__all__ = [
    "Uncertifiable",
    "certify",
    "clear_lockout",
    "lock_out",
    "report_fault",
    "revoke_certification",
]
