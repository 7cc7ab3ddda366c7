"""What docs/broker.md has one do holds on the broker of production: to each device its own."""

import subprocess
import time
from dataclasses import replace
from threading import Thread

import pytest

from access.broker.backends import BrokerError, DynamicSecurity, Files
from access.broker.wanted import device_client, server_client, wanted
from access.mqtt import Adapter, Address, Control
from demo.processes import free_port
from tests.conftest import need
from tests.deploy.guarded import PATIENCE, ROOT, Client, Guarded, needs_plugin

pytestmark = [pytest.mark.broker, needs_plugin]

CARRIED = ("Success", "No matching subscribers")
LASER, MILL = device_client("laser-1", "l" * 32), device_client("mill-1", "m" * 32)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    guarded = Guarded(tmp_path_factory.mktemp("guarded"))
    guarded.run("setup")
    guarded.start()
    yield guarded
    guarded.stop()


@pytest.fixture
def server(guarded):
    address = Address.of(guarded.environment()["BROKER_URL"])
    return server_client(address.username, address.password)


@pytest.fixture
def told(guarded, server):
    """Tells the broker of devices; only they, and the gatekeeper, are known then."""

    def tell(*devices):
        backend = DynamicSecurity(guarded.environment()["BROKER_ADMIN"])
        return backend.reconcile(wanted([server, *devices]))

    tell(LASER, MILL)
    return tell


def whys(outcome):
    return {step.why for step in outcome.done}


def test_the_first_file_is_all_the_gatekeeper_needs(guarded, server):
    gatekeeper = Client(guarded.port, "benchkey", server.password, client_id="benchkey-gatekeeper")
    assert gatekeeper.connected == "Success"
    assert gatekeeper.subscribe("bk/1/+/up/#") == "Granted QoS 1"
    backend = DynamicSecurity(guarded.environment()["BROKER_ADMIN"])
    assert backend.reconcile(wanted([server])).done == ()


def test_a_device_speaks_and_hears_its_own_topics_only(guarded, told, server):
    gatekeeper = Client(guarded.port, "benchkey", server.password, client_id="any")
    laser = Client(guarded.port, "laser-1", LASER.password)
    mill = Client(guarded.port, "mill-1", MILL.password)

    assert gatekeeper.subscribe("bk/1/+/up/#") == "Granted QoS 1"
    assert laser.subscribe("bk/1/laser-1/down/#") == "Granted QoS 1"
    for topic in ("bk/1/laser-1/down/#", "bk/1/+/down/#", "#", "$CONTROL/#", "bk/1/mill-1/up/#"):
        assert mill.subscribe(topic) == "Not authorized", topic
    assert laser.publish("bk/1/laser-1/up/tap") == "Success"
    assert gatekeeper.publish("bk/1/laser-1/down/grant") == "Success"
    for topic in (
        "bk/1/laser-1/up/tap",
        "bk/1/laser-1/down/grant",
        "bk/1/mill-1/down/grant",
        "$CONTROL/dynamic-security/v1",
    ):
        assert mill.publish(topic) == "Not authorized", topic

    assert gatekeeper.listen() == ["bk/1/laser-1/up/tap"]
    assert laser.listen() == ["bk/1/laser-1/down/grant"]
    assert mill.listen() == []


def test_a_client_id_is_its_devices_own(guarded, told):
    laser = Client(guarded.port, "laser-1", LASER.password)
    thief = Client(guarded.port, "mill-1", MILL.password, client_id="laser-1")
    assert thief.connected == "Not authorized"
    gatekeepers = Client(guarded.port, "mill-1", MILL.password, client_id="benchkey-gatekeeper")
    assert gatekeepers.connected == "Not authorized"
    assert laser.publish("bk/1/laser-1/up/state") in CARRIED


def test_a_new_password_ends_the_old_one_and_its_connection(guarded, told):
    before, bystander = (
        Client(guarded.port, "mill-1", MILL.password),
        Client(guarded.port, "laser-1", LASER.password),
    )
    told(LASER, replace(MILL, password="n" * 32))
    before.wait_until_lost()
    bystander.listen()
    assert not bystander.lost
    assert Client(guarded.port, "mill-1", MILL.password).connected == "Not authorized"
    assert Client(guarded.port, "mill-1", "n" * 32).connected == "Success"


def test_a_device_that_is_gone_is_disconnected_and_stays_out(guarded, told):
    mill = Client(guarded.port, "mill-1", MILL.password)
    told(LASER)
    mill.wait_until_lost()
    assert Client(guarded.port, "mill-1", MILL.password).connected == "Not authorized"


