"""A badge and a PIN: what is asked, what locks, and that no PIN is ever written down."""

import json
import logging

import pytest
from django.core import serializers

import wire
from access.answers import would_answer
from access.models import AccessEvent, Device, Session
from access.records import receive
from access.services import messages
from bookings.models import Booking
from equipment.models import Machine
from members.models import Change, Member
from members.services.pins import PinError, check_pin, is_pin, pin_hash, remove_pin, set_pin
from notices.models import Outbox
from tests.access.world import MINUTE, Site

PIN = "73914"


@pytest.fixture
def site(db):
    """A machine that asks for a PIN; Alice has one and a booking."""
    site = Site(walk_up=True, least_credential="pin")
    set_pin(member=site.world.alice, pin=PIN, now=site.now)
    return site


def page(site, who="alice"):
    machine = Machine.objects.select_related("tool_class", "space").get(pk=site.mill.pk)
    member = Member.objects.get(pk=getattr(site.world, who).pk)
    return would_answer(member=member, machine=machine, now=site.now)


def guess(site, times):
    return [site.wait(4).tap(pin="1357").code for _ in range(times)]


class TestTap:
    def test_with_the_pin_it_unlocks(self, site):
        site.book()
        assert page(site).booking_id is not None
        assert site.tap(pin=PIN).ok

    def test_without_it_is_asked_for(self, site):
        site.book()
        assert site.tap().code == "needs-pin"
        assert not Session.objects.exists()

    @pytest.mark.parametrize(
        ("caps", "code"),
        [(["reader"], "no-keypad"), (["reader", "pin"], "needs-pin"), ([], "needs-pin")],
    )
    def test_nobody_is_told_to_type_where_there_are_no_keys(self, site, caps, code):
        """A reader that has not said what it can may have some."""
        Device.objects.update(caps=caps)
        site.book()
        answer = site.tap()
        assert answer.code == code
        assert ("Type your PIN, then tap." in answer.text) == (code == "needs-pin")

    def test_a_wrong_one_starts_nothing(self, site):
        site.book()
        assert site.tap(pin="73915").code == "wrong-pin"
        assert not Session.objects.exists()

    def test_whoever_has_none_is_told_where_to_set_one(self, site):
        remove_pin(member=site.world.alice, by=site.world.dana, now=site.now)
        site.book()
        assert page(site).code == site.tap(pin=PIN).code == "no-pin"

    def test_nothing_is_booked_for_a_wrong_one(self, site):
        site.tap(pin="1357")
        assert not Booking.objects.exists()

    def test_other_reasons_go_first(self, site):
        """Nobody types a PIN to hear that they are not certified."""
        assert site.tap("charlie").code == "not-certified"

    def test_where_a_badge_will_do_the_pin_is_not_looked_at(self, site):
        site.world.tool_class.least_credential = "badge"
        site.world.tool_class.save()
        site.book()
        assert site.tap(pin="1357").ok

    def test_the_second_of_two_types_theirs(self, site):
        site.world.tool_class.two_person = True
        site.world.tool_class.save()
        dana = site.world.dana
        site.world.bob.certifications.update(until=None)
        set_pin(member=site.world.bob, pin="9517", now=site.now)
        site.book()
        assert site.tap(pin=PIN).code == "needs-second"
        assert site.wait(4).tap("bob").code == "needs-pin"
        assert site.wait(4).tap(pin=PIN).code == "needs-second"
        assert site.wait(4).tap("bob", pin="9517").code == "granted-together"
        assert dana.pin_hash is None

    def test_it_is_asked_before_anybody_is_put_out(self, site):
        """Who taps where somebody's time is over: nothing ends before the PIN is right."""
        tool_class = site.world.tool_class
        tool_class.overrun_minutes = tool_class.early_start_minutes = 30
        tool_class.take_over_minutes, tool_class.walk_up = 5, False
        tool_class.save()
        site.world.bob.certifications.update(until=None)
        site.book("alice", minutes=1)
        site.sid = site.tap(pin=PIN).sid
        site.state("armed", site.sid)
        site.book("bob", begins=25, minutes=60)
        site.wait(7 * 60).state("armed", site.sid)
        assert page(site, "bob").code == site.tap("bob").code == "no-pin"
        set_pin(member=site.world.bob, pin="9517", now=site.now)
        assert page(site, "bob").booking_id is not None
        assert site.wait(4).tap("bob", pin="1357").code == "wrong-pin"
        assert site.session.state == "active"
        tap = site.wait(4).a_tap("bob", pin="9517")
        assert [said.kind for said in site.handle(tap)] == ["off"]
        site.state()  # the proof
        (answer,) = site.wait(1).handle(tap)
        assert answer.grant is not None

    def test_one_members_pin_is_not_anothers(self, site):
        site.world.bob.certifications.update(until=None)
        set_pin(member=site.world.bob, pin="9517", now=site.now)
        assert site.tap("bob", pin=PIN).code == "wrong-pin"


