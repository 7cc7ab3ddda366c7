"""Readers that send numbers their own way: read right, and found out by one tap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.badge_formats import find_format
from access.models import Candidate, Session
from access.services.devices import set_badge_format
from members.models import Badge, Change
from members.services import badge_hash, issue_badge, read_badge
from members.services.badges import FORMATS
from tests.access.world import BADGES, Site

ALICE = BADGES["alice"]  # 04A11CE0
SENT = {"hex": "04A11CE0", "reversed": "E01CA104", "decimal": "0077667552"}
numbers = st.text("0123456789ABCDEF", min_size=4, max_size=32)


@pytest.fixture
def site(db):
    site = Site()
    site.book()
    return site


def use(site, fmt):
    set_badge_format(device=site.device, badge_format=fmt, by=site.world.dana, now=site.now)
    site.device.refresh_from_db()


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_reader_of_each_format_knows_the_same_badge(site, fmt):
    use(site, fmt)
    assert site.tap(badge=SENT[fmt]).ok


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("other", FORMATS)
def test_the_wrong_format_knows_nobody(site, fmt, other):
    use(site, fmt)
    assert site.tap(badge=SENT[other]).ok == (fmt == other)


def test_decimal_with_and_without_zeros_is_one_badge(site):
    use(site, "decimal")
    assert site.tap(badge="77667552").ok


@pytest.mark.parametrize("badge", ["04A11CE0", "99999999999999999999999"])
def test_what_is_no_decimal_number_is_nobodys_and_no_candidate(site, badge):
    """Not even of who has a badge with that very number in hex."""
    site.device.is_enrolment = True
    site.device.save()
    use(site, "decimal")
    assert site.tap(badge=badge).code == "unknown-badge"
    assert not Candidate.objects.exists()


def test_a_candidate_is_kept_by_the_number_itself(site):
    site.device.is_enrolment = True
    site.device.save()
    use(site, "reversed")
    assert site.tap(badge="78563412").code == "candidate"
    assert bytes(Candidate.objects.get().number_hash) == badge_hash("12345678")


def test_a_revoked_one_is_told_so_in_every_format(site):
    Badge.objects.filter(member=site.world.alice).update(revoked_at=site.now)
    use(site, "reversed")
    assert site.tap(badge=SENT["reversed"]).code == "badge-revoked"


def test_a_retry_is_the_same_tap(site):
    use(site, "decimal")
    tap = site.a_tap(badge=SENT["decimal"])
    assert site.handle(tap) == site.handle(tap)
    assert Session.objects.count() == 1


@given(st.tuples(numbers, numbers), st.sampled_from(FORMATS))
def test_no_format_makes_two_badges_one(pair, fmt):
    """But for zeros before a decimal number, which are none of its digits."""
    first, second = pair
    if read_badge(first, fmt) == read_badge(second, fmt):
        assert first.lstrip("0") == second.lstrip("0") if fmt == "decimal" else first == second


class TestDetect:
    def found(self, site, printed):
        return find_format(site.device, printed, site.now).formats

    @pytest.mark.parametrize("sends", FORMATS)
    @pytest.mark.parametrize("read_as", FORMATS)
    @pytest.mark.parametrize("printed", ["04:A1:1C:E0", "0077667552"])
    def test_what_it_sends_is_found_whatever_it_was_set_to(self, site, sends, read_as, printed):
        use(site, read_as)
        site.tap("stranger", badge=SENT[sends])
        assert self.found(site, printed) == (sends,)

    def test_another_badges_number_fits_nothing(self, site):
        site.tap()
        assert self.found(site, "04:B0:B0:00") == ()

    def test_a_number_that_reads_both_ways_alike_decides_nothing(self, site):
        issue_badge(member=site.world.bob, number="04A1A104", by=None, now=site.now)
        site.tap("bob", badge="04A1A104")
        assert self.found(site, "04A1A104") == ("hex", "reversed")

    def test_a_tap_of_long_ago_is_none(self, site):
        site.tap()
        site.wait(301)
        assert find_format(site.device, ALICE, site.now).at is None

    @pytest.mark.parametrize("printed", ["", "zz", "١٢٣٤", "9" * 40])
    def test_what_is_no_number_fits_nothing(self, site, printed):
        site.tap()
        assert self.found(site, printed) == ()

    def test_setting_it_leaves_one_change(self, site):
        use(site, "reversed")
        use(site, "reversed")
        (change,) = Change.objects.filter(verb="set_badge_format")
        assert (change.before, change.after) == (
            {"badge_format": "hex"},
            {"badge_format": "reversed"},
        )
