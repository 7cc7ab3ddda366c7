"""A device as a state machine: events in, effects out. Knows no clock, broker, relay or thread.

    device = Device(Config(name="laser-1"), boot="0123456789abcdef")
    effects = device.handle(Boot("power"), up=0)

`up` is seconds since boot, int or float; it never runs backwards. Events and effects are in
wire.events. Send Boot first, a Tick every 0.1 s, a Current or Aux with each reading, a Tapped with
each sighting of a badge. Carry out the effects in the order given. Publish appears only while
connected; what cannot be sent at once must be forgotten, never queued. What Save holds must have
been written before the effects after it are carried out. `device.memory` holds everything the
device knows; a reboot is a new Device with another boot and the store last saved.
"""

from typing import assert_never

from wire import journal, offline, rules
from wire.display import Display, face
from wire.events import (
    Aux,
    Beep,
    Boot,
    Connected,
    Current,
    Disconnected,
    Effect,
    Event,
    Ignored,
    Pressed,
    Publish,
    Received,
    Relay,
    Save,
    Show,
    Tapped,
    Tick,
    Typed,
)
from wire.memory import LOCKED, Config, Memory, Notice, Sent, Store
from wire.messages import (
    Answer,
    Avail,
    Button,
    Down,
    Filed,
    Grant,
    Hello,
    Lease,
    List,
    Off,
    Offer,
    Sync,
    Tap,
    Text,
    Up,
)


