"""What the database says is what the broker is told; who changed what is written down."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.broker import dynsec
from access.broker.backends import BrokerError, DynamicSecurity, Files, backend_of
from access.keeper import AGAIN, EVERY, Keeper
from access.models import AccessEvent, BrokerStatus, Device
from access.services import DeviceError, attach_device, epoch, revoke_device
from access.services.broker import broker_is_behind, reconcile_broker
from access.services.credentials import issue_credential, password_at
from access.services.keys import key_of
from members.models import AccessEpoch, Change
from tests.access.plugin import Plugin
from tests.access.world import Site


class PluginBackend:
    """Speaks to the plugin of the tests as the real back end speaks to the real one."""

    def __init__(self):
        self.plugin, self.meanwhile, self.trouble, self.rounds = Plugin(), None, "", 0

    def reconcile(self, wanted):
        self.rounds += 1
        if self.trouble:
            raise BrokerError(self.trouble)
        if self.meanwhile:
            self.meanwhile()
        return dynsec.reconcile(wanted, self.plugin.ask, {"admin"})


@pytest.fixture
def site(db, settings):
    AccessEpoch.objects.get_or_create(pk=1)
    settings.BROKER_URL = "mqtt://benchkey:secret@127.0.0.1:1"
    settings.BROKER_ADMIN = "mqtt://admin:secret@127.0.0.1:1"
    return Site(now=timezone.now())


@pytest.fixture
def backend():
    return PluginBackend()


def issue(site, seen_at=None):
    return issue_credential(
        device=site.device, seen_at=seen_at, by=site.world.dana, now=site.wait(1).now
    )


def reconcile(site, backend):
    return reconcile_broker(backend=backend, now=site.wait(1).now)


class TestCredential:
    def test_it_is_shown_and_not_stored(self, site):
        made = issue(site)
        row = " ".join(map(str, Device.objects.values_list().get(pk=site.device.pk)))
        assert made.password not in row
        assert made.password == password_at(site.box())
        assert key_of(site.box()) == made.key
        assert made.password not in str(list(Change.objects.values_list("before", "after")))

    def test_another_one_replaces_it(self, site):
        first = issue(site)
        second = issue(site, seen_at=site.box().credential_at)
        assert first.password != second.password
        assert first.key != second.key
        assert site.box().key_before_sealed is None

    def test_a_form_that_is_sent_twice_takes_nothing_away(self, site):
        made = issue(site)
        with pytest.raises(DeviceError, match="made already"):
            issue(site)
        assert made.password == password_at(site.box())

    def test_a_revoked_device_gets_none(self, site):
        revoke_device(device=site.device, by=None, now=site.now)
        with pytest.raises(DeviceError, match="revoked"):
            issue(site)

    def test_a_broker_that_others_look_after_needs_no_password(self, site, settings):
        settings.BROKER_ADMIN = ""
        made = issue(site)
        assert (made.password, len(made.key)) == ("", 32)


class TestRounds:
    def test_a_credential_is_told_and_known_to_be(self, site, backend):
        made = issue(site)
        assert broker_is_behind()
        reconcile(site, backend)
        assert backend.plugin.passwords["mill-1"] == made.password
        assert backend.plugin.passwords["benchkey"] == "secret"
        assert not broker_is_behind()
        assert BrokerStatus.objects.get().checked_at == site.now

    def test_a_device_without_a_credential_has_no_client(self, site, backend):
        reconcile(site, backend)
        assert "mill-1" not in backend.plugin.clients

    def test_a_revoked_one_loses_its_client(self, site, backend):
        issue(site)
        reconcile(site, backend)
        revoke_device(device=site.device, by=None, now=site.wait(1).now)
        assert broker_is_behind()
        reconcile(site, backend)
        assert "mill-1" not in backend.plugin.clients
        assert not broker_is_behind()
        assert not AccessEvent.objects.filter(code="broker-drift").exists()

    def test_what_changes_during_a_round_is_for_the_next(self, site, backend):
        first = issue(site)
        backend.meanwhile = lambda: issue(site, seen_at=site.box().credential_at)
        reconcile(site, backend)
        assert backend.plugin.passwords["mill-1"] == first.password
        assert broker_is_behind()
        backend.meanwhile = None
        reconcile(site, backend)
        assert backend.plugin.passwords["mill-1"] == password_at(site.box())
        assert not broker_is_behind()

    def test_a_revocation_during_the_first_round_is_not_lost(self, site, backend):
        issue(site)
        backend.meanwhile = lambda: revoke_device(device=site.device, by=None, now=site.now)
        reconcile(site, backend)
        assert "mill-1" in backend.plugin.clients
        assert broker_is_behind()
        backend.meanwhile = None
        reconcile(site, backend)
        assert "mill-1" not in backend.plugin.clients

    def test_a_broker_with_an_old_file_is_told_the_passwords_again(self, site, backend):
        issue(site)
        reconcile(site, backend)
        backend.plugin = Plugin()
        reconcile(site, backend)
        assert backend.plugin.passwords["mill-1"] == password_at(site.box())

    def test_what_others_changed_is_mended_and_reported(self, site, backend):
        issue(site)
        reconcile(site, backend)
        backend.plugin.clients["mill-1"]["clientid"] = "any"
        backend.plugin.clients["grafana"] = {"username": "grafana", "roles": []}
        reconcile(site, backend)
        status = BrokerStatus.objects.get()
        assert (status.mended, status.foreign) == (["client-id mill-1"], ["grafana"])
        assert AccessEvent.objects.get(code="broker-drift").detail == {"mended": status.mended}
        reconcile(site, backend)
        assert AccessEvent.objects.filter(code="broker-drift").count() == 1

    def test_a_refusal_stands_beside_its_device(self, site, backend):
        issue(site)
        backend.plugin.refuses["mill-1"] = "Internal error"
        reconcile(site, backend)
        assert "Internal error" in site.box().broker_error
        assert BrokerStatus.objects.get().checked_at is None
        backend.plugin.refuses.clear()
        reconcile(site, backend)
        assert (site.box().broker_error, broker_is_behind()) == ("", False)

    def test_a_broker_that_does_not_answer_is_on_record(self, site, backend):
        issue(site)
        backend.trouble = "no broker"
        with pytest.raises(BrokerError):
            reconcile(site, backend)
        assert BrokerStatus.objects.get().trouble == "no broker"
        assert broker_is_behind()

    def test_one_user_cannot_be_both(self, site, settings):
        with pytest.raises(BrokerError, match="one user"):
            reconcile(site, DynamicSecurity("mqtt://benchkey:x@127.0.0.1:1"))

    def test_a_place_on_a_machine_is_nothing_to_the_broker(self, site, backend):
        issue(site)
        reconcile(site, backend)
        attach_device(device=site.device, machine=None, by=None, now=site.now)
        assert not broker_is_behind()


@pytest.mark.django_db(transaction=True)
class TestKeeper:
    """Its rounds run in a thread; the test waits for each."""

    @pytest.fixture
    def keeper(self, site, backend):
        keeper = Keeper(backend, lambda: site.wait(1).now)
        self.look(keeper, 0)
        assert backend.rounds == 1
        return keeper

    def look(self, keeper, mono):
        keeper.look(epoch(), mono)
        if keeper._thread is not None:
            keeper._thread.join(10)

    def test_it_looks_at_changes_and_every_few_minutes(self, site, backend, keeper):
        self.look(keeper, 1)
        assert backend.rounds == 1
        issue(site)
        self.look(keeper, 2)
        self.look(keeper, 3)
        assert backend.rounds == 2
        attach_device(device=site.device, machine=None, by=None, now=site.now)
        self.look(keeper, 4)
        assert backend.rounds == 2
        self.look(keeper, 2 + EVERY)
        assert backend.rounds == 3

    def test_what_failed_is_tried_again_soon_but_not_at_once(self, site, backend, keeper):
        backend.trouble = "no broker"
        issue(site)
        self.look(keeper, 10)
        self.look(keeper, 11)
        assert backend.rounds == 2
        backend.trouble = ""
        self.look(keeper, 11 + AGAIN)
        assert backend.rounds == 3
        assert not broker_is_behind()

    def test_a_broker_that_was_away_is_looked_at_again(self, backend, keeper):
        keeper.hurry()
        self.look(keeper, 1)
        self.look(keeper, 2)
        assert backend.rounds == 2

    def test_looking_asks_nothing_while_nothing_moves(
        self, site, keeper, django_assert_num_queries
    ):
        number = epoch()
        keeper.look(number, 1)
        with django_assert_num_queries(0):
            keeper.look(number, 2)


class TestFiles:
    @pytest.fixture
    def files(self, tmp_path):
        return Files(tmp_path)

    def text(self, files, name):
        return (files.directory / name).read_text()

    def test_each_device_stands_in_both(self, site, files):
        made = issue(site)
        reconcile(site, files)
        passwords, access = self.text(files, "passwords"), self.text(files, "access")
        assert "mill-1:$7$101$" in passwords
        assert made.password not in passwords
        assert "user mill-1\ntopic write bk/1/mill-1/up/#\ntopic read bk/1/mill-1/down/#" in access
        assert "user benchkey\ntopic write bk/1/+/down/#\ntopic read bk/1/+/up/#" in access

    def test_a_second_round_writes_nothing(self, site, files):
        issue(site)
        reconcile(site, files)
        before = [path.stat().st_mtime_ns for path in sorted(files.directory.iterdir())]
        assert reconcile(site, files).done == ()
        assert before == [path.stat().st_mtime_ns for path in sorted(files.directory.iterdir())]

    def test_what_a_person_wrote_above_our_line_stays(self, site, files):
        issue(site)
        (files.directory / "passwords").write_text("# house\ngrafana:$7$x\nmill-1:$7$old\n")
        (files.directory / "access").write_text("user grafana\ntopic read tele/#\n")
        assert reconcile(site, files).foreign == ("grafana",)
        reconcile(site, files)
        assert self.text(files, "passwords").startswith("# house\ngrafana:$7$x\n# ---")
        assert "mill-1:$7$old" not in self.text(files, "passwords")
        assert self.text(files, "access").startswith("user grafana\ntopic read tele/#\n# ---")

    def test_a_line_added_below_ours_is_mended_and_reported(self, site, files):
        issue(site)
        reconcile(site, files)
        with (files.directory / "access").open("a") as file:
            file.write("topic readwrite #\n")
        reconcile(site, files)
        assert "readwrite" not in self.text(files, "access")
        assert BrokerStatus.objects.get().mended == ["files"]

    def test_a_directory_that_cannot_be_written_is_on_record(self, site, tmp_path):
        with pytest.raises(BrokerError, match="No such file"):
            reconcile(site, Files(tmp_path / "nowhere"))


class TestSetting:
    def test_each_names_its_back_end(self):
        assert backend_of("") is None
        assert backend_of("files:/srv/broker") == Files(Path("/srv/broker"))
        assert isinstance(backend_of("mqtts://a:b@broker?ca=/ca.crt"), DynamicSecurity)

    @pytest.mark.parametrize("setting", ["127.0.0.1:1883", "http://broker", "mosquitto"])
    def test_nonsense_is_refused(self, setting):
        with pytest.raises(ValueError, match="begins with mqtt"):
            backend_of(setting)

    def test_the_commands_refuse_it_in_words(self, db, settings):
        settings.BROKER_ADMIN = ""
        with pytest.raises(CommandError, match="BROKER_ADMIN is not set"):
            call_command("reconcile_broker")
        settings.BROKER_ADMIN = "mosquitto"
        with pytest.raises(CommandError, match="begins with mqtt"):
            call_command("gatekeeper")

    def test_a_first_file_is_never_written_over_another(self, tmp_path, capsys):
        file = tmp_path / "dynamic-security.json"
        call_command("new_broker", file)
        printed = capsys.readouterr().out
        assert "BROKER_URL=mqtt://benchkey:" in printed
        assert "BROKER_ADMIN=mqtt://benchkey-admin:" in printed
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(CommandError, match="File exists"):
            call_command("new_broker", file)


def test_a_day_later_is_not_behind(site, backend):
    issue(site)
    reconcile(site, backend)
    site.wait(timedelta(days=1).total_seconds())
    assert reconcile(site, backend).done == ()
