"""Devices with one guard taken out, each in a process of its own.

    python -m tests.device.broken BROKER_PORT NAME=GUARD ...

prints the control port of each, in this order, and runs them until its input ends. Patched are the
modules of the device, in the process of that device only: GUARD is a name in GUARDS, or `none`. A
device whose name begins with `mac` signs.
"""

import os
import signal
import sys
import time
from dataclasses import replace

import wire.codec
import wire.device
from device import box, client
from device.box import Box
from device.client import Address
from device.control import Control
from wire import journal, offline, rules, sign
from wire.memory import Config, Session

KEY = bytes(range(32))
MAC = ("relay", "mac")
CAPS = ("relay", "reader", "current", "display", "button", "pin", "door", "list-hmac")
HEARTBEAT = 10
Device = wire.device.Device


def without(module, guard, *reasons):
    """The guard, deaf to these reasons."""
    honest = getattr(module, guard)

    def weak(*arguments):
        why = honest(*arguments)
        return None if why is not None and why.startswith(reasons) else why

    return lambda: setattr(module, guard, weak)


def instead(place, name, function):
    return lambda: setattr(place, name, function)


def both(*patches):
    return lambda: [patch() for patch in patches]


def nothing(*_, **__):
    """Does nothing, returns None."""


def generous(fin=0, hard=True, used=True, armed=False):
    """D6 with a kind heart."""

    def run_out(memory, session, up):
        since = min(int(up), session.exp)
        end = since + session.fin + fin - (session.used if used else 0)
        end = min(end, session.hard) if hard else end
        if (memory.st == "running" or armed) and up < end:
            memory.st = "grace"
            session.hard = max(session.hard, end)
            session.grace_from, session.grace_end = since, end
        else:
            rules.lock(memory, session)

    return instead(rules, "run_out", run_out)


def edited(name, change):
    """A method of the device that gets its message changed."""
    honest = getattr(Device, name)
    return instead(Device, name, lambda self, message, up: honest(self, change(message), up))


def only_known_modes(memory, off, up, honest=rules.switch_off):
    if off.mode in ("stop", "after-job"):
        honest(memory, off, up)


def no_idle(memory, up, honest=rules.watch_load):
    honest(memory, up)
    memory.idle_since = None


def answers_every_sync(memory, sync, up):
    memory.sync_id, memory.report_due = sync.id, True


def first_entry(memory, config, badge, up):
    return memory.store.list.e[0] if memory.store.list and memory.store.list.e else None


def keeps_for_a_day(memory, found, honest=offline.keep):
    honest(memory, replace(found, exp=found.exp + 86_400))


def keeps_the_digits(memory):
    return "".join(digit for digit, _ in memory.typed) or None


def without_digits(memory, up, honest=rules.tap_to_retry):
    tap = honest(memory, up)
    return tap and replace(tap, pin=None)


def believes_everything(_key, _topic, payload):
    return sign.split(payload)[0]


def forgets_what_it_shows(memory, config, up, honest=journal.show):
    message = honest(memory, config, up)
    memory.store = replace(memory.store, rows=())
    return message


def reboots_on_reconnect(self, plugged, honest=Box.plug):
    honest(self, plugged)
    if plugged:
        self.boot("watchdog")


def avail_last(self, up, honest=Device._connected):
    honest(self, up)
    self._effects.append(self._effects.pop(0))


def one_nonce(size, honest=box.secrets.token_hex):
    return "0" * 24 if size == 12 else honest(size)


def its_own_clock(self, boot, honest=Device._boot):
    honest(self, boot)
    self.memory.utc_at_boot = int(time.time())


def keeps_only_names(memory, found, honest=offline.keep):
    if found.e:
        honest(memory, found)


def revives(self, lease, up, honest=Device._lease):
    if self.memory.session is None:
        self.memory.st = "armed"
        self.memory.session = Session(lease.sid, lease.exp, lease.hard, 0, 2, 800, lease.exp, 0)
    honest(self, lease, up)


def hasty(memory, up):
    if memory.stray_since is not None:
        memory.st, memory.fault = "fault", "contactor-stuck"


def said(change):
    """A state that does not say what is."""
    honest = rules.state_of

    def state_of(memory, config, up):
        state = honest(memory, config, up)
        return replace(state, **change(state))

    return instead(rules, "state_of", state_of)