class Device:
    """One boot of a device."""

    def __init__(self, config: Config, boot: str, store: Store | None = None) -> None:
        self.config = config
        self._saved = store or Store()
        self.memory = Memory(
            boot=boot, run_ma=config.stray_ma, idle_s=config.idle_s, store=self._saved
        )
        self._effects: list[Effect] = []
        self._shown: Display | None = None

    def handle(self, event: Event, up: float) -> list[Effect]:
        """What to do about an event at `up` seconds since boot."""
        self._effects = []
        up = self.memory.up = max(up, self.memory.up)
        self._keep_time(up)
        self._act(event, up)
        self._keep_time(up)
        self._report(up)
        self._file(up)
        self._show(up)
        return self._effects

    def _keep_time(self, up: float) -> None:
        """D2: what time has ended is off before a message can be looked at."""
        rules.lapse(self.memory, up)
        self._give_up(up)
        rules.forget_digits(self.memory, up)
        rules.watch_load(self.memory, up)
        rules.follow_load(self.memory, up)
        self._switch(rules.energised(self.memory, up))
        rules.watch_load(self.memory, up)
        rules.watch_contactor(self.memory, up)

    def _act(self, event: Event, up: float) -> None:
        match event:
            case Boot():
                self._boot(event)
            case Connected():
                self._connected(up)
            case Disconnected():
                self._disconnected(up)
            case Received():
                self._received(event.message, up)
            case Tick():
                self._retry(up)
            case Tapped():
                self._tapped(event, up)
            case Typed():
                self._typed(event, up)
            case Pressed():
                self._pressed(event, up)
            case Current():
                self.memory.ma = event.ma
            case Aux():
                self.memory.aux = event.closed
            case _:
                assert_never(event)

    def _received(self, message: Down, up: float) -> None:
        match message:
            case Answer():
                self._answer(message, up)
            case Grant():
                self._grant(message, up)
            case Offer():
                self._offer(message, up)
            case Lease():
                self._lease(message, up)
            case Off():
                self._off(message, up)
            case Sync():
                self._sync(message, up)
            case Text():
                self._text(message, up)
            case List():
                self._list(message)
            case Filed():
                self._filed(message)
            case _:
                assert_never(message)

    def _boot(self, boot: Boot) -> None:
        """D1: the relay is off before anything else happens."""
        self.memory.why = boot.why
        self._effects.append(Relay(on=False))

    def _connected(self, up: float) -> None:
        """D1, D9: say who is here. A connection that comes back changes nothing else."""
        memory, config = self.memory, self.config
        memory.connected = memory.report_due = True
        memory.filed_at = None
        self._publish(Avail(device=config.name, on=True, boot=memory.boot))
        self._publish(
            Hello(
                device=config.name,
                boot=memory.boot,
                up=int(up),
                fw=config.fw,
                model=config.model,
                why=memory.why,
                caps=config.caps,
                list=memory.store.list.seq if memory.store.list else 0,
                jrn=len(memory.store.rows),
            )
        )

    def _disconnected(self, up: float) -> None:
        self.memory.connected, self.memory.lost_at = False, up

    def _tapped(self, tapped: Tapped, up: float) -> None:
        """D8: a badge was seen."""
        if "reader" not in self.config.caps:
            return self._ignore("tap", "no reader here")
        why = rules.tap_refused(self.memory, tapped.badge, up)
        if why:
            return self._ignore("tap", why)
        pin = rules.take_pin(self.memory)
        if self._without_server(tapped.badge, up):
            return None
        tap = Tap(
            device=self.config.name,
            boot=self.memory.boot,
            up=int(up),
            nonce=tapped.nonce,
            badge=tapped.badge,
            pin=pin,
        )
        rules.begin_tap(self.memory, tap, up)
        self._publish(tap)

    def _typed(self, typed: Typed, up: float) -> None:
        """D8: a key; which one is told to nobody but the server."""
        if "pin" not in self.config.caps:
            return self._ignore("key", "no keypad here")
        rules.type_key(self.memory, typed.key, up)

    def _without_server(self, badge: str, up: float) -> bool:
        """D10: whether the list could decide on a tap. What began without the server ends so."""
        memory, config = self.memory, self.config
        if memory.connected or not offline.has_lists(config):
            return False
        if memory.session is not None and offline.is_own(memory, config, badge):
            rules.finish_job(memory, memory.session, up)
            return True
        why = offline.silent(memory, up)
        if why:
            self._ignore("offline list", why)
            return False
        entry = offline.entry_for(memory, config, badge, up)
        if entry is None:
            self._notice(offline.NOT_LISTED, up, refused=True)
        else:
            offline.begin(memory, config, entry, up)
        return True

    def _give_up(self, up: float) -> None:
        """D8, D10: no answer came; without a broker the list may know one."""
        badge = rules.give_up(self.memory, up)
        if badge is not None:
            self._without_server(badge, up)

    def _pressed(self, pressed: Pressed, up: float) -> None:
        """D11: stop stops here, whoever can be told of it; arm only asks."""
        memory = self.memory
        if pressed.name == "stop":
            rules.stop(memory)
            self._switch(rules.energised(memory, up))
        elif memory.st != LOCKED:
            return self._ignore("button", f"{memory.st}, not locked")
        self._publish(
            Button(
                device=self.config.name,
                boot=memory.boot,
                up=int(up),
                nonce=pressed.nonce,
                name=pressed.name,
            )
        )

    def _retry(self, up: float) -> None:
        """D8: ask again for what was not answered."""
        tap = rules.tap_to_retry(self.memory, up)
        if tap is not None:
            self._publish(tap)
        rules.ask_again(self.memory, up)

    def _answer(self, answer: Answer, up: float) -> None:
        """D8: the decision on the tap that waits."""
        why = rules.answer_refused(self.memory, answer)
        if why:
            return self._ignore("answer", why)
        self.memory.answer = answer
        self._notice(answer.text, up, refused=not answer.ok)
        if answer.ok and answer.grant is not None and not self._grant(answer.grant, up):
            self._notice(rules.TAP_AGAIN, up, refused=True)
            self.memory.report_due = True
        if answer.ok and answer.pulse_ms is not None:
            self._pulse(answer.pulse_ms, up)
        self.memory.tap = None

    def _grant(self, grant: Grant, up: float) -> bool:
        """D3: whether the grant was taken up."""
        if "relay" not in self.config.caps:
            self._ignore("grant", "no relay here")
            return False
        why = rules.grant_refused(self.memory, grant, up)
        if why:
            self._ignore("grant", why)
            return False
        rules.arm(self.memory, self.config, grant, up)
        self._notice(grant.text, up)
        return True

    def _pulse(self, pulse_ms: int, up: float) -> None:
        """D12: a door opens for a moment."""
        why = rules.pulse_refused(self.memory, self.config, pulse_ms)
        if why:
            return self._ignore("pulse", why)
        rules.open_door(self.memory, pulse_ms, up)

    def _offer(self, offer: Offer, up: float) -> None:
        """D3: ask for the session that waits."""
        if "relay" not in self.config.caps:
            return self._ignore("offer", "no relay here")
        why = rules.offer_refused(self.memory, offer)
        if why:
            return self._ignore("offer", why)
        rules.ask_for(self.memory, offer, up)

    def _lease(self, lease: Lease, up: float) -> None:
        """D4: the session ends later, or earlier."""
        why = rules.lease_refused(self.memory, lease, up)
        if why:
            return self._ignore("lease", why)
        rules.renew(self.memory, lease, up)
        self._notice(lease.text, up)

    def _off(self, off: Off, up: float) -> None:
        """D7: the session ends, or will not begin."""
        if off.boot is not None and off.boot != self.memory.boot:
            return self._ignore("off", "of another boot")
        rules.switch_off(self.memory, off, up)
        self._notice(off.text, up)

    def _sync(self, sync: Sync, up: float) -> None:
        why = rules.sync_refused(self.memory, sync, up)
        if why:
            return self._ignore("sync", why)
        rules.answer_sync(self.memory, sync, up)

    def _text(self, text: Text, up: float) -> None:
        self.memory.notice = Notice(text.text, up + text.secs)
        if text.beep:
            self._effects.append(Beep(text.beep))

    def _list(self, found: List) -> None:
        why = offline.list_refused(self.memory, self.config, found)
        if why:
            return self._ignore("list", why)
        offline.keep(self.memory, found)

    def _switch(self, on: bool) -> None:
        """D10: off before anything is written down, on only after."""
        changes = on != self.memory.relay
        self.memory.relay = on
        if changes and not on:
            self._effects.append(Relay(on=False))
        if self.memory.store is not self._saved:
            self._saved = self.memory.store
            self._effects.append(Save(self._saved))
        if changes and on:
            self._effects.append(Relay(on=True))

    def _report(self, up: float) -> None:
        """A state on every change, when asked, and at the heartbeat; numbered as it is sent."""
        memory = self.memory
        if not memory.connected:
            return
        state = rules.state_of(memory, self.config, up)
        said = (state.st, state.relay, state.sid, state.want, state.fault, state.grace_end)
        silent = up - memory.reported_at >= self.config.heartbeat
        if not (memory.report_due or silent or said != memory.reported):
            return
        memory.n = state.n
        memory.reported, memory.reported_at, memory.report_due = said, up, False
        memory.sync_id = None
        recent = (sent for sent in memory.sent if up - sent.up <= rules.FRESH)
        memory.sent = (*recent, Sent(state.n, up, state.want))
        self._publish(state)

    def _file(self, up: float) -> None:
        """D10: rows wait until the server says that it has them."""
        if journal.due(self.memory, up):
            self._publish(journal.show(self.memory, self.config, up))

    def _filed(self, filed: Filed) -> None:
        why = journal.filed_refused(self.memory, filed)
        if why:
            return self._ignore("journal", why)
        journal.drop(self.memory, filed)

    def _show(self, up: float) -> None:
        notice = self.memory.notice
        if notice is not None and up >= notice.until:
            self.memory.notice = None
        display = face(self.memory, self.config, up)
        if display != self._shown:
            self._shown = display
            self._effects.append(Show(display))

    def _notice(self, text: str | None, up: float, refused: bool = False) -> None:
        if text:
            self.memory.notice = Notice(text, up + rules.NOTICE_SECONDS, refused)

    def _publish(self, message: Up) -> None:
        if self.memory.connected:
            self._effects.append(Publish(message))

    def _ignore(self, what: str, why: str) -> None:
        self._effects.append(Ignored(what, why))
