"""Outside calendars kept: read on schedule, made closures of, and never forgotten for a failure."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Booking, Disruption
from calendars.busy import services
from calendars.busy.fetching import Fetched, Unreachable
from calendars.busy.services import Asked, Unread
from calendars.models import BusySource
from equipment.models import MachineClosure
from members.models import Change, Closure
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.calendars.busy.test_reading import a_calendar
from tests.people import NOW, World, a_world

DAY = timedelta(days=1)
LESSON = "DTSTART:20261124T130000Z\nDURATION:PT1H\nSUMMARY:Maths"  # 14:00 in Berlin
LATER = "DTSTART:20261126T130000Z\nDURATION:PT1H\nSUMMARY:Maths"


class School:
    """A server that is fetched from: what it answers, and with which tags it was asked."""

    def __init__(self) -> None:
        self.answer: Fetched | str = Fetched(a_calendar(LESSON), '"1"', "Tuesday")
        self.asked: list[dict[str, str]] = []

    def fetch(self, _url: str, *, most_bytes: int, network: object, **tags: str) -> Fetched:
        self.asked.append(tags)
        if isinstance(self.answer, str):
            raise Unreachable(self.answer)
        return self.answer


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> School:
    there = School()
    monkeypatch.setattr(services, "fetch", there.fetch)
    return there


def a_source(world: World, **given: object) -> BusySource:
    asked = {"name": "School", "space": world.space, "url": "https://school.example/7.ics"}
    return services.add_source(asked=Asked(**{**asked, **given}), by=world.dana, now=NOW)


def test_what_it_says_closes_the_space_and_asks_whoever_has_booked(
    world: World, school: School
) -> None:
    booking, source = a_booking(world), a_source(world)
    assert services.read_source(source=source, now=NOW)
    closure = Closure.objects.get()
    assert (closure.space, closure.starts, closure.reason) == (world.space, AT_14, "Maths")
    assert closure.source == source.public_id
    assert Disruption.objects.get().booking == booking
    assert Change.objects.filter(verb="add_source").count() == 1


def test_it_closes_one_machine_where_it_is_that_machines(world: World, school: School) -> None:
    services.read_source(source=a_source(world, machine=world.mill), now=NOW)
    assert MachineClosure.objects.get().machine == world.mill
    assert not Closure.objects.exists()


def test_the_same_calendar_is_added_once(world: World, school: School) -> None:
    assert a_source(world) == a_source(world) != a_source(world, machine=world.mill)
    file = {"url": "", "file": a_calendar(LESSON).decode()}
    assert a_source(world, **file) == a_source(world, **file)


def test_a_file_is_read_without_asking_anybody(world: World, school: School) -> None:
    file = a_calendar(LESSON).decode()
    assert services.read_source(source=a_source(world, url="", file=file), now=NOW)
    assert Closure.objects.count() == 1 and not school.asked


def test_it_follows_what_the_calendar_says(world: World, school: School) -> None:
    a_booking(world)
    source = a_source(world)
    services.read_source(source=source, now=NOW)
    school.answer = Fetched(a_calendar(LATER))
    services.read_source(source=source, now=NOW)
    assert Closure.objects.get().starts == AT_14 + 2 * DAY
    assert Disruption.objects.get().answer == Disruption.Answer.OVER


def test_what_was_known_stays_when_it_cannot_be_read(world: World, school: School) -> None:
    source = a_source(world)
    services.read_source(source=source, now=NOW)
    for trouble in ("no-answer", Fetched(b"<html>")):
        school.answer = trouble
        assert not services.read_source(source=source, now=NOW)
    source.refresh_from_db()
    assert Closure.objects.count() == 1
    assert (source.last_error, source.failures, source.read_at) == ("not-a-calendar", 2, NOW)
    school.answer = Fetched(a_calendar(LESSON))
    assert services.read_source(source=source, now=NOW)
    assert (source.last_error, source.failures) == ("", 0)


def test_unchanged_is_enough_for_a_day_and_then_it_is_read_whole(
    world: World, school: School
) -> None:
    source = a_source(world)
    services.read_source(source=source, now=NOW)
    school.answer = Fetched(None)
    assert services.read_source(source=source, now=NOW + HOUR)
    assert source.read_at == NOW + HOUR and Closure.objects.count() == 1
    school.answer = Fetched(a_calendar(LESSON, LATER))
    services.read_source(source=source, now=NOW + DAY)
    assert school.asked == [{}, {"etag": '"1"', "last_modified": "Tuesday"}, {}]


@pytest.mark.parametrize(
    ("failures", "hours"), [(0, 1), (1, 2), (2, 4), (4, 16), (5, 24), (300, 24)]
)
def test_it_is_tried_on_schedule_and_after_failures_more_rarely(
    world: World, failures: int, hours: int
) -> None:
    source = a_source(world)
    assert services.is_due(source, NOW)
    source.tried_at, source.failures = NOW, failures
    assert not services.is_due(source, NOW + hours * HOUR - timedelta(seconds=1))
    assert services.is_due(source, NOW + hours * HOUR)


def test_the_worker_reads_each_that_is_due_once(world: World, school: School) -> None:
    for name in ("school", "choir"):
        a_source(world, url=f"https://{name}.example/7.ics")
    removed = a_source(world, url="https://scouts.example/7.ics")
    services.remove_source(source=removed, by=world.dana, now=NOW)
    assert [services.refresh_due(now=NOW) for _again in range(3)] == [1, 1, 0]
    assert len(school.asked) == 2
    assert services.refresh_due(now=NOW + HOUR) == 1


@pytest.mark.django_db(transaction=True)
def test_removed_it_opens_again_what_it_closed(
    transactional_db: None, world: World, school: School
) -> None:
    booking, source = a_booking(world), a_source(world)
    services.read_source(source=source, now=NOW)
    for _twice in range(2):
        services.remove_source(source=source, by=world.dana, now=NOW)
    assert not Closure.objects.exists()
    assert Disruption.objects.get().answer == Disruption.Answer.OVER
    assert Booking.objects.get() == booking
    assert Change.objects.filter(verb="remove_source").count() == 1


def test_trying_it_out_keeps_nothing(world: World, school: School) -> None:
    asked = Asked("School", world.space, url="https://school.example/7.ics")
    [stretch] = services.try_out(asked, now=NOW)
    assert stretch.starts == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert not Closure.objects.exists() and not BusySource.objects.exists()
    school.answer = "not-public"
    with pytest.raises(Unread, match="not-public"):
        services.try_out(asked, now=NOW)