STALE = "answers nothing asked"
GRANT, LEASE, OFFER = "grant_refused", "lease_refused", "offer_refused"
GUARDS = {
    "avail comes last": instead(Device, "_connected", avail_last),
    "no will": instead(client.mqtt.Client, "will_set", nothing),
    "nothing retained": instead(wire, "RETAIN", dict.fromkeys(wire.RETAIN, False)),
    "reconnect reboots": instead(Box, "plug", reboots_on_reconnect),
    "sync not answered": instead(rules, "answer_sync", nothing),
    "sync for all": both(
        without(rules, "sync_refused", "of another boot"),
        instead(rules, "answer_sync", answers_every_sync),
    ),
    "slow heartbeat": lambda: globals().update(HEARTBEAT=60),
    "grant of any boot": without(rules, GRANT, "of another boot"),
    "grant of any length": without(rules, GRANT, "longer"),
    "grant for no question": without(rules, GRANT, STALE),
    "want for ever": instead(rules, "give_up", nothing),
    "want said once": instead(rules, "ask_again", nothing),
    "grant not heard": instead(rules, GRANT, lambda *_: "not today"),
    "grant of the past": both(without(rules, GRANT, "expired"), instead(rules, "lapse", nothing)),
    "grant of any session": instead(
        rules, "_answers_want", lambda memory, grant, up: memory.want is not None
    ),
    "grant for any tap": instead(
        rules, "_answers_tap", lambda memory, grant, up: isinstance(grant.re, str)
    ),
    "grant while armed": without(rules, GRANT, "armed, not locked"),
    "grant in grace": without(rules, GRANT, "grace, not locked"),
    "offer while armed": without(rules, OFFER, "armed, not locked"),
    "offer of any boot": without(rules, OFFER, "of another boot"),
    "grant of an ended session": without(rules, GRANT, "session has ended"),
    "offer of an ended session": without(rules, OFFER, "session has ended"),
    "a no with a grant": edited("_answer", lambda answer: replace(answer, ok=True)),
    "answer of any boot": without(rules, "answer_refused", "of another boot"),
    "answer to any tap": both(
        without(rules, "answer_refused", "answers no tap"), without(rules, GRANT, STALE)
    ),
    "answer at any time": both(instead(rules, "give_up", nothing), without(rules, GRANT, STALE)),
    "never lapses": instead(rules, "lapse", nothing),
    "lease of any boot": without(rules, LEASE, "of another boot"),
    "lease of any session": without(rules, LEASE, "not the session"),
    "lease of any length": without(rules, LEASE, "longer"),
    "lease of the past": without(rules, LEASE, "expired"),
    "lease out of order": without(rules, LEASE, "answers an older"),
    "lease from the future": without(rules, LEASE, "answers a state not sent"),
    "lease while closing": without(rules, LEASE, "session is closing"),
    "lease begins anew": instead(Device, "_lease", revives),
    "lease not taken": instead(rules, "renew", nothing),
    "off not heard": instead(rules, "switch_off", nothing),
    "off in known modes only": instead(rules, "switch_off", only_known_modes),
    "off of any boot": edited("_off", lambda off: replace(off, boot=None)),
    "off of any session": edited("_off", lambda off: replace(off, sid="*")),
    "off for one alone": edited(
        "_off", lambda off: replace(off, sid="nobody") if off.sid == "*" else off
    ),
    "nothing ends for good": instead(rules, "end_for_good", nothing),
    "stop asks the server": instead(rules, "stop", nothing),
    "grace while armed": generous(armed=True),
    "more than fin": generous(fin=5),
    "more than hard": generous(hard=False),
    "grace spent twice": generous(used=False),
    "never idle": instead(rules, "watch_load", no_idle),
    "never runs": instead(rules, "follow_load", nothing),
    "no repetition": instead(rules, "tap_to_retry", nothing),
    "answer not heard": instead(Device, "_answer", nothing),
    "any answer will do": without(rules, "answer_refused", "of another boot", "answers no tap"),
    "one nonce": instead(box.secrets, "token_hex", one_nonce),
    "badge left on the reader": without(rules, "tap_refused", "the same badge"),
    "digits sent once": instead(rules, "tap_to_retry", without_digits),
    "digits kept": instead(rules, "take_pin", keeps_the_digits),
    "digits for ever": instead(rules, "forget_digits", nothing),
    "door for any answer": without(rules, "answer_refused", "of another boot", "answers no tap"),
    "door for ten minutes": without(rules, "pulse_refused", "longer"),
    "door stays open": instead(
        rules, "open_door", lambda memory, ms, up: setattr(memory, "pulse_end", up + 60)
    ),
    "contactor not watched": instead(rules, "watch_contactor", nothing),
    "contactor at once": instead(rules, "watch_contactor", hasty),
    "no lists": instead(offline, "begin", nothing),
    "rows dropped when shown": instead(journal, "show", forgets_what_it_shows),
    "any badge alone": instead(offline, "entry_for", first_entry),
    "list without end": instead(offline, "keep", keeps_for_a_day),
    "empty list not kept": instead(offline, "keep", keeps_only_names),
    "clock of its own": instead(Device, "_boot", its_own_clock),
    "older list": without(offline, "list_refused", "not newer"),
    "any signature": instead(sign, "verified", believes_everything),
    "list of any key": instead(sign, "_check", nothing),
    "avail of no boot": instead(
        wire.device, "Avail", lambda device, on, boot: wire.Avail(device, on, boot="now")
    ),
    "numbers left out": said(lambda state: {"n": state.n + 1}),
    "grace_end at any time": said(lambda state: {"grace_end": state.up}),
}


def main(port, names):
    controls = [(name, guard, Control("127.0.0.1", 0)) for name, guard in names]
    children = [_start(name, guard, control, port) for name, guard, control in controls]
    print(*(control.address[1] for _, _, control in controls), flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, signal.SIGKILL)


def _start(name, guard, control, port):
    child = os.fork()
    if child == 0:
        if guard != "none":
            GUARDS[guard]()
        caps = MAC if name.startswith("mac") else CAPS
        Box(Config(name, caps, heartbeat=HEARTBEAT, key=KEY), Address("127.0.0.1", port), 3400).run(
            control
        )
    return child


if __name__ == "__main__":
    main(int(sys.argv[1]), [argument.split("=") for argument in sys.argv[2:]])
