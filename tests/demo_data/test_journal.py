"""The live log tells who did what, and how long after the tap."""

from zoneinfo import ZoneInfo

import pytest

from demo import journal

BERLIN = ZoneInfo("Europe/Berlin")


def line(what: str, ms: float | None = None) -> journal.Line:
    entry = {"at": "2026-11-24T12:30:30.338912+00:00", "what": what, "ms": ms}
    return journal.lines([entry], {"E580": "Alice"}, BERLIN)[0]


@pytest.mark.parametrize(
    ("what", "who", "bold", "rest", "tone"),
    [
        ("tap, badge …E580", "reader", "Tap", "Alice, …E580", ""),
        ("tap, badge …0000", "reader", "Tap", "a badge, …0000", ""),
        ("answer: granted, Hello.", "gatekeeper", "Granted", "Hello.", "ok"),
        ("answer: not-booked, Book it.", "gatekeeper", "Refused", "Book it.", "no"),
        ("off, stop: finished", "gatekeeper", "Off", "stop: finished", ""),
        ("relay on", "interlock", "Relay on", "", "ok"),
        ("LOCKED → ARMED", "interlock", "ARMED", "", ""),
        ("LOCKED → FAULT", "interlock", "FAULT", "", "no"),
        (
            "start pressed, but there is no power",
            "machine",
            "Start pressed",
            "but there is no power",
            "",
        ),
        ("network pulled", "network", "Network pulled", "", "no"),
        ("something new, with words", "interlock", "Something new", "with words", ""),
    ],
)
def test_each_kind_of_line_is_told(what: str, who: str, bold: str, rest: str, tone: str) -> None:
    told = line(what)
    assert (told.who, told.bold, told.rest, told.tone) == (who, bold, rest, tone)


def test_times_are_the_places_and_milliseconds_are_told_where_there_are_some() -> None:
    assert line("relay on", 11.24).at == "13:30:30.338"
    assert line("relay on", 11.24).ms == "11.2 ms"
    assert line("relay on").ms == ""


def test_the_newest_comes_first_and_the_last_badge_is_known() -> None:
    entries = [
        {"at": "2026-11-24T12:30:00+00:00", "what": what, "ms": None}
        for what in ("tap, badge …E580", "relay on", "tap, badge …F681", "relay off")
    ]
    assert [told.bold for told in journal.lines(entries, {}, BERLIN)][0] == "Relay off"
    assert journal.last_tapped(entries) == "F681"
    assert journal.last_tapped([]) == ""
