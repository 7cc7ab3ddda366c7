"""A minor names a guardian; who was named says yes or no; nobody learns who has an account."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress

from members import jobs
from members.fields import NameField
from members.models import Change, GuardianRequest, Member
from members.services.guardian_requests import (
    MOST_A_DAY,
    MOST_A_WEEK,
    GuardianError,
    decline_guardianship,
    forget_unanswered,
    name_guardian,
)
from members.services.guardians import (
    PersonError,
    come_of_age,
    confirm_guardianship,
    requests_to,
    set_guardian,
)
from notices.models import Outbox
from notices.services import send_due
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BIRTHDAY = date(2028, 3, 4)
JANA = "jana@example.org"


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def emil(world):
    return a_member("Emil Meyer", plan=world.plan, space=world.space, adult_from=BIRTHDAY)


def name(ward, email=JANA, now=NOW):
    return name_guardian(ward=ward, name="Jana Meyer", email=email, now=now)


def asked_by_mail():
    return list(Outbox.objects.filter(kind="guardian-asked").values_list("address", flat=True))


class TestNaming:
    def test_whoever_reads_that_address_is_asked_by_mail_alone(self, emil, mailoutbox):
        asked = name(emil)
        send_due(NOW)
        (letter,) = mailoutbox
        assert letter.to == [JANA]
        assert letter.subject == "Emil Meyer names you as their guardian"
        assert letter.body.startswith("Hello Jana Meyer,")
        assert f"/guardian/{asked.token}/" in letter.body
        assert Outbox.objects.get().shown_at is None  # not among the messages of the minor
        assert Change.objects.get(verb="name_guardian").actor == emil

    def test_a_member_and_a_stranger_are_asked_alike(self, world, emil):
        def what_is_seen(email):
            asked = name(emil, email)
            return asked.state, asked.told_at, list(asked_by_mail()) == [email]

        assert what_is_seen("alice@example.org") == what_is_seen("nobody@example.org")

    def test_a_minors_address_is_asked_nothing_and_nobody_is_told(self, world, emil):
        a_member("Kim", plan=None, adult_from=BIRTHDAY)
        asked = name(emil, "Kim@example.org")
        assert asked.state == "open"
        assert asked.told_at is None
        assert asked_by_mail() == []

    @pytest.mark.parametrize(
        "own", ["emil@example.org", "EMIL@example.org", "emil+mum@example.org", "e2@example.org"]
    )
    def test_nobody_names_themselves(self, emil, own):
        EmailAddress.objects.create(user=emil, email="e2@example.org")
        with pytest.raises(GuardianError, match="your own address") as refused:
            name(emil, own)
        assert refused.value.field == "email"

    def test_a_second_name_takes_the_place_of_the_first_whose_address_goes(self, emil):
        first = name(emil)
        name(emil, "uncle@example.org")
        first.refresh_from_db()
        assert (first.state, first.name, first.email) == ("withdrawn", "", "")
        assert asked_by_mail() == ["uncle@example.org"]

    def test_three_a_day_and_then_tomorrow(self, emil):
        for number in range(MOST_A_DAY):
            name(emil, f"p{number}@example.org")
        with pytest.raises(GuardianError, match="Go on tomorrow"):
            name(emil)
        assert name(emil, now=NOW + DAY)

    def test_one_address_is_written_to_five_times_a_week_whoever_names_it(self, world):
        wards = [
            a_member(f"Child{n}", plan=None, adult_from=BIRTHDAY) for n in range(MOST_A_WEEK + 2)
        ]
        told = [name(ward).told_at for ward in wards[:-1]]
        assert told == [NOW] * MOST_A_WEEK + [None]
        assert name(wards[-1], now=NOW + 8 * DAY).told_at

    def test_who_is_of_age_or_has_a_guardian_names_nobody(self, world):
        with pytest.raises(GuardianError, match="sign for yourself"):
            name(world.alice)
        kim = a_member("Kim", plan=None, guardian=world.alice)
        with pytest.raises(GuardianError, match="signs for you already"):
            name(kim)

    @pytest.mark.parametrize("typed", ["Win at http://x.org", "WWW.x.org"])
    def test_a_name_carries_no_link_into_a_mail(self, typed):
        with pytest.raises(Exception, match="Write the name alone"):
            NameField().clean(typed)


class TestAnswering:
    def test_yes_makes_them_the_guardian_and_the_minor_hears_of_it(self, world, emil):
        asked = name(emil, "alice@example.org")
        assert list(requests_to(world.alice, NOW)) == [asked]
        confirm_guardianship(asked=asked, by=world.alice, now=NOW)
        emil.refresh_from_db()
        asked.refresh_from_db()
        assert (emil.guardian, emil.adult_from) == (world.alice, BIRTHDAY)
        assert (asked.state, asked.email, asked.guardian) == ("confirmed", "", world.alice)
        (told,) = Outbox.objects.all()
        assert (told.to, told.kind) == (emil, "guardian-answered")
        change = Change.objects.get(verb="set_guardian")
        assert (change.actor, change.on_behalf_of) == (world.alice, emil)

    def test_only_who_reads_mail_at_that_address_says_yes(self, world, emil):
        asked = name(emil)
        for other in (world.bob, emil):
            with pytest.raises(GuardianError, match="Somebody else was asked"):
                confirm_guardianship(asked=asked, by=other, now=NOW)
        emil.refresh_from_db()
        assert emil.guardian is None

    def test_a_minor_says_yes_to_nobody(self, world, emil):
        asked = name(emil)
        jana = a_member("Jana", plan=None, adult_from=BIRTHDAY)
        with pytest.raises(GuardianError, match="not of age yourself"):
            confirm_guardianship(asked=asked, by=jana, now=NOW)

    def test_who_is_a_guardian_themselves_becomes_no_ward(self, world, emil):
        a_member("Kim", plan=None, guardian=emil)
        asked = name(emil, "alice@example.org")
        with pytest.raises(PersonError, match="guardian themselves"):
            confirm_guardianship(asked=asked, by=world.alice, now=NOW)

    def test_no_takes_no_account_and_that_address_is_asked_no_more(self, emil):
        asked = name(emil)
        decline_guardianship(asked=asked, now=NOW)
        asked.refresh_from_db()
        assert (asked.state, asked.name, asked.email) == ("declined", "", "")
        assert asked_by_mail() == []
        with pytest.raises(GuardianError, match="They said no"):
            name(emil, "Jana@Example.org", now=NOW + 9 * DAY)
        assert Outbox.objects.get().context == {"guardian": "Jana Meyer", "accepted": False}

    def test_what_is_answered_is_not_answered_again(self, world, emil):
        asked = name(emil, "alice@example.org")
        decline_guardianship(asked=asked, now=NOW)
        with pytest.raises(GuardianError, match="in the meantime"):
            confirm_guardianship(asked=asked, by=world.alice, now=NOW)
        with pytest.raises(GuardianError, match="in the meantime"):
            decline_guardianship(asked=asked, now=NOW)


class TestWithoutAnAnswer:
    def test_after_thirty_days_it_cannot_be_answered_and_the_address_goes(self, emil, monkeypatch):
        asked = name(emil)
        late = NOW + 30 * DAY
        with pytest.raises(GuardianError, match="in the meantime"):
            decline_guardianship(asked=asked, now=late)
        assert forget_unanswered(now=late - timedelta(seconds=1)) == 0
        monkeypatch.setattr(jobs.timezone, "now", lambda: late)
        jobs.memberships()
        asked.refresh_from_db()
        assert (asked.state, asked.email) == ("withdrawn", "")

    def test_staff_who_note_the_guardian_close_it_and_a_day_alone_does_not(self, world, emil):
        asked = name(emil)
        told = {"member": emil, "by": world.dana, "now": NOW}
        set_guardian(email="", adult_from=date(2029, 1, 1), **told)
        assert GuardianRequest.objects.open(NOW).exists()
        set_guardian(email="bob@example.org", adult_from=BIRTHDAY, **told)
        asked.refresh_from_db()
        assert asked.state == "withdrawn"

    def test_who_comes_of_age_meanwhile_needs_nobody(self, emil):
        asked = name(emil)
        come_of_age(now=NOW + 3 * 365 * DAY)
        asked.refresh_from_db()
        assert asked.state == "withdrawn"
        assert Member.objects.get(pk=emil.pk).guardian is None