class TestGuessing:
    def test_five_wrong_ones_lock_it(self, site):
        site.book()
        assert guess(site, 5) == ["wrong-pin"] * 5
        answer = site.wait(4).tap(pin=PIN)
        assert page(site).code == answer.code == "pin-locked"

    def test_its_owner_is_told_once(self, site):
        site.book()
        guess(site, 8)
        (mail,) = Outbox.objects.filter(kind="pin-locked")
        assert mail.to == site.world.alice

    def test_a_quarter_of_an_hour_later_it_is_asked_again(self, site):
        site.book()
        guess(site, 5)
        site.now += 15 * MINUTE
        site.booted_at += 15 * MINUTE
        assert site.tap(pin=PIN).ok

    def test_in_one_batch_no_more_than_five(self, site):
        site.book()
        answers = site.handle(*(site.a_tap(pin="1357") for _ in range(7)))
        assert [a.code for a in answers] == ["wrong-pin"] * 5 + ["pin-locked"] * 2

    def test_a_repeated_message_is_one_try(self, site):
        site.book()
        tap = site.a_tap(pin="1357")
        for _ in range(9):
            site.handle(tap)
        assert site.wait(4).tap(pin=PIN).ok

    def test_it_locks_nobody_else(self, site):
        site.world.bob.certifications.update(until=None)
        set_pin(member=site.world.bob, pin="9517", now=site.now)
        guess(site, 5)
        assert site.wait(4).tap("bob", pin="9517").ok


class TestNowhereWritten:
    def everything(self):
        """Every row that a tap, a drop or a Change may have left."""
        rows = [*AccessEvent.objects.all(), *Change.objects.all(), *Outbox.objects.all()]
        rows += [*Device.objects.all(), *Session.objects.all()]
        answers = b"".join(bytes(e.answer or b"") for e in AccessEvent.objects.all()).decode()
        return serializers.serialize("json", rows) + answers

    def test_after_a_right_and_a_wrong_one(self, site):
        site.book()
        site.tap(pin="73999")
        site.wait(4).tap(pin=PIN)
        assert "73999" not in self.everything()
        assert PIN not in self.everything()

    @pytest.mark.parametrize(
        "payload",
        [
            {"pin": PIN},
            {"pin": int(PIN)},
            {"pin": f"x{PIN}"},
            {"badge": "no", "pin": PIN},
            {"boot": "b007" * 4, "up": 1, "nonce": "0" * 24, "badge": "04A11CE0", "pin": PIN + "x"},
        ],
    )
    @pytest.mark.parametrize("topic", ["bk/1/mill-1/up/tap", "bk/1/nobody/up/tap", "a/tap"])
    def test_in_a_message_that_is_dropped(self, site, topic, payload):
        site.handle(receive(topic, json.dumps(payload).encode()))
        assert AccessEvent.objects.filter(kind="dropped").exists()
        assert PIN not in self.everything()

    def test_in_one_that_was_sent_under_another_kind(self, site):
        site.handle(receive("bk/1/mill-1/up/state", json.dumps({"pin": PIN}).encode()))
        site.handle(receive("bk/1/mill-1/up/state", b'{"PIN":"' + PIN.encode()))
        assert PIN not in self.everything()

    def test_in_one_from_an_unknown_device(self, site):
        tap = site.a_tap(pin=PIN)
        _topic, payload = wire.encode_up(tap)
        site.handle(receive("bk/1/mill-9/up/tap", payload))
        assert PIN not in self.everything()

    def test_in_the_log_of_what_broke(self, site, monkeypatch, caplog):
        def breaks(*_args):
            raise ValueError("out of order")

        monkeypatch.setattr(messages, "handle_tap", breaks)
        with caplog.at_level(logging.DEBUG):
            site.handle(site.a_tap(pin=PIN))
        assert "cannot handle" in caplog.text
        assert PIN not in caplog.text + self.everything()

    def test_in_what_a_tap_says_of_itself(self, site):
        assert PIN not in repr(site.a_tap(pin=PIN))


class TestPin:
    @pytest.mark.parametrize(
        "pin",
        ["", "123", "123456789", "12a4", "١٢٣٤", "1111", "000000", "1234", "987654", "0123", "4321",
         "1212", "565656", "12341234", "1984", "2007", "2580"],
    )  # fmt: skip
    def test_what_anybody_would_try_first_is_refused(self, pin):
        with pytest.raises(PinError):
            check_pin(pin)

    @pytest.mark.parametrize("pin", ["7391", "73914", "82046193", "1358"])
    def test_what_has_no_pattern_will_do(self, pin):
        check_pin(pin)

    def test_it_is_kept_as_a_keyed_hash_that_differs_by_member(self, site):
        alice = Member.objects.get(pk=site.world.alice.pk)
        assert is_pin(alice, PIN)
        assert not is_pin(alice, PIN + "0")
        assert PIN.encode() not in bytes(alice.pin_hash)
        assert pin_hash(1, PIN) != pin_hash(2, PIN)

    def test_setting_changing_and_removing_leave_a_change_without_it(self, site):
        alice, dana = site.world.alice, site.world.dana
        set_pin(member=alice, pin="82046", now=site.now)
        for _ in range(2):
            remove_pin(member=alice, by=dana, now=site.now)
        told = Change.objects.filter(verb__in=["set_pin", "change_pin", "remove_pin"])
        rows = list(told.order_by("pk").values_list("verb", "before", "after"))
        assert rows == [("set_pin", {}, {}), ("change_pin", {}, {}), ("remove_pin", {}, {})]

    def test_somebody_without_one_has_none_that_fits(self, site):
        assert not is_pin(site.world.bob, "")
