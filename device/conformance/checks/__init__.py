"""All checks, in the order they are tried: what is broken first explains what is broken later."""

from device.conformance.checks import (
    alone,
    ends,
    faults,
    grants,
    jobs,
    leases,
    signed,
    talk,
    taps,
    whole,
)

ALL = [
    check
    for module in (talk, grants, leases, ends, jobs, taps, signed, alone, faults, whole)
    for check in module.book.checks
]
