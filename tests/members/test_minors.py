"""Minors: asked for at joining, signed for by a guardian, and grown up one day."""

from datetime import date, timedelta

import pytest

from bookings.effects import rehearse
from equipment.eligibility import missing
from equipment.facts import facts_for
from members import jobs
from members.forms import SignupForm
from members.models import Change, Document, Hold, Member, Signature
from members.services import documents, signing
from members.services.guardians import PersonError, come_of_age, set_guardian
from members.services.signing import SigningError
from tests.bookings.people import a_booking
from tests.desk.agreeing import preview
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BIRTHDAY = date(2028, 3, 4)


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def emil(world):
    """Fifteen, certified and on a plan; said so when he signed up."""
    found = a_member("Emil Meyer", plan=world.plan, space=world.space, adult_from=BIRTHDAY)
    a_certification(found, world.certification)
    return found


@pytest.fixture
def waiver(world):
    return documents.publish_version(
        document=Document(name="Waiver"),
        text="Careful.",
        required_from=NOW,
        by=world.dana,
        now=NOW,
    )


def sign(member, version, by, now=NOW):
    return signing.sign(member=member, version=version, name=by.name, by=by, now=now)


def give_guardian(member, world, email="alice@example.org", now=NOW, adult_from=BIRTHDAY):
    return set_guardian(member=member, email=email, adult_from=adult_from, by=world.dana, now=now)


def codes(member, world, at=NOW):
    facts = facts_for(member_id=member.pk, machines=[world.router], now=at)
    return [reason.code for reason in missing(facts[world.router.pk], at)]


class TestWhoIsAMinor:
    def test_until_the_day_that_was_told_and_not_on_it(self, emil):
        eve = NOW.replace(year=2028, month=3, day=3, hour=23)
        assert emil.is_minor(eve)
        assert not emil.is_minor(eve + timedelta(hours=1))

    def test_a_ward_of_unknown_age_until_staff_say_otherwise(self, world):
        ward = a_member("Kim", plan=None, guardian=world.alice)
        assert ward.is_minor(NOW + 9999 * DAY)
        assert not world.alice.is_minor(NOW)

    def test_the_query_and_the_method_agree(self, world, emil):
        ward = a_member("Kim", plan=None, guardian=world.alice)
        grown = a_member("Ole", plan=None, guardian=world.alice, adult_from=NOW.date())
        found = set(Member.objects.minors(NOW))
        assert found == {emil, ward}
        assert found == {one for one in Member.objects.all() if one.is_minor(NOW)}
        assert grown not in found


class TestSigningUp:
    def typed(self, **more):
        told = {"name": "Emil Meyer", "email": "e@example.org"}
        secret = {"password1": "bench-and-key-2026", "password2": "bench-and-key-2026"}
        return SignupForm(told | secret | more)

    def test_everybody_says_whether_they_are_of_age(self):
        assert "age" in self.typed().errors

    def test_of_who_is_of_age_no_day_is_kept(self):
        form = self.typed(age="adult", adult_from="2028-03-04")
        assert form.is_valid()
        assert form.cleaned_data["adult_from"] is None

    def test_a_minor_says_from_when_on_they_are(self):
        form = self.typed(age="minor", adult_from="2999-03-04")
        assert "adult_from" in form.errors
        form = self.typed(age="minor", adult_from="2099-03-04")
        assert form.is_valid()
        assert form.cleaned_data["adult_from"] == date(2099, 3, 4)

    @pytest.mark.parametrize("day", ["", "2001-01-01", "soon"])
    def test_a_day_that_is_none_or_over_is_asked_for_again(self, day):
        form = self.typed(age="minor", adult_from=day)
        assert list(form.errors) == ["adult_from"]

    def test_the_account_keeps_the_day(self, client):
        typed = {"name": "Emil", "email": "e@example.org", "age": "minor"}
        secret = {"password1": "bench-and-key-2026", "password2": "bench-and-key-2026"}
        client.post("/account/signup/", typed | secret | {"adult_from": "2099-03-04"})
        assert Member.objects.get(email="e@example.org").adult_from == date(2099, 3, 4)


