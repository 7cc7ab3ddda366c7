"""The log says when it was tampered with."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from access import services
from access.models import AccessEvent
from access.services.chain import drop_answers
from tests.access.world import kinds


@pytest.fixture
def sealed(site):
    site.arm()
    site.tap("charlie")
    site.handle()
    while services.seal(limit=3):
        pass
    return site


def broken():
    return [(line.why) for line in services.verify()]


def test_every_line_is_sealed_and_fits(sealed):
    assert not AccessEvent.objects.filter(seal=None).exists()
    assert broken() == []


def test_sealing_again_goes_on_where_it_stopped(sealed):
    sealed.wait(5).tap("bob")
    assert services.seal() == 1
    assert broken() == []


def test_a_changed_line_shows(sealed):
    AccessEvent.objects.filter(code="in-use").update(code="granted")
    assert broken() == ["it was changed"]


def test_a_missing_line_shows(sealed):
    AccessEvent.objects.filter(kind="tap").first().delete()
    assert broken() == ["a line before it is missing"]


def test_a_line_with_a_seal_of_its_own_shows(sealed):
    AccessEvent.objects.filter(number=2).update(prev_seal=b"x" * 32)
    assert broken() == ["it does not follow the line before"]


def test_dropping_old_answers_leaves_it_whole(sealed):
    assert drop_answers(sealed.now) == 0
    sealed.wait(601)
    assert drop_answers(sealed.now) == 2
    assert not AccessEvent.objects.exclude(answer=None).exists()
    assert broken() == []


def test_the_command_says_so(sealed):
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert "as they were written" in out.getvalue()
    AccessEvent.objects.filter(number=1).update(code="x")
    with pytest.raises(CommandError):
        call_command("verify_events", stderr=StringIO())


def test_a_session_in_the_log_reads_as_it_happened(sealed):
    assert sealed.events() == ["granted", "armed", "active", "in-use"]
    assert kinds(sealed.wait(5).state("armed", sealed.sid)) == ["lease"]