def test_what_somebody_changed_by_hand_is_mended(guarded, told):
    def ctrl(*arguments):
        address = Address.of(guarded.environment()["BROKER_ADMIN"])
        command = [need("mosquitto_ctrl", "mosquitto"), "-p", str(guarded.port), "-u"]
        access = [address.username, "-P", address.password, "dynsec", *arguments]
        subprocess.run([*command, *access], check=True, capture_output=True)

    ctrl("addRoleACL", "benchkey-client-mill-1", "publishClientSend", "bk/1/#", "allow")
    ctrl("setClientId", "mill-1", "any")
    with Control(guarded.environment()["BROKER_ADMIN"]) as control:  # 2.0's mosquitto_ctrl cannot
        acls = [{"acltype": "publishClientReceive", "allow": True}]
        control.ask([{"command": "setDefaultACLAccess", "acls": acls}])
    ctrl("createClient", "grafana", "-p", "secret")
    ctrl("addClientRole", "grafana", "benchkey-client-benchkey")
    outcome = told(LASER, MILL)
    assert whys(outcome) == {"role", "client-id", "defaults", "role-borrowed"}
    assert outcome.foreign == ("grafana",)
    assert told(LASER, MILL).done == ()
    assert Client(guarded.port, "grafana", "secret").subscribe("bk/1/+/up/#") == "Not authorized"
    ctrl("deleteClient", "grafana")


def test_a_broker_that_comes_back_with_an_old_file_is_told_again(guarded, told):
    file = guarded.directory / "var" / "dynamic-security.json"
    old = file.read_text()
    saw, new_mill = device_client("saw-1", "w" * 32), replace(MILL, password="n" * 32)
    told(new_mill, saw)
    guarded.stop()
    file.write_text(old)
    guarded.start()
    assert Client(guarded.port, "mill-1", MILL.password).connected == "Success"
    outcome = told(new_mill, saw)
    assert whys(outcome) >= {"credential", "client-missing", "client-stray"}
    assert Client(guarded.port, "mill-1", MILL.password).connected == "Not authorized"
    assert Client(guarded.port, "mill-1", new_mill.password).connected == "Success"
    assert Client(guarded.port, "laser-1", LASER.password).connected == "Not authorized"


def test_two_at_once_end_at_the_same(guarded, told, server):
    """As two gatekeepers would: whatever each does, the next round finds nothing to do."""
    devices = [device_client(f"many-{n}", f"{n:032}") for n in range(60)]
    rounds = [Thread(target=told, args=devices) for _ in range(2)]
    for thread in rounds:
        thread.start()
    for thread in rounds:
        thread.join()
    told(*devices)
    assert told(*devices).done == ()
    assert Client(guarded.port, "many-59", f"{59:032}").connected == "Success"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"benchkey-admin:": "benchkey-admin:x"}, "the administrator was refused"),
        ({"benchkey-admin": "nobody"}, "the administrator was refused"),
        ({"127.0.0.1:": "127.0.0.1:1"}, "no broker at"),
    ],
)
def test_an_administrator_who_cannot_is_told_so_in_words(guarded, told, change, words):
    url = guarded.environment()["BROKER_ADMIN"]
    for there, here in change.items():
        url = url.replace(there, here)
    if "no broker" in words:
        url = url[: url.rindex(":")] + f":{free_port()}"
    with pytest.raises(BrokerError, match=words):
        DynamicSecurity(url).reconcile(wanted([]))


def test_a_user_without_the_right_is_no_administrator(guarded, told):
    url = f"mqtt://mill-1:{MILL.password}@127.0.0.1:{guarded.port}"
    with pytest.raises(BrokerError, match=r"administrator was refused|may not administrate"):
        DynamicSecurity(url).reconcile(wanted([LASER]))
    server = guarded.environment()["BROKER_URL"]
    with pytest.raises(BrokerError, match="may not administrate"):
        DynamicSecurity(server).reconcile(wanted([LASER]))


def test_a_broker_without_the_plugin_says_nothing_and_that_is_told(mosquitto, monkeypatch):
    monkeypatch.setattr("access.mqtt.ANSWER_WITHIN", 0.5)
    with pytest.raises(BrokerError, match="does the broker have dynamic security"):
        DynamicSecurity(mosquitto.url).reconcile(wanted([LASER]))


def test_a_packet_too_large_costs_its_sender_the_connection_and_nobody_else(guarded, told):
    mill = Client(guarded.port, "mill-1", MILL.password)
    laser = Client(guarded.port, "laser-1", LASER.password)
    mill.paho.publish("bk/1/mill-1/up/tap", b"x" * 70_000, qos=1)
    mill.wait_until_lost()
    assert laser.publish("bk/1/laser-1/up/tap", b"x" * 60_000) in CARRIED