class TestSigning:
    def test_a_minor_without_a_guardian_is_told_to_name_one(self, emil, waiver):
        with pytest.raises(SigningError, match="Name them on your page"):
            sign(emil, waiver, by=emil)
        assert not Signature.objects.exists()

    def test_a_guardian_without_an_account_signs_on_paper_and_the_minor_cannot(
        self, world, emil, waiver
    ):
        told = {"member": emil, "version": waiver, "note": "", "by": world.dana, "now": NOW}
        with pytest.raises(SigningError, match="name of the guardian"):
            signing.sign_on_paper(name=" emil MEYER", **told)
        assert signing.sign_on_paper(name="Jana Meyer", **told).name == "Jana Meyer"
        assert signing.unsigned(emil) == []

    def test_a_guardian_set_later_makes_the_own_signature_count_no_more(self, world, emil, waiver):
        Member.objects.filter(pk=emil.pk).update(adult_from=None)  # had said to be of age
        documents.ask_everybody(now=NOW)
        own = sign(emil, waiver, by=emil)
        assert codes(emil, world) == []
        give_guardian(emil, world)
        assert codes(emil, world) == ["on-hold"]
        own.refresh_from_db()
        assert own.set_aside_at == NOW
        emil.refresh_from_db()
        sign(emil, waiver, by=world.alice)
        assert codes(emil, world, NOW + timedelta(seconds=1)) == []
        assert Signature.objects.filter(member=emil).count() == 2
        assert Change.objects.filter(verb="set_aside_signature").count() == 1

    def test_the_hold_says_who_signs(self, world, emil, waiver):
        documents.ask_everybody(now=NOW)
        hold = Hold.objects.get(member=emil)
        assert "Name them on your page" in hold.remedy
        give_guardian(emil, world)
        hold.refresh_from_db()
        assert hold.remedy.startswith("Your guardian signs it")

    def test_what_a_guardian_signed_stays_when_another_is_set(self, world, emil, waiver):
        emil = give_guardian(emil, world)
        sign(emil, waiver, by=world.alice)
        give_guardian(emil, world, email="bob@example.org")
        assert signing.unsigned(emil) == []

    def test_an_import_that_names_a_guardian_asks_again_within_the_minute(
        self, world, emil, waiver
    ):
        Member.objects.filter(pk=emil.pk).update(adult_from=None)
        sign(emil, waiver, by=emil)
        Member.objects.filter(pk=emil.pk).update(guardian=world.alice)
        documents.ask_everybody(now=NOW + DAY)
        assert codes(emil, world, NOW + DAY) == ["on-hold"]

    def test_the_bookings_it_would_hit_are_shown_before(self, world, emil, waiver):
        Member.objects.filter(pk=emil.pk).update(adult_from=None)
        sign(emil, waiver, by=emil)
        booked = a_booking(world, member=emil, starts=NOW + DAY)
        _person, lost = rehearse(member=emil, act=lambda: give_guardian(emil, world), now=NOW)
        assert lost == [booked]
        emil.refresh_from_db()
        assert emil.guardian is None
        assert signing.unsigned(emil) == []


class TestWhatMinorsSignAlone:
    """A document of which staff say that no guardian has to sign it."""

    def say(self, world, waiver, guardian_signs):
        documents.say_who_signs(
            document=waiver.document, guardian_signs=guardian_signs, by=world.dana, now=NOW
        )
        waiver.document.refresh_from_db()

    def test_the_minor_signs_and_so_may_the_guardian(self, world, emil, waiver):
        self.say(world, waiver, False)
        documents.ask_everybody(now=NOW)
        kim = a_member("Kim", plan=None, email=None, guardian=world.alice)
        assert sign(emil, waiver, by=emil).set_aside_at is None
        assert codes(emil, world) == []
        assert sign(kim, waiver, by=world.alice).member == kim
        documents.ask_everybody(now=NOW + DAY)
        assert signing.unsigned(emil) == []

    def test_nobody_else_signs_it(self, world, emil, waiver):
        self.say(world, waiver, False)
        with pytest.raises(SigningError, match="Only the member"):
            sign(emil, waiver, by=world.bob)

    def test_on_paper_their_own_name_will_do(self, world, emil, waiver):
        self.say(world, waiver, False)
        told = {"member": emil, "version": waiver, "note": "", "by": world.dana, "now": NOW}
        assert signing.sign_on_paper(name="Emil Meyer", **told)

    def test_the_others_still_ask_for_a_guardian(self, world, emil, waiver):
        rules = documents.publish_version(
            document=Document(name="House rules", guardian_signs=False),
            text="Sweep.",
            required_from=NOW,
            by=world.dana,
            now=NOW,
        )
        documents.ask_everybody(now=NOW)
        sign(emil, rules, by=emil)
        with pytest.raises(SigningError, match="A guardian signs this"):
            sign(emil, waiver, by=emil)
        assert [hold.document.name for hold in emil.holds.filter(lifted_at=None)] == ["Waiver"]

    def test_holds_that_stand_say_at_once_who_signs_now(self, world, emil, waiver):
        documents.ask_everybody(now=NOW)
        self.say(world, waiver, False)
        assert Hold.objects.get(member=emil).remedy.startswith("Read and sign it on your page")
        self.say(world, waiver, True)
        assert "Name them on your page" in Hold.objects.get(member=emil).remedy
        assert Change.objects.filter(verb="say_who_signs").count() == 2

    def test_a_guardian_who_must_sign_after_all_is_asked_within_the_minute(
        self, world, emil, waiver
    ):
        self.say(world, waiver, False)
        sign(emil, waiver, by=emil)
        self.say(world, waiver, True)
        documents.ask_everybody(now=NOW + DAY)
        assert codes(emil, world, NOW + DAY) == ["on-hold"]


