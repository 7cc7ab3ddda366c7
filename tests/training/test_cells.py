"""What a cell of the matrix says of somebody's certifications of one type; pure."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import NOW
from training.cells import OVER, Cell, Given, Kind, cell

DAY = timedelta(days=1)
LONG = NOW + 300 * DAY


def of(*given_, suspended=False, theory=False):
    return cell(given_, suspended=suspended, theory=theory, now=NOW)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (of(), Cell(Kind.NONE)),
        (of(theory=True), Cell(Kind.THEORY)),
        (of(Given(2)), Cell(Kind.HELD, 2)),
        (of(Given(2, LONG)), Cell(Kind.HELD, 2, LONG)),
        (of(Given(2, LONG), Given(1)), Cell(Kind.HELD, 2, LONG)),
        (of(Given(2, NOW + DAY), Given(2)), Cell(Kind.HELD, 2)),
        (of(Given(2, NOW + 30 * DAY)), Cell(Kind.ENDING, 2, NOW + 30 * DAY)),
        (of(Given(2, LONG, NOW + DAY)), Cell(Kind.ENDING, 2, NOW + DAY)),
        (of(Given(2, LONG), suspended=True), Cell(Kind.SUSPENDED, 2, LONG)),
        (of(Given(2, NOW), theory=True), Cell(Kind.LAPSED, 2, NOW)),
        (of(Given(2, LONG, NOW - DAY)), Cell(Kind.IDLE, 2, NOW - DAY)),
        (of(Given(2, None, None, NOW - DAY)), Cell(Kind.REVOKED, 2, NOW - DAY)),
    ],
)
def test_a_cell_says_how_far_how_long_and_why_not(found, expected):
    assert found == expected


moments = st.none() | st.integers(-400, 400).map(lambda days: NOW + days * DAY)
some = st.lists(st.builds(Given, st.integers(1, 3), moments, moments, moments), max_size=4)


@given(some, st.booleans(), st.booleans())
def test_whatever_was_given_a_cell_can_be_told(given_, suspended, theory):
    found = of(*given_, suspended=suspended, theory=theory)
    is_held = any(one.is_valid(NOW) for one in given_)
    assert (found.kind in (Kind.HELD, Kind.ENDING, Kind.SUSPENDED)) == is_held
    assert (found.kind in OVER) == (bool(given_) and not is_held)
