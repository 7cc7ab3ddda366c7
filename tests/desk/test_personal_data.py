"""All that is held about a person is handed out, or forgotten but for the safety record."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from access.models import AccessEvent
from bookings.models import Booking
from bookings.services import accept_hand_over, propose_hand_over
from desk.personal.catalogue import ACTED, THEIRS, pointing_at
from desk.personal.erasure import CannotErase, erase
from desk.personal.takeout import as_json, everything, takeout
from equipment.models import CertificationType
from equipment.services import certify
from equipment.services.attachments import attach
from members.models import Badge, Change, Document, Hold, Member, MembershipRequest, Role
from members.services import issue_badge, sign
from members.services.documents import ask_everybody, publish_version
from members.services.guardians import set_guardian
from notices.models import Outbox
from notices.services.purging import KEPT_FOR, purge
from tests.access.world import Site
from tests.bookings.people import a_booking
from tests.people import NOW, PASSWORD, a_certification, a_member, a_world
from tests.training.people import an_induction, marta, signed_up
from training.models import TheoryAttempt, TheoryQuestion, TheoryTest

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def holds_of(member):
    return as_json(everything(member, NOW))


def names_of(label, rows):
    """Whether a name stands beside each number that points to a thing."""
    fields = apps.get_model(label)._meta.concrete_fields
    things = [
        field.name
        for field in fields
        if field.is_relation and field.related_model not in (Member, Badge)
    ]
    for row in rows:
        for name in things:
            if row.get(name) is not None:
                assert row[f"{name}_name"], (label, name)
                yield 1


def naming(word):
    """The tables in which `word` stands in any column, of whatever kind."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(word in str(row) for row in model._base_manager.values_list())
    }


class TestCatalogue:
    def test_every_column_that_points_to_a_member_was_thought_about(self):
        thought_of = ACTED | {f"{table.model}.{table.by}" for table in THEIRS}
        assert pointing_at(Member) <= thought_of

    def test_nothing_is_listed_that_is_not_there(self):
        listed = ACTED | {f"{t.model}.{t.by}" for t in THEIRS if "__" not in t.by}
        assert listed <= pointing_at(Member)

    def test_what_is_secret_is_a_column(self):
        for table in THEIRS:
            columns = {field.name for field in table.rows_of._meta.concrete_fields}
            assert set(table.secret) <= columns, table


class TestTakeout:
    def test_it_holds_every_table_and_no_secret(self, world):
        badge = issue_badge(member=world.alice, number="04A1B2C3", by=world.dana, now=NOW)
        data = json.loads(holds_of(world.alice))
        assert data["about"]["email"] == "alice@example.org"
        assert {table.model for table in THEIRS} <= data["tables"].keys()
        (told,) = data["tables"]["members.Badge"]
        assert told["hint"] == badge.hint
        assert not {"number_hash", "number_sealed"} & told.keys()
        assert not {"password", "pin_hash"} & data["about"].keys()

    def test_it_holds_nothing_of_others(self, world):
        text = holds_of(world.alice)
        for other in (world.bob, world.charlie, world.dana):
            assert other.name not in text
            assert other.email not in text

    def test_the_page_hands_out_a_zip_after_the_password(self, world):
        world.alice.set_password(PASSWORD)
        world.alice.save()
        world.alice.emailaddress_set.create(email=world.alice.email, verified=True, primary=True)
        client, address = Client(), reverse("desk:own_takeout")
        client.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
        assert "reauthenticate" in client.get(address).url
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})
        response = client.get(address)
        assert response["Content-Disposition"].startswith("attachment")
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        assert {"README.txt", "data.json"} <= set(archive.namelist())
        assert json.loads(archive.read("data.json"))["about"]["name"] == "Alice Meyer"

    def test_every_number_that_points_to_no_person_has_a_name_beside_it(self, world):
        a_certification(world.alice, world.certification)
        a_booking(world)
        seen = 0
        for table in everything(world.alice, NOW)["tables"].items():
            seen += sum(names_of(*table))
        assert seen >= 3  # a plan, a certification, a machine

    def test_what_was_signed_is_there_to_read(self, world):
        waiver = publish_version(
            document=Document(name="Waiver"),
            text="Mind your fingers.",
            required_from=NOW,
            by=world.dana,
            now=NOW,
        )
        sign(member=world.alice, version=waiver, name="Alice", by=world.alice, now=NOW)
        archive = zipfile.ZipFile(io.BytesIO(takeout(member=world.alice, now=NOW)))
        assert archive.read("files/waiver-version-1.txt") == b"Mind your fingers."
        (told,) = everything(world.alice, NOW)["tables"]["members.Signature"]
        assert told["version_name"] == "Waiver 1"

    def test_a_theory_attempt_tells_questions_and_what_was_chosen(self, world):
        test = TheoryTest.objects.create(type=world.certification)
        question = TheoryQuestion.objects.create(
            test=test, text="Which side?", choices=["left", "right"], right=[1], written_at=NOW
        )
        TheoryAttempt.objects.create(
            test=test,
            member=world.alice,
            asked=[[question.pk, [1, 0]]],
            answers={str(question.pk): [0]},
            begun_at=NOW,
            closes_at=NOW,
        )
        (told,) = everything(world.alice, NOW)["tables"]["training.TheoryAttempt"]
        assert told["answered"] == [
            {"question": "Which side?", "choices": ["right", "left"], "chosen": ["left"]}
        ]

    def test_being_asked_to_sign_stands_in_ones_own_record(self, world):
        publish_version(
            document=Document(name="Waiver"), text="x", required_from=NOW, by=world.dana, now=NOW
        )
        ask_everybody(now=NOW)
        asked = Change.objects.filter(verb="ask_to_sign", on_behalf_of=world.alice)
        assert asked.count() == 1

    def test_staff_hand_it_out_and_that_is_recorded(self, world, client):
        address = reverse("desk:takeout_of", args=[world.alice.public_id])
        client.force_login(world.dana)
        assert client.get(address).status_code == 405
        assert client.post(address)["Content-Type"] == "application/zip"
        change = Change.objects.get(verb="hand_out_data")
        assert (change.actor, change.on_behalf_of) == (world.dana, world.alice)