class TestComingOfAge:
    def test_the_day_and_the_guardian_go_and_the_signature_stays(self, world, emil, waiver):
        emil = give_guardian(emil, world)
        sign(emil, waiver, by=world.alice)
        eighteen = NOW.replace(year=2028, month=3, day=4)
        assert come_of_age(now=eighteen - DAY) == 0
        assert come_of_age(now=eighteen) == 1
        emil.refresh_from_db()
        assert (emil.adult_from, emil.guardian) == (None, None)
        assert signing.unsigned(emil) == []
        assert Change.objects.get(verb="come_of_age").on_behalf_of == emil

    def test_the_next_version_is_signed_alone(self, world, emil, waiver):
        give_guardian(emil, world)
        documents.ask_everybody(now=NOW)
        grown = NOW.replace(year=2028, month=3, day=4)
        come_of_age(now=grown)
        emil.refresh_from_db()
        assert Hold.objects.get(member=emil).remedy.startswith("Read and sign it on your page")
        sign(emil, waiver, by=emil, now=grown)

    def test_one_without_an_address_keeps_who_reads_their_messages(self, world):
        kim = a_member("Kim", plan=None, email=None, guardian=world.alice, adult_from=NOW.date())
        assert come_of_age(now=NOW) == 0
        kim.refresh_from_db()
        assert kim.guardian == world.alice
        assert not kim.is_minor(NOW)

    def test_it_happens_by_itself(self, world, monkeypatch):
        ole = a_member("Ole", plan=None, guardian=world.alice, adult_from=NOW.date())
        monkeypatch.setattr(jobs.timezone, "now", lambda: NOW)
        jobs.memberships()
        ole.refresh_from_db()
        assert ole.guardian is None

    def test_a_minor_is_nobodys_guardian(self, world, emil):
        with pytest.raises(PersonError, match="grown up"):
            give_guardian(world.charlie, world, email="emil@example.org")
        give_guardian(world.charlie, world)
        with pytest.raises(PersonError, match="guardian themselves"):
            give_guardian(world.alice, world, email="")

    def test_a_day_that_has_come_makes_nobody_a_minor(self, world, emil):
        with pytest.raises(PersonError, match="has come") as refused:
            give_guardian(emil, world, adult_from=NOW.date())
        assert refused.value.field == "adult_from"


class TestPages:
    def test_the_checklist_asks_for_a_guardian_and_says_who_signs(
        self, world, emil, client, waiver
    ):
        client.force_login(emil)
        titles = [step.title for step in client.get("/join/").context["steps"]]
        assert "Have a guardian sign for you" in titles
        page = client.get(f"/sign/waiver/{emil.public_id}/").content.decode()
        assert "once you have named them" in page
        give_guardian(emil, world)
        steps = {step.title: step for step in client.get("/join/").context["steps"]}
        assert steps["Have a guardian sign for you"].css == "done"
        assert "Your guardian signs" in steps["Read and sign waiver and house rules"].text

    def test_somebody_of_age_is_asked_for_no_guardian(self, world, client):
        client.force_login(world.alice)
        titles = [step.title for step in client.get("/join/").context["steps"]]
        assert "Have a guardian sign for you" not in titles

    def test_before_it_is_noted_the_desk_reads_what_is_to_be_signed_again(
        self, world, emil, client, waiver
    ):
        Member.objects.filter(pk=emil.pk).update(adult_from=None)
        sign(emil, waiver, by=emil)
        client.force_login(world.dana)
        page = f"/people/{emil.public_id}/guardian/"
        told = preview(client, page, {"guardian": "alice@example.org"}).context["words"]
        assert told == [
            "Alice Meyer signs for them.",
            "What they signed alone counts no more. Still to sign, before machines unlock: Waiver.",
        ]
        assert signing.unsigned(emil) == []

    def test_the_desk_is_led_to_where_it_is_noted(self, world, emil, client):
        client.force_login(world.dana)
        page = client.get(f"/people/{emil.public_id}/").content.decode()
        assert "A guardian is to sign for them" in page
        assert page.count(f"/people/{emil.public_id}/guardian/") == 2
