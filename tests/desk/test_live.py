"""The stream behind pages that keep themselves true: one poll, many listeners, nothing left."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from django.db import connection
from django.test import AsyncClient, Client
from django.urls import reverse

from access.models import AccessEvent
from desk import live
from members.models import AccessEpoch, Change, Member
from tests.people import NOW, World


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(live, "hub", live.Hub())


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the database would say; the test appends."""
    said = [1]
    monkeypatch.setattr(live, "version", lambda: (said[-1],))
    monkeypatch.setattr(live, "disconnect", lambda: None)
    return said


async def next_line(stream: AsyncIterator[str], patience: float = 60) -> str:
    return await asyncio.wait_for(anext(stream), patience)


def test_each_listener_is_told_once_per_change(versions: list[int]) -> None:
    async def scene() -> None:
        streams = [live.stream() for _ in range(3)]
        assert [await next_line(stream) for stream in streams] == ["retry: 3000\n\n"] * 3
        waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
        versions.append(2)
        assert await asyncio.gather(*waiting) == ["event: change\ndata:\n\n"] * 3
        again = asyncio.ensure_future(anext(streams[0]))
        await asyncio.sleep(0.05)
        assert not again.done()
        again.cancel()
        for stream in streams[1:]:
            await stream.aclose()

    asyncio.run(scene())


def test_time_alone_is_told_too(versions: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", (0.02, 0.03))

    async def scene() -> None:
        stream = live.stream()
        await next_line(stream)
        assert (await next_line(stream)).startswith("event: change")
        await stream.aclose()

    asyncio.run(scene())


def test_polling_stops_with_the_last_listener_and_starts_with_the_next(
    versions: list[int],
) -> None:
    async def scene() -> None:
        for _ in range(2):
            stream = live.stream()
            await next_line(stream)
            task = live.hub._task
            assert task is not None and len(live.hub) == 1
            await stream.aclose()
            await asyncio.wait_for(task, 60)
            assert len(live.hub) == 0

    asyncio.run(scene())


def test_a_listener_that_goes_away_is_forgotten(versions: list[int]) -> None:
    async def scene() -> None:
        stream = live.stream()
        await next_line(stream)
        listening = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.02)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        assert len(live.hub) == 0

    asyncio.run(scene())


def test_there_is_room_for_so_many_and_no_more(
    versions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 1)

    async def scene() -> None:
        first, second = live.stream(), live.stream()
        await next_line(first)
        with pytest.raises(live.Full):
            await next_line(second)
        await first.aclose()

    asyncio.run(scene())


@pytest.mark.django_db
def test_what_counts_as_a_change() -> None:
    AccessEpoch.objects.get_or_create(pk=1)
    seen = {live.version()}
    AccessEpoch.bump()
    seen.add(live.version())
    Change.objects.create(verb="book", subject_kind="bookings.Booking", subject_id=1, at=NOW)
    seen.add(live.version())
    AccessEvent.objects.create(kind="tap", at=NOW)
    seen.add(live.version())
    assert len(seen) == 4


@pytest.mark.django_db
def test_a_look_is_one_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        live.version()


@pytest.mark.django_db
def test_the_stream_asks_the_database_nothing_in_its_own_thread(
    django_assert_num_queries: object, versions: list[int]
) -> None:
    """A connection opened there would stay open as long as the stream."""

    async def scene() -> None:
        answer = await AsyncClient().get(reverse("desk:live"))
        assert answer["Content-Type"] == "text/event-stream"
        assert answer["Cache-Control"] == "no-store"
        stream = aiter(answer)
        assert (await asyncio.wait_for(anext(stream), 60)).startswith(b"retry")
        await stream.aclose()

    with django_assert_num_queries(0):  # type: ignore[operator]
        asyncio.run(scene())


def test_a_server_of_threads_says_that_it_has_no_stream() -> None:
    assert Client().get(reverse("desk:live")).status_code == 204


def test_a_database_that_is_away_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(AccessEpoch.objects, "filter", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert live.version() is None


def test_a_page_fetched_to_be_kept_true_leaves_a_message_to_whoever_reads_it(
    world: World, as_member: Callable[[Member], Client]
) -> None:
    client, home = as_member(world.alice), reverse("desk:home")
    client.post(reverse("members:pin_remove"))
    assert b'class="toast"' not in client.get(home, headers={"X-Live": "1"}).content
    assert b'class="toast"' in client.get(home).content
    assert b'class="toast"' not in client.get(home).content