class TestErasure:
    def test_afterwards_no_word_of_them_is_left_anywhere(self, world):
        issue_badge(member=world.alice, number="04A1B2C3", by=world.dana, now=NOW)
        erase(member=world.alice, by=world.dana, now=NOW)
        world.alice.refresh_from_db()
        text = holds_of(world.alice)
        assert "Alice" not in text
        assert "alice@" not in text
        assert world.alice.anonymised_at == NOW
        assert not Outbox.objects.filter(to=world.alice).exists()
        for change in Change.objects.all():
            assert "Alice" not in json.dumps([change.before, change.after])

    def test_a_seat_that_is_too_late_to_give_back_does_not_keep_them(self, world):
        induction = an_induction(world, marta(world))
        seat = signed_up(induction, world.alice)
        late = induction.cancel_until
        erase(member=world.alice, by=world.alice, now=late)
        seat.refresh_from_db()
        assert seat.state == "cancelled"

    def test_whoever_gives_an_induction_that_has_begun_finishes_it_first(self, world):
        certifier = marta(world)
        induction = an_induction(world, certifier)
        with pytest.raises(CannotErase, match="has begun"):
            erase(member=certifier, by=world.dana, now=induction.starts)

    def test_what_was_written_about_them_goes_from_the_history(self, world, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        laser = CertificationType.objects.create(name="Laser", slug="laser", needs_theory=True)
        given = certify(
            member=world.alice, type=laser, by=world.dana, now=NOW, set_aside="Alice showed hers"
        )
        sheet = SimpleUploadedFile("alice.pdf", b"%PDF-1.4\n%%EOF")
        attach(certification=given, upload=sheet, by=world.dana, now=NOW)
        erase(member=world.alice, by=world.dana, now=NOW)
        for change in Change.objects.all():
            assert "alice" not in json.dumps([change.before, change.after]).lower()

    @pytest.mark.parametrize("forgotten", ["alice", "dana"])
    def test_the_history_of_what_they_handed_over_names_them_no_more(self, world, forgotten):
        member = getattr(world, forgotten)
        a_certification(world.dana, world.certification)
        proposal = propose_hand_over(
            booking=a_booking(world), to=world.dana, by=world.alice, now=NOW
        )
        accept_hand_over(hand_over=proposal, by=world.dana, now=NOW)
        erase(member=member, by=world.dana, now=NOW)
        for change in Change.objects.all():
            assert member.name not in json.dumps([change.before, change.after])

    def test_once_old_messages_are_gone_no_column_names_them(self, world):
        """Whatever is written about them, in whatever table: also what others were told."""
        a_certification(world.dana, world.certification)
        emil = a_member("Emil", plan=world.plan, guardian=world.alice)
        waiver = publish_version(
            document=Document(name="Waiver"),
            text="Careful.",
            required_from=NOW,
            by=world.dana,
            now=NOW,
        )
        mine = {"by": world.alice, "now": NOW}
        sign(member=emil, version=waiver, name=world.alice.name, **mine)
        sign(member=world.alice, version=waiver, name=world.alice.name, **mine)
        booking = a_booking(world)
        accept_hand_over(
            hand_over=propose_hand_over(booking=booking, to=world.dana, **mine),
            by=world.dana,
            now=NOW,
        )
        certify(member=world.bob, type=world.certification, by=world.dana, now=NOW)
        set_guardian(member=emil, email="bob@example.org", by=world.dana, now=NOW)
        assert {"members_member", "notices_outbox", "members_signature"} <= naming("Alice Meyer")
        erase(member=world.alice, by=world.dana, now=NOW)
        assert naming("Alice Meyer") == {"notices_outbox"}
        Outbox.objects.update(sent_at=NOW, posted_at=NOW)
        purge(NOW + KEPT_FOR + timedelta(days=1))
        for word in ("Alice", "Meyer", "alice@example.org"):
            assert naming(word) == set()

    def test_the_safety_record_stays(self, world):
        erase(member=world.alice, by=world.dana, now=NOW)
        assert world.alice.certifications.count() == 1
        assert world.alice.memberships.count() == 1
        assert Change.objects.filter(verb="erase", on_behalf_of=world.alice).exists()

    def test_coming_bookings_are_free_for_others(self, world):
        later = NOW + timedelta(days=1)
        booking = Booking.objects.create(
            machine=world.mill,
            member=world.alice,
            starts=later,
            ends=later + timedelta(hours=1),
            blocked_until=later + timedelta(hours=1),
            created_at=NOW,
            updated_at=NOW,
            note="my boat",
        )
        erase(member=world.alice, by=world.dana, now=NOW)
        booking.refresh_from_db()
        assert (booking.state, booking.holds, booking.note) == ("cancelled", False, "")

    def test_they_cannot_sign_in_and_their_badge_is_nobodys(self, world):
        issue_badge(member=world.alice, number="04A1B2C3", by=world.dana, now=NOW)
        client = Client()
        client.force_login(world.alice)
        erase(member=world.alice, by=world.dana, now=NOW)
        assert client.get(reverse("desk:home")).status_code == 302
        issue_badge(member=world.bob, number="04A1B2C3", by=world.dana, now=NOW)

    def test_nobody_serves_them_any_more(self, world, client):
        MembershipRequest.objects.create(member=world.alice, plan=world.plan, asked_at=NOW)
        erase(member=world.alice, by=world.dana, now=NOW)
        client.force_login(world.dana)
        assert not client.get(reverse("desk:plan_requests")).context["wishes"]
        assert client.get(reverse("desk:person", args=[world.alice.public_id])).status_code == 200
        for act in ("membership_start", "day_passes", "hold_place", "badge_issue"):
            page = reverse(f"desk:{act}", args=[world.alice.public_id])
            assert client.get(page).status_code == 404, act

    def test_the_chain_of_events_stays_valid(self, capsys):
        site = Site()
        site.arm("alice")
        site.state("locked", None)
        site.wait(3600).sweep()
        from access.services.chain import seal

        seal()
        before = AccessEvent.objects.filter(member_id=site.world.alice.pk).count()
        Booking.objects.filter(member=site.world.alice).update(state="done", holds=False)
        erase(member=site.world.alice, by=site.world.dana, now=site.now)
        call_command("verify_events")
        assert AccessEvent.objects.filter(member_id=site.world.alice.pk).count() == before > 0

    def test_twice_is_once(self, world):
        erase(member=world.alice, by=world.dana, now=NOW)
        erase(member=world.alice, by=world.dana, now=NOW)
        assert Change.objects.filter(verb="erase").count() == 1


class TestInTheWay:
    def test_a_machine_that_is_on_is_ended_first(self):
        site = Site()
        site.arm("alice")
        with pytest.raises(CannotErase, match="A machine is on"):
            erase(member=site.world.alice, by=site.world.dana, now=site.now)
        assert Member.objects.get(pk=site.world.alice.pk).name == "Alice Meyer"

    def test_a_hold_is_not_escaped(self, world):
        Hold.objects.create(member=world.bob, reason="Unsafe", remedy="Talk", since=NOW)
        with pytest.raises(CannotErase, match="hold"):
            erase(member=world.bob, by=world.bob, now=NOW)

    def test_a_guardian_is_needed(self, world):
        a_member("Kim Meyer", plan=world.plan, guardian=world.alice)
        with pytest.raises(CannotErase, match="guardian"):
            erase(member=world.alice, by=world.alice, now=NOW)

    def test_the_last_admin_stays(self, world):
        Role.objects.create(member=world.alice, space=None, kind="admin")
        with pytest.raises(CannotErase, match="admin"):
            erase(member=world.alice, by=world.alice, now=NOW)

    def test_only_who_could_take_their_roles_has_somebody_forgotten(self, world):
        Role.objects.create(member=world.bob, space=None, kind="admin")
        Role.objects.create(member=world.charlie, space=None, kind="admin")
        with pytest.raises(CannotErase, match="An admin takes it first"):
            erase(member=world.bob, by=world.dana, now=NOW)
        erase(member=world.bob, by=world.charlie, now=NOW)
        assert not world.bob.roles.exists()

    def test_the_page_says_so_and_asks_for_the_name(self, world, client):
        client.force_login(world.dana)
        page = reverse("desk:erase_of", args=[world.alice.public_id])
        assert client.post(page, {"name": "Alice"}).status_code == 422
        assert Member.objects.filter(name="Alice Meyer").exists()
        assert client.post(page, {"name": "alice meyer"}).status_code == 302
        assert not Member.objects.filter(name="Alice Meyer").exists()