# paho leaves the socket of a handshake that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestTls:
    def adapter(self, url):
        adapter = Adapter(url, "benchkey-gatekeeper", lambda _inbound: None)
        deadline = time.monotonic() + PATIENCE
        while not adapter.connected and not adapter.error and time.monotonic() < deadline:
            adapter.work(0.05)
        adapter.close()
        return adapter

    def test_the_gatekeeper_and_its_administrator_come_encrypted(self, guarded, told, server):
        urls = guarded.environment(tls=True)
        assert self.adapter(urls["BROKER_URL"]).connected
        outcome = DynamicSecurity(urls["BROKER_ADMIN"]).reconcile(wanted([server, LASER, MILL]))
        assert outcome.failed == {}

    @pytest.mark.parametrize(
        ("there", "here", "words"),
        [
            ("localhost", "127.0.0.1", "IP address mismatch"),
            ("?ca=", "?nothing=", "CERTIFICATE_VERIFY_FAILED"),
        ],
    )
    def test_a_broker_that_cannot_show_who_it_is_gets_no_password(
        self, guarded, there, here, words
    ):
        adapter = self.adapter(guarded.environment(tls=True)["BROKER_URL"].replace(there, here))
        assert not adapter.connected
        assert words in adapter.error

    def test_nor_does_one_of_another_authority(self, guarded, tmp_path):
        other = Guarded(tmp_path)
        url = guarded.environment(tls=True)["BROKER_URL"].replace(str(guarded.ca), str(other.ca))
        assert "CERTIFICATE_VERIFY_FAILED" in self.adapter(url).error

    def test_an_address_of_the_certificate_will_do_as_well(self, guarded):
        """127.0.0.9 stands for the documented 192.168.1.10."""
        adapter = self.adapter("mqtts://127.0.0.9:1?ca=" + str(guarded.ca))
        assert "no broker at 127.0.0.9:1" in adapter.error
        shown = subprocess.run(
            ["openssl", "x509", "-in", guarded.ca.with_name("server.crt"), "-noout", "-text"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert "DNS:localhost, IP Address:127.0.0.9" in shown


class TestFiles:
    """A mosquitto without dynamic security; the test signals it as the documented unit does."""

    @pytest.fixture
    def broker(self, tmp_path):
        broker = Guarded(tmp_path)
        deployed = tmp_path / "etc" / "benchkey.conf"
        configuration = (ROOT / "deploy" / "mosquitto-files.conf").read_text()
        deployed.write_text(configuration)
        self.tell(broker, LASER, MILL)
        broker.start()
        yield broker
        broker.stop()

    def tell(self, broker, *devices):
        server = server_client("benchkey", "s" * 32)
        Files(broker.directory / "var").reconcile(wanted([server, *devices]))
        if broker.process is not None:
            broker.reload()

    def test_each_hears_and_is_heard_on_its_own_topics_only(self, broker):
        gatekeeper = Client(broker.port, "benchkey", "s" * 32)
        laser = Client(broker.port, "laser-1", LASER.password)
        mill = Client(broker.port, "mill-1", MILL.password)
        gatekeeper.subscribe("bk/1/+/up/#")
        laser.subscribe("bk/1/laser-1/down/#")
        mill.subscribe("#")
        assert laser.publish("bk/1/laser-1/up/tap") == "Success"
        assert gatekeeper.publish("bk/1/laser-1/down/grant") == "Success"
        assert mill.publish("bk/1/laser-1/up/tap") == "Not authorized"
        assert gatekeeper.listen() == ["bk/1/laser-1/up/tap"]
        assert laser.listen() == ["bk/1/laser-1/down/grant"]
        assert mill.listen() == []

    def test_a_client_id_is_its_devices_own(self, broker):
        laser = Client(broker.port, "laser-1", LASER.password)
        thief = Client(broker.port, "mill-1", MILL.password, client_id="laser-1")
        assert thief.publish("bk/1/laser-1/up/state") == "Not authorized"
        assert laser.publish("bk/1/laser-1/up/state") in CARRIED

    def test_who_is_gone_or_has_a_new_password_is_disconnected(self, broker):
        laser = Client(broker.port, "laser-1", LASER.password)
        mill = Client(broker.port, "mill-1", MILL.password)
        gatekeeper = Client(broker.port, "benchkey", "s" * 32)
        self.tell(broker, replace(LASER, password="n" * 32))
        laser.wait_until_lost()
        mill.wait_until_lost()
        gatekeeper.listen()
        assert not gatekeeper.lost
        assert Client(broker.port, "mill-1", MILL.password).connected == "Not authorized"
        assert Client(broker.port, "laser-1", "n" * 32).connected == "Success"


def test_the_plain_port_is_for_this_machine_alone():
    deployed = (ROOT / "deploy" / "mosquitto.conf").read_text().splitlines()
    listeners = [line for line in deployed if line.startswith("listener")]
    assert listeners == ["listener 1883 127.0.0.1", "listener 8883"]
