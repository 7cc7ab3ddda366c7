"""python -m tests.hardware.broken GUARD: our gatekeeper with one guard taken out of it."""

import os
import sys
from dataclasses import replace
from datetime import timedelta

import django
from django.apps import apps

if not apps.ready:  # the test itself imports GUARDS, after Django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from django.core.management import call_command

import wire
from access import lists, sessions
from access.services import alone, messages, states, taps, trust
from access.watch import Watch

grant, lease, tell_due = sessions.grant, sessions.lease, Watch.tell_due
handle_journal, becomes_current = messages.handle_journal, states._becomes_current


def longer(session, terms, state, now):
    given = lease(session, terms, state, now)
    return given and replace(given, exp=state.up + 999)


def longer_from_the_start(session, terms, re, *, up, now):
    given = grant(session, terms, re, up=up, now=now)
    return given and replace(given, exp=up + 999)


def grants_what_is_wanted(batch, context, state, session):
    lasts = {"exp": state.up + 30, "hard": state.up + 30, "left": 30}
    terms = {"fin": 0, "idle_s": 1, "run_ma": 0}
    batch.say(state.device, wire.Grant(state.boot, state.n, state.want, **lasts, **terms))


def leases_what_is_named(batch, box, sid):
    up = box.up
    batch.say(box.name, wire.Lease(box.boot, box.n, sid, exp=up + 30, hard=up + 30, left=30))
    return True


def takes_any_boot(batch, box, message, *, signed):
    if message.boot != box.boot:
        becomes_current(batch, box, message.boot, signed=signed)
    return True


def takes_sessions_along(batch, box, boot, *, signed):
    for session in list(batch.sessions.values()):
        if session.interlock_id == box.id:
            batch.put(replace(session, boot=boot))
    becomes_current(batch, box, boot, signed=signed)


def counts_from_anywhere(batch, context, journal):
    return handle_journal(batch, context, replace(journal, first=journal.j[0].i))


def ends_for_all(*_args, **_kwargs):
    return sessions.Meeting.END


def dies(*_args, **_kwargs):
    os._exit(1)


def once(watch, sid, mono):
    return sid not in watch.told and tell_due(watch, sid, mono)


def nothing(*_args, **_kwargs):
    return None


def no(*_args, **_kwargs):
    return False


# What is taken out: where, and what stands there instead.
GUARDS = {
    "any boot": (messages, "is_current", takes_any_boot),
    "late states": (Watch, "is_older", no),
    "late taps": (Watch, "is_stale", no),
    "leases for ever": (sessions, "lease", longer),
    "unknown sessions": (states, "_switch_off_unknown", nothing),
    "off said once": (Watch, "tell_due", once),
    "any signature": (trust, "doubted", nothing),
    "no time of day": (alone, "tell_time", nothing),
    "rows not filed": (messages, "handle_journal", nothing),
    "rows from anywhere": (messages, "handle_journal", counts_from_anywhere),
    "rubbish": (messages, "_drop", dies),
    "no question": (states, "_ask", nothing),
    "grants for ever": (sessions, "grant", longer_from_the_start),
    "refusals unsaid": (taps, "_deny", nothing),
    "repeats unanswered": (taps, "_answer_again", nothing),
    "repeats unknown": (taps, "_repeated", no),
    "anybody's tap ends": (taps, "meet", ends_for_all),
    "any want": (states, "_want", grants_what_is_wanted),
    "any boot's session": (states, "_becomes_current", takes_sessions_along),
    "sessions for ever": (sessions, "proves_over", no),
    "no signature": (trust, "voice", nothing),
    "lists for two days": (lists, "LONGEST", timedelta(hours=48)),
    "sessions untold": (alone, "is_awaited", leases_what_is_named),
}

if __name__ == "__main__":
    setattr(*GUARDS[sys.argv[1]])
    call_command("gatekeeper")
