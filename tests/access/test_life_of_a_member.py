"""Whatever befalls a member and their certification: page, booking and tap say the same of it.

A machine of states over every service that may change the answer. After each step one member, one
machine and one moment are put to all three, and a session that runs goes on or ends with them.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from access.answers import would_answer
from access.decision import Denial, Grant
from bookings.facts import facts_for as booking_facts
from bookings.rules import Slot
from bookings.rules.eligible import AHEAD, INSTANT, eligible_throughout
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Certification, Level, Lockout, Machine, Suspension, ToolClass
from equipment.services import Uncertifiable, certify, clear_lockout, lock_out, revoke_certification
from equipment.services.suspensions import lift_suspension, suspend_certification
from equipment.services.uses import record_use
from members.models import Document, Hold, Membership, Pause, Plan
from members.services import end_membership, lift_hold, place_hold, sign_up_to_plan
from members.services.documents import publish_version
from members.services.memberships import MembershipError, renew_membership
from members.services.pauses import end_pause, start_pause
from members.services.signing import sign
from tests.access.world import Site

DAY, YEAR = timedelta(days=1), timedelta(days=365)
REFUSED = (MembershipError, Uncertifiable)
EVERY_ONE = {
    "account-closed",
    "membership-ended",
    "membership-paused",
    "on-hold",
    "certification-suspended",
    "certification-ended",
    "certification-revoked",
    "level-too-low",
    "locked-out",
}
lengths = st.sampled_from([timedelta(minutes=7), timedelta(hours=5), DAY, 9 * DAY, 100 * DAY])
maybe = st.none() | lengths


class LifeOfAMember(RuleBasedStateMachine):
    """Alice at the mill, which she has booked for as long as anybody looks."""

    seen: ClassVar = Counter()  # by each reason, "" where there is none

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.site = site = Site()
        self.alice, self.dana = site.world.alice, site.world.dana
        self.type, self.plan = site.world.certification, site.world.plan
        Plan.objects.filter(pk=self.plan.pk).update(
            months=1, overdue_days=5, pause_days=60, renews_itself=True
        )
        ToolClass.objects.update(supervised=False)
        site.book("alice", minutes=60 * 24 * 3000)
        self.sid = ""

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def now(self):
        return self.site.now

    @property
    def machine(self):
        rows = Machine.objects.select_related("tool_class__requires", "space")
        return rows.get(pk=self.site.mill.pk)

    def attempt(self, service, **given):
        """A service may refuse; then nothing is changed."""
        with suppress(*REFUSED), transaction.atomic():
            service(now=self.now, **given)

    @initialize(level=st.none() | st.sampled_from(Level), length=maybe)
    def she_comes_with_what_she_holds(self, level, length):
        Certification.objects.filter(member=self.alice).delete()
        if level:
            self.she_is_certified(level, length)

    # --- what happens -------------------------------------------------------------------------

    @rule(length=lengths)
    def time_passes(self, length):
        self.site.wait(length.total_seconds())
        self.sid = ""  # no device holds on for so long: it restarts, and proves it
        self.site.handle(self.site.a_state("locked", None))
        self.site.sweep()

    @rule(level=st.sampled_from(Level), length=maybe)
    def staff_certify_her(self, level, length):
        self.she_is_certified(level, length)

    def she_is_certified(self, level, length):
        until = self.now + length if length else None
        self.attempt(
            certify, member=self.alice, type=self.type, by=self.dana, level=level, until=until
        )

    @rule(data=st.data())
    def one_is_taken_back(self, data):
        rows = list(Certification.objects.filter(member=self.alice, revoked_at=None))
        if rows:
            row = data.draw(st.sampled_from(rows))
            self.attempt(revoke_certification, certification=row, by=self.dana, why="unsafe")

    @rule(length=maybe)
    def it_is_suspended(self, length):
        until = self.now + length if length else None
        self.attempt(
            suspend_certification,
            member=self.alice,
            type=self.type,
            why="a near miss",
            by=self.dana,
            until=until,
        )

    @rule()
    def the_suspension_is_lifted(self):
        for row in Suspension.objects.filter(member=self.alice, lifted_at=None):
            self.attempt(lift_suspension, suspension=row, by=self.dana)

    @rule(days=st.none() | st.integers(1, 200))
    def disuse_begins_to_count(self, days):
        self.type.disuse_days = days
        self.type.save()

    @rule()
    def she_uses_the_machine(self):
        record_use(member_id=self.alice.pk, machine_id=self.site.mill.pk, now=self.now)

    @rule(length=maybe)
    def a_hold_is_placed(self, length):
        until = self.now + length if length else None
        place_hold(
            member=self.alice, reason="A fee", remedy="Pay", by=self.dana, now=self.now, until=until
        )

    @rule()
    def holds_are_lifted(self):
        for row in Hold.objects.filter(member=self.alice, lifted_at=None, document=None):
            lift_hold(hold=row, by=self.dana, now=self.now)

    @rule(length=maybe)
    def a_document_is_published(self, length):
        document = Document.objects.first() or Document(name="Waiver")
        publish_version(
            document=document,
            text="Wear glasses.",
            required_from=self.now + (length or timedelta(0)),
            by=self.dana,
            now=self.now,
        )

    @rule()
    def she_signs(self):
        document = Document.objects.first()
        if document:
            version = document.versions.order_by("-number").first()
            with suppress(Exception), transaction.atomic():
                sign(member=self.alice, version=version, name="Alice", by=self.alice, now=self.now)

    @rule(length=maybe)
    def a_membership_begins(self, length):
        self.a_membership_begins_for(length)

    def a_membership_begins_for(self, length):
        until = self.now + length if length else None
        self.attempt(
            sign_up_to_plan,
            member=self.alice,
            plan=self.plan,
            starts=self.now,
            until=until,
            by=self.dana,
        )

    @rule(length=maybe)
    def it_ends(self, length):
        for row in Membership.objects.current(self.now).filter(member=self.alice):
            until = self.now + (length or timedelta(0))
            self.attempt(end_membership, membership=row, until=until, by=self.dana)

    @rule()
    def it_is_renewed(self):
        row = Membership.objects.filter(member=self.alice).order_by("-starts").first()
        if row:
            self.attempt(renew_membership, membership=row, by=self.dana)

    @rule(days=st.integers(1, 20), begins=st.sampled_from([0, 1, 30]))
    def it_rests(self, days, begins):
        for row in Membership.objects.current(self.now).filter(member=self.alice):
            starts = self.now + begins * DAY
            self.attempt(
                start_pause,
                membership=row,
                starts=starts,
                until=starts + days * DAY,
                why="",
                by=self.dana,
            )

    @rule()
    def the_rest_ends(self):
        for row in Pause.objects.filter(member=self.alice, called_off_at=None):
            self.attempt(end_pause, pause=row, by=self.dana)

    @rule()
    def the_machine_is_locked_out(self):
        lock_out(machine=self.machine, why="belt", by=self.dana, now=self.now)

    @rule()
    def it_is_cleared(self):
        for row in Lockout.objects.filter(cleared_at=None):
            clear_lockout(lockout=row, by=self.dana, now=self.now)

    @rule(closed=st.booleans())
    def her_account_is_closed_or_opened(self, closed):
        self.alice.is_active = not closed
        self.alice.save()

    @rule(level=st.sampled_from([Level.PROVISIONAL, Level.FULL]))
    def the_machine_asks_for_another_level(self, level):
        ToolClass.objects.filter(machines=self.site.mill).update(required_level=level)

    @rule()
    def staff_set_all_right(self):
        self.alice.is_active = True
        self.alice.save()
        self.holds_are_lifted()
        self.she_signs()
        self.the_suspension_is_lifted()
        self.the_rest_ends()
        self.it_is_cleared()
        self.a_membership_begins_for(None)
        self.she_is_certified(Level.FULL, None)

    @precondition(lambda self: not self.sid)
    @rule()
    def she_taps_for_real(self):
        answer = self.site.tap("alice")
        if answer.ok and answer.grant is not None:
            self.sid = self.site.sid = answer.grant.sid
            self.site.state("armed", self.sid)

    # --- what must hold -----------------------------------------------------------------------

    def judged(self):
        facts = facts_for(member_id=self.alice.pk, machines=[self.machine], now=self.now)
        return [r.code for r in eligibility.missing(facts[self.site.mill.pk], self.now)]

    @invariant()
    def page_booking_and_tap_agree(self):
        judged = self.judged()
        self.seen.update(judged or [""])
        assert self.booked() == judged
        page = would_answer(member=self.alice, machine=self.machine, now=self.now)
        if judged:
            assert isinstance(page, Denial), judged
            assert [reason.code for reason in page.reasons[: len(judged)]] == judged
        else:
            assert isinstance(page, Grant), page
        if not self.sid:
            self.tapped(judged)

    def booked(self):
        """What the booking rules would refuse a booking of this very moment for."""
        slot = Slot(self.now, self.now + INSTANT)
        facts = booking_facts(
            member_id=self.alice.pk, machine=self.machine, slot=slot, now=self.now
        )
        found = eligible_throughout(facts, slot)
        ahead = {told: code for code, told in AHEAD.items()}
        return [ahead.get(reason.code, reason.code) for reason in found]

    def tapped(self, judged):
        """The answer at the machine, taken back again."""
        mark = transaction.savepoint()
        answer = self.site.tap("alice")
        transaction.savepoint_rollback(mark)
        assert (answer.ok, answer.code) == ((False, judged[0]) if judged else (True, "granted"))

    @invariant()
    def a_session_runs_no_longer_than_it_may(self):
        if not self.sid:
            return
        self.site.sweep()
        session = self.site.session
        if self.judged():
            assert session.state in ("closing", "ended"), session.state
            self.site.state("locked", None)
            self.sid = ""
        else:
            assert session.state == "active", session.end_reason


def live(examples, steps):
    run_state_machine_as_test(
        LifeOfAMember,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_page_booking_and_tap_agree_after_every_step():
    live(examples=8, steps=12)


@pytest.mark.long
@pytest.mark.django_db
def test_page_booking_and_tap_agree_after_thousands_of_steps(figure):
    LifeOfAMember.seen.clear()
    live(examples=80, steps=40)
    seen = LifeOfAMember.seen
    told = ", ".join(f"{count} {code or 'granted'}" for code, count in seen.most_common())
    figure(f"every moment was put to page, booking and tap; they said: {told}")
    assert {"", *EVERY_ONE} <= seen.keys()
