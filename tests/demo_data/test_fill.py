"""The demo's makerspace is as large as promised, possible in every detail, and made only once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from access.models import AccessEvent, Device, Session
from bookings.models import Booking
from demo.data import fill
from demo.data.diary import DAYS_AROUND, TZ
from demo.data.people import (
    BADGES,
    CHILD,
    GUARDIAN,
    HAS_PASSES,
    LOGINS,
    OVERDUE,
    PASSWORD,
    RESTING,
    STRANGER,
)
from demo.data.place import BENCH
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Certification, Lockout, Machine, ToolClass
from members.models import (
    Badge,
    DayPass,
    Hold,
    Member,
    Membership,
    Plan,
    Signature,
    Space,
)
from members.services import badge_hash
from members.services.signing import unsigned
from members.standing import state_of
from members.terms import State
from training.models import Induction, TheoryTest

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # a Tuesday, 13:30 in Berlin


@pytest.fixture
def filled(db: None) -> None:
    assert fill(NOW)


def contents() -> dict[str, object]:
    """Everything that a second filling could change."""
    fields = ("machine__slug", "member__name", "starts", "ends", "state", "holds", "checked_in_at")
    return {
        "bookings": sorted(Booking.objects.values_list(*fields), key=str),
        "certifications": sorted(
            Certification.objects.values_list("member__name", "type__slug", "level", "until"),
            key=str,
        ),
        "memberships": sorted(Membership.objects.values_list("member__name", "until"), key=str),
        "badges": sorted(bytes(number) for (number,) in Badge.objects.values_list("number_hash")),
        "taps": sorted(AccessEvent.objects.values_list("at", "nonce", "code")),
        "devices": list(Device.objects.values_list("name", flat=True)),
    }


def test_a_second_filling_changes_nothing(filled: None) -> None:
    before = contents()
    assert not fill(NOW)
    assert contents() == before


def test_the_same_now_makes_the_same_place() -> None:
    made = []
    for _time in range(2):
        with transaction.atomic():
            fill(NOW)
            made.append(contents())
            transaction.set_rollback(True)
    assert made[0] == made[1]


def test_it_is_as_large_as_promised(filled: None) -> None:
    northside = Machine.objects.filter(space__slug="northside")
    assert Space.objects.count() == 2
    assert Member.objects.count() == 80
    assert northside.count() == 15
    assert northside.filter(has_interlock=True).count() == 6
    assert northside.values("tool_class").distinct().count() == 6
    assert list(ToolClass.objects.filter(machines__slug=BENCH).values_list("shortest_minutes")) == [
        (2,)
    ]
    assert set(Device.objects.filter(is_interlock=True).values_list("name", flat=True)) == set(
        Machine.objects.filter(has_interlock=True).values_list("slug", flat=True)
    )


def test_bookings_fill_four_weeks_around_now(filled: None) -> None:
    by_day = Counter((starts.date() - NOW.date()).days for starts in all_starts())
    assert set(by_day) == set(range(-DAYS_AROUND, DAYS_AROUND + 1)) - {9}  # the day it is closed
    assert min(by_day[day] for day in range(-DAYS_AROUND, 2)) >= 20


def test_no_two_bookings_overlap_even_where_the_database_no_longer_looks(filled: None) -> None:
    rows = list(Booking.objects.order_by("machine", "starts"))
    for before, after in zip(rows, rows[1:], strict=False):
        assert before.machine_id != after.machine_id or before.blocked_until <= after.starts


def test_buffers_are_those_of_the_tool_class(filled: None) -> None:
    for booking in Booking.objects.select_related("machine__tool_class"):
        buffer = timedelta(minutes=booking.machine.tool_class.buffer_minutes)
        assert booking.blocked_until == booking.ends + buffer


def test_what_is_over_holds_nothing_and_what_is_to_come_holds(filled: None) -> None:
    assert not Booking.objects.filter(ends__lte=NOW, holds=True).exists()
    assert not Booking.objects.filter(starts__gt=NOW, holds=False).exists()
    over = Booking.objects.filter(ends__lte=NOW)
    assert set(over.values_list("state", flat=True)) == {"done", "no-show"}
    assert not over.filter(state="done", checked_in_at=None).exists()


def test_nobody_in_the_crowd_booked_what_they_may_not_use(filled: None) -> None:
    ahead = Booking.objects.filter(starts__gt=NOW, purpose="use").select_related(
        "machine__tool_class__requires", "machine__space"
    )
    for booking in ahead.exclude(machine__slug="printer-4"):  # locked out after it was booked
        facts = facts_for(member_id=booking.member_id, machines=[booking.machine], now=NOW)
        assert not eligibility.missing(facts[booking.machine_id], booking.starts), booking


def test_the_four_at_the_bench_differ_as_the_page_says(filled: None) -> None:
    bench = Machine.objects.select_related("tool_class__requires").get(slug=BENCH)
    codes = {}
    for first in BADGES:
        member = Member.objects.get(name=LOGINS[first])
        facts = facts_for(member_id=member.pk, machines=[bench], now=NOW)[bench.pk]
        codes[first] = [reason.code for reason in eligibility.missing(facts, NOW)]
        assert Badge.objects.get(number_hash=badge_hash(BADGES[first])).member == member
    assert codes == {"alice": [], "bob": ["certification-ended"], "charlie": ["not-certified"]}
    assert not Badge.objects.filter(number_hash=badge_hash(STRANGER)).exists()
    assert (
        Booking.objects.get(machine=bench, starts__lte=NOW, ends__gt=NOW).member.name
        == (LOGINS["alice"])
    )


def test_those_one_signs_in_as_can_sign_in_and_nobody_else(filled: None) -> None:
    can = [member for member in Member.objects.all() if member.has_usable_password()]
    assert {member.name for member in can} == set(LOGINS.values())
    assert all(member.check_password(PASSWORD) for member in can)
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(can)


def test_there_is_something_to_look_after(filled: None) -> None:
    assert Lockout.objects.filter(machine__slug="printer-4", cleared_at=None).count() == 1
    assert Hold.objects.standing(NOW).count() == 1
    assert Membership.objects.filter(until__lt=NOW).exists()


def test_the_interlocks_remember_who_was_let_in(filled: None) -> None:
    by_tap = Booking.objects.filter(checked_in_by_tap=True, state="done")
    assert by_tap.exists()
    assert Session.objects.count() == by_tap.count()
    assert not Session.objects.exclude(state="ended").exists()
    assert AccessEvent.objects.filter(kind="tap", ok=True).count() == by_tap.count()
    assert AccessEvent.objects.filter(kind="tap", ok=False).exists()
    assert not AccessEvent.objects.filter(at__gt=NOW).exists()


def test_started_again_a_week_later_it_has_lived_on(filled: None) -> None:
    before, later = Booking.objects.count(), NOW + timedelta(days=7)
    fill(later)
    assert Booking.objects.count() > before
    assert not Booking.objects.filter(
        ends__lte=later, holds=True, member__in=Member.objects.exclude(name__in=LOGINS.values())
    ).exists()
    furthest = max(all_starts())
    assert (furthest - later).days >= DAYS_AROUND - 3


def all_starts() -> list[datetime]:
    return list(
        Booking.objects.filter(machine__space__slug="northside").values_list("starts", flat=True)
    )


def test_the_cnc_induction_has_its_machine_its_seats_and_a_theory_test(filled: None) -> None:
    induction = Induction.objects.get()
    held = Booking.objects.get(group=induction.group, holds=True)
    assert (held.machine.slug, held.starts) == ("cnc-router", induction.starts)
    assert induction.starts.astimezone(TZ).strftime("%A %H:%M") == "Wednesday 17:00"
    assert 0 < induction.attendees.seated().count() < induction.capacity
    test = TheoryTest.objects.get(type=induction.type)
    assert test.published_at == NOW and test.questions.count() > test.asked


def test_every_way_of_joining_and_every_state_of_a_membership_is_there(filled: None) -> None:
    plans = Plan.objects.in_bulk(field_name="slug")
    assert {plan.joining for plan in plans.values()} == set(Plan.Joining)
    assert {plan.kind for plan in plans.values()} == set(Plan.Kind)
    states = {
        name: state_of(Member.objects.get(name=name), NOW)
        for name in (RESTING, OVERDUE, LOGINS["alice"])
    }
    assert list(states.values()) == [State.PAUSED, State.OVERDUE, State.ACTIVE]
    assert DayPass.objects.filter(member__name=HAS_PASSES, used_at=None).count() == 2


def test_everybody_but_charlie_has_signed_and_he_is_refused_nothing_for_it_yet(
    filled: None,
) -> None:
    charlie = Member.objects.get(name=LOGINS["charlie"])
    asked = Hold.objects.exclude(document=None)
    assert set(asked.values_list("member", flat=True)) == {charlie.pk}
    assert {version.document.name for version in unsigned(charlie)} == {"Waiver", "House rules"}
    assert not asked.standing(NOW).exists()
    minor = Signature.objects.filter(member__name=CHILD).select_related("by")
    assert {signature.by.name for signature in minor} == {GUARDIAN}
