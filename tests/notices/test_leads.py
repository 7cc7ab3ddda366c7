"""The narrowest lead that covers what is left."""

from datetime import UTC, datetime, timedelta

import pytest

from notices.leads import lead, reminder_key

DAY = timedelta(days=1)
LEADS = (14 * DAY, DAY)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (15 * DAY, None),
        (14 * DAY + timedelta(seconds=1), None),
        (14 * DAY, 14 * DAY),
        (2 * DAY, 14 * DAY),
        (DAY, DAY),
        (timedelta(seconds=1), DAY),
        (timedelta(0), None),
        (-DAY, None),
    ],
)
def test_lead(left, expected):
    assert lead(left, LEADS) == expected


def test_a_date_that_moves_is_told_again():
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    keys = {reminder_key("membership", 1, ends + each, DAY) for each in (0 * DAY, DAY)}
    assert keys == {"membership-1-20261201T0000-24h", "membership-1-20261202T0000-24h"}
