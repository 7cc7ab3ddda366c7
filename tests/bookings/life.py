"""Six members, four machines and a worker that comes and goes: every service, at random.

What must hold is in `check`, in its own arithmetic over the rows of the tables. It knows what the
policy says, and none of the rules that keep it.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import combinations

from django.db import connection

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking, Disruption, HandOver, PlanLimit, Wait
from bookings.rules.recurrence import Rule
from bookings.services import waitlist
from bookings.services.changing_series import Scope, Shift
from bookings.services.disruptions import answer_disruption, find_disruptions
from bookings.services.offering import offer_everywhere
from equipment.models import Lockout, MachineClosure
from equipment.services import clear_lockout, lock_out
from equipment.services.closures import close_machine
from members.services.closures import remove_closure
from tests.bookings.waiting import stuck_offers
from tests.people import NOW, a_certification, a_machine, a_member, a_tool_class, a_world

MINUTE, HALF, HOUR, DAY = (timedelta(minutes=n) for n in (1, 30, 60, 1440))
State = Booking.State
OPEN = (State.OFFERED, State.REQUESTED, State.CONFIRMED, State.RUNNING)

ROUTERS, PRINTERS = "CNC machines", "Printers"
AHEAD = 4  # bookings ahead of one member on the routers
PER_DAY = 3  # bookings a day of the printers
PER_WEEK = 600  # minutes a week, over everything


class Life:
    """The place, its people and the clock; `random` decides who does what."""

    def __init__(self, random, now=NOW):
        self.random = random
        self.began = self.now = now
        self.steps = 0
        self.done = Counter()  # what was done, and what was refused, by verb
        self.worker = True
        self.world = a_world(
            now=now,
            most_future=AHEAD,
            buffer_minutes=15,
            step_minutes=30,
            no_show_minutes=15,
            approval_above_minutes=150,
        )
        self._people_and_machines()

    def _people_and_machines(self):
        world = self.world
        for member in (world.charlie, world.dana):
            a_certification(member, world.certification)
        self.members = [
            world.alice,
            world.charlie,
            world.dana,
            a_member("Erin Vogel", plan=world.plan, space=world.space),
            a_member("Farid Aziz", plan=world.plan, space=world.space),
            world.bob,  # whose certification has lapsed: the printers are open to him
        ]
        self.printers = a_tool_class(
            PRINTERS, step_minutes=30, most_future=None, most_per_day=PER_DAY, fair_share=True
        )
        self.machines = [
            world.router,
            world.mill,
            a_machine("Printer 1", self.printers, world.space),
            a_machine("Printer 2", self.printers, world.space),
        ]
        world.router.has_interlock = True
        world.router.save()
        PlanLimit.objects.create(measure="minutes", period="week", amount=PER_WEEK)

    # --- chance --------------------------------------------------------------------------------

    def pick(self, things):
        """One of them, or nothing where there is none."""
        things = list(things)
        return self.random.choice(things) if things else None

    def a_slot(self):
        """Mostly sensible: on the half hour, within nine days, up to four hours long."""
        starts = self.began.replace(minute=0, second=0, microsecond=0) + HALF * (
            (self.now - self.began) // HALF
        )
        starts += HALF * self.random.randrange(-2, 2 * 24 * self.random.choice([1, 2, 9]))
        return starts, starts + HALF * self.random.choice([1, 2, 2, 3, 4, 6, 8, 9])

    def a_booking(self, *states):
        return self.pick(Booking.objects.filter(state__in=states or OPEN).order_by("pk"))

    # --- what people do --------------------------------------------------------------------------

    def attempt(self, verb, act, **arguments):
        """Do it; a refusal is an answer, anything else a defect."""
        self.steps += 1
        try:
            result = act(now=self.now, **arguments)
        except Refused as refused:
            assert refused.reasons
            self.done[verb, "refused"] += 1
            result = None
        else:
            self.done[verb, "done"] += 1
        self.check()
        return result

    def book(self):
        member, machine = self.pick(self.members), self.pick(self.machines)
        starts, ends = self.a_slot()
        self.attempt(
            "book",
            services.book,
            member=member,
            machine=machine,
            starts=starts,
            ends=ends,
            by=member,
        )

    def move(self):
        if booking := self.a_booking():
            starts, ends = self.a_slot()
            self.attempt(
                "move",
                services.move,
                booking=booking,
                starts=starts,
                ends=ends,
                machine=self.pick(self.machines),
                by=booking.member,
            )

    def extend(self):
        if booking := self.a_booking(State.CONFIRMED, State.RUNNING):
            ends = booking.ends + HALF * self.random.choice([1, 2])
            self.attempt("extend", services.extend, booking=booking, ends=ends, by=booking.member)

    def cancel(self):
        if booking := self.a_booking():
            self.attempt("cancel", services.cancel, booking=booking, by=booking.member)

    def come(self):
        """To the machine, at a time when a booking of one's own is on."""
        on = Booking.objects.filter(state=State.CONFIRMED, starts__lte=self.now + HALF)
        if booking := self.pick(on.order_by("pk")):
            self.attempt(
                "come",
                services.check_in,
                booking=booking,
                by=booking.member,
                tap=booking.machine.has_interlock,
            )

    def walk_up(self):
        member, machine = self.pick(self.members), self.pick(self.machines)
        self.attempt(
            "walk up",
            services.walk_up,
            member=member,
            machine=machine,
            by=member,
            tap=machine.has_interlock,
        )

    def finish(self):
        if booking := self.a_booking(State.RUNNING, State.CONFIRMED):
            self.attempt("finish", services.finish, booking=booking, by=booking.member)

    # --- between two people ----------------------------------------------------------------------

    def propose(self):
        """To hand a booking over, sometimes for one of the other's in return."""
        booking, to = self.a_booking(State.CONFIRMED), self.pick(self.members)
        if booking is None:
            return
        theirs = Booking.objects.filter(member=to, state=State.CONFIRMED, starts__gt=self.now)
        back = self.pick(theirs.order_by("pk")) if self.random.random() < 0.5 else None
        self.attempt(
            "propose a swap" if back else "propose",
            services.propose_hand_over,
            booking=booking,
            to=to,
            in_return=back,
            by=booking.member,
        )

    def answer_a_proposal(self):
        rows = HandOver.objects.order_by("pk")
        if self.random.random() < 0.9:
            rows = rows.filter(answered_at=None)
        if proposal := self.pick(rows):
            verb, act = self.random.choice(
                [*([("take over", services.accept_hand_over)] * 3)]
                + [("turn down", services.decline_hand_over)]
            )
            verb = f"{verb} a swap" if proposal.in_return_id else verb
            self.attempt(verb, act, hand_over=proposal, by=proposal.to)

    def answer_a_request(self):
        if booking := self.a_booking(State.REQUESTED):
            dana = self.world.dana
            if self.random.random() < 0.7:
                self.attempt("approve", services.approve, booking=booking, by=dana)
            else:
                self.attempt("refuse", services.decline, booking=booking, by=dana, words="No")

    def staff_book(self):
        """For somebody, and longer than the rules have it; quotas are left as they are."""
        starts, _ends = self.a_slot()
        self.attempt(
            "staff book",
            services.book,
            member=self.pick(self.members),
            machine=self.pick(self.machines),
            starts=starts,
            ends=starts + 5 * HOUR,
            by=self.world.dana,
            origin=Booking.Origin.STAFF,
            overrides=["too-long"],
            override_why="A course",
        )

    # --- several at once -------------------------------------------------------------------------

    def book_a_series(self):
        starts, ends = self.a_slot()
        wall = starts.astimezone(self.world.space.tz)
        rule = Rule(
            rhythm=self.random.choice(["daily", "weekly"]),
            first=wall.date(),
            starts=wall.time(),
            minutes=int((ends - starts) / MINUTE),
            zone=self.world.space.tz,
            count=self.random.choice([1, 2, 3, 3, 1000]),
        )
        skip = {wall.date()} if self.random.random() < 0.1 else ()
        member, machine = self.pick(self.members), self.pick(self.machines)
        self.attempt(
            "book a series",
            services.book_series,
            member=member,
            machine=machine,
            rule=rule,
            skip=skip,
            by=member,
        )

    def change_a_series(self):
        """Often by a day, or by its own length: each takes the place of the one before."""
        if booking := self.pick(Booking.objects.exclude(series=None).order_by("pk")):
            local = booking.starts.astimezone(self.world.space.tz)
            later = (local + (booking.ends - booking.starts)).time()
            shift = self.random.choice(
                [Shift(days=1), Shift(days=-1), Shift(starts=later), Shift(minutes=30)]
            )
            self.attempt(
                "change a series",
                services.change_series,
                booking=booking,
                scope=self.random.choice(list(Scope)),
                shift=shift,
                by=booking.member,
                include_changed=self.random.random() < 0.5,
            )

    def cancel_a_series(self):
        if booking := self.pick(Booking.objects.exclude(series=None).order_by("pk")):
            self.attempt(
                "cancel a series",
                services.cancel_series,
                booking=booking,
                scope=self.random.choice(list(Scope)),
                by=booking.member,
            )

    def book_several(self):
        member = self.pick(self.members)
        starts, ends = self.a_slot()
        self.attempt(
            "book several",
            services.book_group,
            member=member,
            machines=self.random.sample(self.machines, 2),
            starts=starts,
            ends=ends,
            by=member,
        )

    def change_several(self):
        if booking := self.pick(Booking.objects.exclude(group=None).order_by("pk")):
            if self.random.random() < 0.5:
                self.attempt(
                    "cancel several", services.cancel_group, booking=booking, by=booking.member
                )
                return
            starts, ends = self.a_slot()
            self.attempt(
                "move several",
                services.move_group,
                booking=booking,
                starts=starts,
                ends=ends,
                by=booking.member,
            )

    def book_any(self):
        member, machine = self.pick(self.members), self.pick(self.machines)
        starts, ends = self.a_slot()
        self.attempt(
            "book any",
            services.book_any,
            member=member,
            tool_class=machine.tool_class,
            space=machine.space,
            starts=starts,
            ends=ends,
            by=member,
        )

    # --- the waitlist ----------------------------------------------------------------------------

    def wait(self):
        """For a slot that is taken, or for an hour or two within the next days."""
        member, machine = self.pick(self.members), self.pick(self.machines)
        booking = self.a_booking()
        if booking and self.random.random() < 0.6:
            machine, starts, ends = booking.machine, booking.starts, booking.ends
            minutes = int((ends - starts) / MINUTE)
        else:
            starts, minutes = self.a_slot()[0], self.random.choice([60, 120])
            ends = starts + self.random.choice([2 * HOUR, 2 * DAY])
        self.attempt(
            "wait",
            waitlist.wait,
            member=member,
            tool_class=machine.tool_class,
            space=machine.space,
            machine=machine if self.random.random() < 0.7 else None,
            starts=starts,
            ends=ends,
            minutes=minutes,
            by=member,
        )

    def answer_an_offer(self):
        if offer := self.a_booking(State.OFFERED):
            answer = self.random.choice(["accept", "accept", "decline"])
            self.attempt(answer, getattr(waitlist, answer), offer=offer, by=offer.member)

    def withdraw(self):
        if wish := self.pick(Wait.objects.order_by("pk")):
            self.attempt("withdraw", waitlist.withdraw, wish=wish, by=wish.member)

    # --- what staff do, and time -----------------------------------------------------------------

    def lock_out_or_clear(self):
        dana, standing = self.world.dana, Lockout.objects.filter(cleared_at=None).order_by("pk")
        if lockout := self.pick(standing):
            self.attempt("clear", clear_lockout, lockout=lockout, by=dana)
        else:
            machine = self.pick(self.machines)
            self.attempt("lock out", lock_out, machine=machine, by=dana, why="Loose belt")

    def close_or_reopen(self):
        dana, ahead = self.world.dana, MachineClosure.objects.filter(ends__gt=self.now)
        if closure := self.pick(ahead.order_by("pk")):
            self.attempt("reopen", remove_closure, closure=closure, by=dana)
            return
        starts, ends = self.a_slot()
        self.attempt(
            "close",
            close_machine,
            machine=self.pick(self.machines),
            starts=starts,
            ends=ends,
            reason="Service visit",
            by=dana,
        )

    def answer_a_disruption(self):
        if row := self.pick(Disruption.objects.filter(answered_at=None).order_by("pk")):
            to = (self.pick(self.machines), self.a_slot()[0])
            self.attempt(
                "answer a disruption",
                answer_disruption,
                disruption=row,
                to=self.random.choice([None, to, to]),
                by=row.booking.member,
            )

    def time_goes_by(self):
        self.steps += 1
        self.now += self.random.choice([MINUTE, 10 * MINUTE, HALF, HOUR, 3 * HOUR, 10 * HOUR])
        if self.worker:
            self.work()
        self.check(settled=self.worker)

    def worker_stops_or_starts(self):
        self.steps += 1
        self.worker = not self.worker
        if self.worker:
            self.work()
        self.check(settled=self.worker)

    def work(self):
        """What the worker does each minute."""
        while services.lapse_stale(now=self.now):
            pass
        while services.close_over(now=self.now):
            pass
        find_disruptions(now=self.now)
        waitlist.pass_over(now=self.now)
        offer_everywhere(now=self.now)

    # --- what must hold --------------------------------------------------------------------------

    def check(self, settled=False):
        """`settled`: the worker has just done all it does."""
        rows = all_bookings()
        assert overlaps(rows) == []
        assert over_quota(rows, self.now) == []
        for row in rows:
            assert row.holds or row.state not in OPEN, f"{row} is open and holds nothing"
            assert not (settled and row.holds and is_stale(row, self.now)), f"{row} has lapsed"
        assert stuck_offers(self.now, settled=settled) == []


