"""The real device rules and the real server on a network that cannot be trusted.

Machines that are cut when time is up and such as may finish; some that work on without a network,
ask for two people, or are shared; an extractor and a door (place.py). People tap, book, learn and
leave things on; staff lock out and revoke, and do so behind the services' back; devices lose power
or the network, and their clocks run fast or slow; gatekeepers die; a wall clock jumps; a database
is put back to an hour ago. Messages are lost, doubled, delayed past each other, and said again much
later. Of two gatekeepers each hears everything, and says what it has committed only after the other
has heard the same.

What happens is here, what must hold in invariants.py, what people have a right to in books.py.
"""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count

from django.db import IntegrityError, transaction

import wire
from access.giving_back import give_back
from access.models import Device, Session
from access.records import receive
from bookings.models import Booking
from equipment.models import Lockout
from equipment.services import clear_lockout, lock_out
from members.models import AccessEpoch
from tests.people import NOW
from tests.protocol.books import Booked, Books
from tests.protocol.box import Box
from tests.protocol.invariants import STEP, Invariants
from tests.protocol.keeper import Keeper
from tests.protocol.place import BADGES, KINDS, SITES, Place
from wire.device import Device as Rules
from wire.events import (
    Boot,
    Connected,
    Current,
    Disconnected,
    Pressed,
    Publish,
    Received,
    Relay,
    Save,
    Tapped,
    Tick,
)
from wire.memory import Config
from wire.messages import Up

RATES = (0.98, 1.0, 1.02)  # of a device's clock: no crystal is that bad
LOAD = 3400
DELAYS = (0, 0, 0, 0, 0.5, 1, 3, 7, 20, 70)
APART = (0, 0, 0.5, 1, 3)  # seconds between two gatekeepers that hear, or say, the same
WORK_EVERY = 20.0  # seconds, of the worker


