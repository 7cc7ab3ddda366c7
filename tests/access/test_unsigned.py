"""An unsigned document: page, booking and tap say the same, before it is signed and after."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.errors import Refused
from equipment.eligibility import missing
from equipment.facts import facts_for
from members.models import Document
from members.services.documents import ask_everybody, publish_version
from members.services.signing import sign

HOUR = timedelta(hours=1)


@pytest.fixture
def waiver(site):
    told = {"document": Document(name="Waiver"), "text": "Careful.", "by": site.world.dana}
    version = publish_version(**told, required_from=site.now, now=site.now)
    ask_everybody(now=site.now)
    return version


def page(site):
    facts = facts_for(member_id=site.world.alice.pk, machines=[site.mill], now=site.now)
    return [reason.code for reason in missing(facts[site.mill.pk], site.now)]


def book(site):
    starts = site.now.replace(hour=18, minute=0, second=0, microsecond=0)
    return services.book(
        member=site.world.alice,
        machine=site.mill,
        starts=starts,
        ends=starts + HOUR,
        by=site.world.alice,
        now=site.now,
    )


def test_unsigned_nothing_opens_and_signing_frees_it_at_once(site, waiver):
    site.book()
    answer = site.tap()
    assert (answer.code, answer.text) == ("on-hold", "“Waiver” is not signed.")
    assert page(site) == ["on-hold"]
    with pytest.raises(Refused) as refused:
        book(site)
    assert [reason.code for reason in refused.value.reasons] == ["on-hold"]
    alice = site.world.alice
    sign(member=alice, version=waiver, name="Alice Meyer", by=alice, now=site.now)
    site.wait(1)
    assert site.tap().grant
    assert page(site) == []
    assert book(site).member == alice


def test_a_new_version_ends_no_session_before_the_day_it_counts(site, waiver):
    alice = site.world.alice
    sign(member=alice, version=waiver, name="Alice Meyer", by=alice, now=site.now)
    site.wait(1)
    session = site.arm()
    due = site.now + timedelta(minutes=20)
    told = {"document": waiver.document, "text": "Careful still.", "by": site.world.dana}
    publish_version(**told, required_from=due, now=site.now)
    ask_everybody(now=site.now)
    site.sweep()
    session.refresh_from_db()
    assert session.state != "ended"
    assert session.until == due