def empty_the_tables():
    """Faster than a flush, which resets every sequence of every room."""
    tables = connection.introspection.django_table_names(only_existing=True)
    kept = {"django_content_type", "django_migrations", "members_accessepoch"}
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        if connection.vendor == "postgresql":
            names = ", ".join(connection.ops.quote_name(name) for name in set(tables) - kept)
            cursor.execute(f"TRUNCATE {names}")
            return
        for name in set(tables) - kept:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")


# --- in arithmetic of its own --------------------------------------------------------------------


def all_bookings():
    return list(Booking.objects.select_related("machine__tool_class", "machine__space", "member"))


def is_stale(row, now):
    return row.lapses_at is not None and row.lapses_at <= now


def overlaps(rows):
    """Pairs of bookings that hold one machine at one time, buffers included."""
    by_machine = defaultdict(list)
    for row in rows:
        if row.holds:
            by_machine[row.machine_id].append(row)
    return [
        (str(one), str(other))
        for held in by_machine.values()
        for one, other in combinations(held, 2)
        if one.starts < other.blocked_until and other.starts < one.blocked_until
    ]


def over_quota(rows, now):
    """Who has more than the policy gives: bookings ahead, bookings a day, minutes a week.

    A booking counts in the local day and week in which it begins; so does a missed one.
    """
    ahead, a_day, a_week = Counter(), Counter(), Counter()
    for row in rows:
        stands = row.holds and not is_stale(row, now)
        who, kind = row.member.name, row.machine.tool_class.name
        if stands and row.starts > now and kind == ROUTERS:
            ahead[who] += 1
        if stands or row.state in (State.CONFIRMED, State.DONE, State.NO_SHOW):
            local = row.starts.astimezone(row.machine.space.tz)
            a_week[who, local.isocalendar()[:2]] += (row.ends - row.starts) / MINUTE
            a_day[who, local.date()] += kind == PRINTERS
    limits = ((ahead, AHEAD), (a_day, PER_DAY), (a_week, PER_WEEK))
    return [each for counted, most in limits for each in counted.items() if each[1] > most]


ACTIONS = (
    *(["book"] * 6),
    *(["move"] * 2),
    *(["time_goes_by"] * 5),
    *(["wait"] * 3),
    *(["answer_an_offer"] * 2),
    *(["cancel"] * 2),
    *(["propose"] * 2),
    *(["answer_a_proposal"] * 2),
    *(["answer_a_request"] * 2),
    *(["come"] * 3),
    "staff_book",
    "extend",
    "walk_up",
    "finish",
    "book_a_series",
    "change_a_series",
    "cancel_a_series",
    "book_several",
    "change_several",
    "book_any",
    "withdraw",
    "lock_out_or_clear",
    "close_or_reopen",
    "answer_a_disruption",
    "worker_stops_or_starts",
)