class Wild:
    """Everything, and `random`, by which the network decides about each message."""

    def __init__(self, random, gatekeepers=1, site=SITES[0]):
        self.random = random
        self.t = 0.0
        self.jumped = timedelta(0)
        self.clocks = [self.jumped]  # all that the wall clock was ever off
        self.harsh = False
        self.delay = 0  # seconds every message takes, in a scene that says so
        self.going = []  # (when, order, what happens then)
        self.order = count()
        self.latest = 0  # of all messages that have arrived, the one said last
        self.said = []  # everything that was ever said, to be said again
        self.numbers = count(1)
        self.met = Counter()  # what befell it, and what came of that
        self.steps = 0
        self.unsaid = 0  # answers that are committed and have not left
        self.worked_at = 0.0
        self.place = Place(site)
        self.books = Books(site)
        for who in sorted(self.place.certified):
            self.certify(who)
        self.eyes = Invariants(self)
        self.keepers = [Keeper() for _ in range(gatekeepers)]
        self.boxes = {name: self._box(name) for name in site}
        self.at_machines = [box for box in self.boxes.values() if box.kind.is_machine]
        for box in self.boxes.values():
            self.power(box)
            self.met["a clock runs wrong"] += box.rate != 1.0

    def _box(self, name):
        return Box(name, KINDS[name], self.place.keys.get(name), self.random.choice(RATES))

    # --- clocks -------------------------------------------------------------------------------

    @property
    def now(self):
        """What the server's wall clock shows."""
        return NOW + timedelta(seconds=self.t) + self.jumped

    def pass_time(self, seconds):
        for _ in range(int(seconds / STEP)):
            self.t += STEP
            self.steps += 1
            self.deliver()
            for box in self.boxes.values():
                self.see(box, Current(LOAD if box.running and box.relay else 0))
                self.see(box, Tick())
            self.deliver()
            self.look_at_clocks()
            self.deliver()
            self.eyes.watch()

    def jump(self, seconds):
        self.met["wall clock jumped"] += 1
        self.jumped += timedelta(seconds=seconds)
        self.clocks.append(self.jumped)
        self.tell_keepers()

    # --- devices ------------------------------------------------------------------------------

    def power(self, box):
        """It starts from nothing but what it has saved."""
        config = Config(name=box.name, caps=box.kind.caps, stray_ma=LOAD * 2, key=box.key)
        box.rules = Rules(config, boot=f"{next(self.numbers):016x}", store=box.store)
        box.booted_at, box.running = self.t, False
        box.connected = False
        box.unanswered.clear()
        box.alone_until = None
        self.see(box, Boot())
        self.plug(box, True)

    def lose_power(self, box):
        """Its relay falls, whatever it knew is gone."""
        self.met["power lost"] += 1
        box.connected = box.relay = False
        self.power(box)

    def plug(self, box, connected):
        if connected == box.connected:
            return
        self.met["cable pulled"] += not connected
        box.connected = connected
        box.unanswered.clear()
        if not connected:
            box.cut_at = self.t
            self.see(box, Disconnected())
            return
        self.see(box, Connected())
        if box.listed is not None:
            self.send(box.name, box.listed)

    def see(self, box, event):
        before = box.rules.memory.st
        for effect in box.rules.handle(event, (self.t - box.booted_at) * box.rate):
            if isinstance(effect, Relay):
                self.switch(box, effect.on, event)
            elif isinstance(effect, Save):
                self.eyes.saved(box, effect.store)
                box.store = effect.store
            elif isinstance(effect, Publish):
                self.send(box.name, effect.message)
                if isinstance(effect.message, wire.State):
                    box.retained = effect.message
        if (after := box.rules.memory.st) != before:
            self.met[f"{before} → {after}"] += 1

    def switch(self, box, on, event):
        box.relay = on
        if on:
            self.met["extractor ran" if box.name == "extractor" else "switched on"] += 1
            self.eyes.switched_on(box, event)
        else:
            box.running = False
            box.alone_until = None

    def tap(self, box, who):
        nonce = f"{next(self.numbers):024x}"
        box.taps[nonce] = who, self.t
        self.see(box, Tapped(BADGES[who], nonce))
        waiting = box.rules.memory.tap
        if waiting is not None and waiting.message.nonce == nonce and box.connected:
            box.unanswered[nonce] = self.t

    def press_stop(self, box):
        self.met["stop pressed"] += box.relay
        if box.sid is not None:
            self.books.over.add(box.sid)
        self.see(box, Pressed("stop", f"{next(self.numbers):024x}"))
        self.eyes.stopped(box)

    # --- the network --------------------------------------------------------------------------

    def later(self, seconds, what):
        self.going.append((self.t + seconds, next(self.order), what))

    def send(self, device, message):
        """Lost, doubled or late, as it pleases the network; calm, it only carries."""
        self.said.append((device, message))
        copies = self.random.choice((0, 1, 1, 1, 2)) if self.harsh else 1
        self.met["message lost"] += not copies
        self.met["message doubled"] += copies > 1
        for _ in range(copies):
            late = self.random.choice(DELAYS) if self.harsh else self.delay
            self.met["message late"] += late > 0
            self.later(late, partial(self.arrive, device, message))

    def deliver(self):
        """Everything that is due, also what is said in answer to it."""
        while due := [going for going in self.going if going[0] <= self.t]:
            going = min(due, key=lambda going: going[:2])
            self.going.remove(going)
            self.met["message overtaken"] += going[1] < self.latest
            self.latest = max(self.latest, going[1])
            going[2]()

    def arrive(self, device, message):
        if isinstance(message, Up):
            self.hear(message)
        elif (box := self.boxes[device]).connected:
            self.eyes.check_answer(box, message)
            self.see(box, Received(message))
            self.eyes.heard(box, message)

    def say_again(self, index):
        """An old message comes out of some queue."""
        if self.said:
            self.met["message said again"] += 1
            self.arrive(*self.said[index % len(self.said)])

    def hand_out_retained(self, index):
        """The broker hands out what it should never have kept."""
        taps = [message for _device, message in self.said if isinstance(message, wire.Tap)]
        if taps:
            self.met["retained tap"] += 1
            self.hear(taps[index % len(taps)], retain=True)

    # --- the gatekeepers ----------------------------------------------------------------------

    @property
    def alive(self):
        return any(keeper.alive for keeper in self.keepers)

    def hear(self, message, retain=False):
        """Each gatekeeper hears everything: one at once; of two each in its own time."""
        if len(self.keepers) == 1:
            self.handle(self.keepers[0], message, retain)
            return
        for keeper in self.random.sample(self.keepers, 2):
            self.later(self.apart(), partial(self.handle, keeper, message, retain))

    def apart(self):
        return self.random.choice(APART) if self.harsh else 0

    def handle(self, keeper, message, retain=False):
        if not keeper.alive:
            return
        self.met["handled between commit and answer"] += self.unsaid > 0
        said = keeper.handle([inbound(message, retain)], self.now, self.t)
        self.handled(keeper, message, said)

    def handled(self, keeper, message, said):
        """It is committed: people may read it, and answers may leave. Or it dies just then."""
        if isinstance(message, wire.Tap):
            self.eyes.look_at_rows(message.device)
        if self.harsh and self.random.random() < 0.05:
            self.met["gatekeeper died before it answered"] += 1
            self.begin(keeper)
        else:
            self.answer(keeper, said)

    def answer(self, keeper, said):
        """At once; or, of two gatekeepers, when the other may have heard the same."""
        if len(self.keepers) == 1 or not said:
            self.publish(said)
            return
        self.unsaid += 1
        self.later(self.apart(), partial(self.say_late, keeper, keeper.life, said))

    def say_late(self, keeper, life, said):
        self.unsaid -= 1
        if keeper.life == life and keeper.alive:
            self.publish(said)

    def publish(self, said):
        for out in said:
            device = out.topic.split("/")[2]
            key = self.place.keys.get(device) if out.topic.endswith("/list") else None
            message = wire.parse_down(out.topic, out.payload, key)
            if isinstance(message, wire.List):
                self.boxes[device].listed = message
            self.send(device, message)

    def look_at_clocks(self):
        for _keeper, said in self.each(lambda keeper: keeper.look(self.now, self.t)):
            self.publish(said)
        for keeper in self.keepers if self.place.keys else ():
            if keeper.alive and keeper.swept_at == self.t:
                self.issue_lists(keeper)
        if self.t - self.worked_at >= WORK_EVERY and "shared" in self.boxes:
            self.work()

    def each(self, what):
        """What it comes to at each gatekeeper that lives, one after the other."""
        return [(keeper, what(keeper)) for keeper in self.keepers if keeper.alive]

    def issue_lists(self, keeper):
        """Its number is spent even where the gatekeeper dies before it says it."""
        before = self.numbers_of_lists()
        said = keeper.lists(self.now, self.t)
        for name, seq in self.numbers_of_lists().items():
            if seq != before[name]:
                self.met["list issued"] += 1
                self.books.promise(name, seq)
        self.publish(said)

    def numbers_of_lists(self):
        return dict(Device.objects.filter(takes_lists=True).values_list("name", "list_seq"))

    def work(self):
        """The worker gives back what was left early."""
        self.worked_at = self.t
        given_back = give_back(self.now)
        self.met["given back"] += given_back
        self.eyes.look_at_rows("shared")
        if given_back:
            self.tell_keepers()

    def begin(self, keeper):
        """A new gatekeeper that remembers nothing; the broker hands it what it kept."""
        keeper.begin(self.t)
        self.eyes.forget_running_on()
        for box in self.boxes.values():
            if box.retained is not None:
                self.handle(keeper, box.retained, retain=True)

    def restart(self):
        for keeper in self.keepers:
            self.begin(keeper)

    def die(self, keepers=None):
        for keeper in keepers or self.keepers:
            self.met["gatekeeper died"] += keeper.alive
            keeper.alive = False

    def come_and_go(self):
        """It dies again and again, each time until the lease is over and the job is finishing."""
        for _ in range(self.random.choice((1, 3))):
            self.die()
            self.pass_time(self.random.choice((5, 34, 42)))
            self.restart()
            self.pass_time(12)

    # --- people -------------------------------------------------------------------------------

    def book(self, box, who, seconds, ahead=0):
        starts = self.now + timedelta(seconds=ahead)
        ends = starts + timedelta(seconds=seconds)
        booking = Booking(
            machine=self.place.machines[box.name],
            member=self.place.members[who],
            starts=starts,
            ends=ends,
            blocked_until=ends,
            created_at=self.now,
            updated_at=self.now,
        )
        try:
            with transaction.atomic():
                booking.save()
        except IntegrityError:
            return  # somebody has it already
        self.books.booked[box.name].append(Booked(booking.pk, who, starts, ends))
        self.changed()  # it may cut short what somebody has beyond the end of their own

    def come(self, box, who):
        """Whoever has it booked taps; if nobody has, `who` books it first."""
        holder = self.books.holder(box.name, self.now)
        if holder is None:
            self.book(box, who, self.random.choice((20, 100, 600)))
        self.tap(box, holder or who)

    def come_both(self, box, first, second, between):
        """Two people; one of them has booked it. Sometimes the second takes too long."""
        if self.books.holder(box.name, self.now) is None:
            self.book(box, self.random.choice((first, second)), self.random.choice((100, 600)))
        self.tap(box, first)
        self.pass_time(between)
        self.tap(box, second)

    def work_alone(self, box, who, cut=6, on=12):
        """Booked and listed, the network goes; a tap, some work, and then it comes back."""
        if self.books.holder(box.name, self.now) is None:
            self.book(box, who, self.random.choice((20, 100, 600)))
        self.pass_time(3)
        self.plug(box, False)
        self.pass_time(cut)
        self.tap(box, self.books.holder(box.name, self.now) or who)
        box.running = self.random.random() < 0.5
        self.pass_time(on)
        self.plug(box, True)
        self.deliver()

    def leave_on(self, box, who, by, after):
        """`who` books a little time and goes away; `by` is booked next, and taps."""
        self.book(box, who, 20)
        self.book(box, by, 100, ahead=200)
        self.tap(box, who)
        self.pass_time(20 + after)
        self.tap(box, by)

    def cancel(self, box, announced=True):
        Booking.objects.filter(machine=self.place.machines[box.name], holds=True).update(
            holds=False, state="cancelled"
        )
        self.books.booked[box.name].clear()
        self.changed(announced)

    def lock_out(self, box, mode, announced=True):
        machine = self.place.machines[box.name]
        lock_out(machine=machine, why="Look at it", by=None, now=self.now, mode=mode)
        self.met[f"locked out, {mode}"] += 1
        self.books.locked_out.add(box.name)
        self.changed(announced)

    def clear(self, box):
        machine = self.place.machines[box.name]
        for lockout in Lockout.objects.filter(machine=machine, cleared_at=None):
            clear_lockout(lockout=lockout, by=None, now=self.now)
        self.books.locked_out.discard(box.name)
        self.tell_keepers()

    def revoke(self, who, announced=True):
        member = self.place.members[who]
        member.certifications.filter(revoked_at=None).update(revoked_at=self.now)
        self.met["revoked"] += bool(self.books.levels.get(who))
        self.books.levels[who] = 0
        self.changed(announced)

    def certify(self, who):
        self.books.levels[who] = self.place.certify(who)
        AccessEpoch.bump()

    def tell_keepers(self):
        for keeper in self.keepers:
            keeper.moved = True

    def changed(self, announced=True):
        """The row that every service of this kind moves, and that the gatekeeper looks at.

        A change by hand in the database moves it not; the next state of the device finds it.
        """
        if announced:
            AccessEpoch.bump()
            self.tell_keepers()
        else:
            self.met["changed by hand"] += 1
            self.eyes.unannounced_at = self.t

    def change_by_hand(self, box, who):
        """In the database, behind the services' back; time enough to find it, or not."""
        self.random.choice(
            (
                lambda: self.cancel(box, announced=False),
                lambda: self.revoke(who, announced=False),
                lambda: self.lock_out(box, "stop", announced=False),
            )
        )()
        self.pass_time(self.random.choice((1, 15)))

    def put_database_back(self):
        """To before the open sessions began: devices hold what nobody here has heard of."""
        lost = Session.objects.exclude(state="ended")
        self.eyes.forgotten.update(lost.values_list("sid", flat=True))
        lost.delete()
        self.met["database put back"] += 1
        self.eyes.unannounced_at = self.t
        self.pass_time(self.random.choice((1, 15)))


def inbound(message, retain=False):
    """As it comes from the broker."""
    return receive(*wire.encode_up(message), retain=retain)
