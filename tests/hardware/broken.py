"""python -m tests.hardware.broken GUARD: our gatekeeper with one guard taken out of it."""

import os
import sys
from dataclasses import replace

import django
from django.apps import apps

if not apps.ready:  # the test itself imports GUARDS, after Django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from django.core.management import call_command  # noqa: E402

from access import sessions  # noqa: E402
from access.services import alone, messages, states, trust  # noqa: E402
from access.watch import Watch  # noqa: E402

lease, tell_due = sessions.lease, Watch.tell_due


def longer(session, terms, state, now):
    given = lease(session, terms, state, now)
    return given and replace(given, exp=state.up + 999)


def once(watch, sid, mono):
    return sid not in watch.told and tell_due(watch, sid, mono)


def nothing(*_args, **_kwargs):
    return None


def no(*_args, **_kwargs):
    return False


def yes(*_args, **_kwargs):
    return True


# What is taken out: where, and what stands there instead.
GUARDS = {
    "any boot": (messages, "is_current", yes),
    "late states": (Watch, "is_older", no),
    "late taps": (Watch, "is_stale", no),
    "leases for ever": (sessions, "lease", longer),
    "unknown sessions": (states, "_switch_off_unknown", nothing),
    "off said once": (Watch, "tell_due", once),
    "any signature": (trust, "doubted", nothing),
    "no time of day": (alone, "tell_time", nothing),
    "rows not filed": (messages, "handle_journal", nothing),
}

if __name__ == "__main__":
    setattr(*GUARDS[sys.argv[1]])
    call_command("gatekeeper")
