"""The broker ends up with just what it should hold, however it was found; others are left alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from access.broker import dynsec, plan
from access.broker.passwords import Hashed, fingerprint, password_of
from access.broker.plan import MARK, role_of
from access.broker.wanted import device_client, is_address, is_reserved, server_client, wanted
from tests.access.plugin import Plugin

MILL, LASER = device_client("mill-1", "m" * 32), device_client("laser-1", "l" * 32)
SERVER = server_client("benchkey", "s" * 32)
WANTED = wanted([SERVER, MILL, LASER])
MADE_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def reconcile(plugin, clients=WANTED):
    return dynsec.reconcile(clients, plugin.ask, {"admin"})


def whys(outcome):
    return sorted({step.why for step in outcome.done})


@pytest.fixture
def plugin():
    """A broker that is as it should be."""
    plugin = Plugin()
    reconcile(plugin)
    plugin.said.clear()
    plugin.kicked.clear()
    return plugin


class TestFromNothing:
    def test_each_has_a_client_and_a_role_and_the_rest_is_denied(self, plugin):
        mill = plugin.clients["mill-1"]
        assert (mill["clientid"], mill["textname"]) == ("mill-1", MARK)
        assert mill["roles"] == [{"rolename": role_of("mill-1"), "priority": -1}]
        assert {(a["acltype"], a["topic"]) for a in plugin.roles[role_of("mill-1")]["acls"]} == {
            ("publishClientSend", "bk/1/mill-1/up/#"),
            ("publishClientReceive", "bk/1/mill-1/down/#"),
            ("subscribePattern", "bk/1/mill-1/down/#"),
        }
        assert plugin.passwords["mill-1"] == "m" * 32
        denied = {kind for kind, allow in plugin.defaults.items() if not allow}
        assert denied == {"publishClientSend", "publishClientReceive", "subscribe"}

    def test_the_gatekeeper_hears_all_devices_and_may_use_any_client_id(self, plugin):
        assert "clientid" not in plugin.clients["benchkey"]
        topics = {a["topic"] for a in plugin.roles[role_of("benchkey")]["acls"]}
        assert topics == {"bk/1/+/up/#", "bk/1/+/down/#"}

    def test_a_second_round_only_reads(self, plugin):
        assert reconcile(plugin).done == ()
        assert {command["command"] for command in plugin.said} == {
            "getDefaultACLAccess", "listClients", "listRoles", "listGroups",
        }  # fmt: skip
        assert plugin.kicked == []

    def test_a_thousand_are_read_and_told_in_small_parts(self):
        plugin, sizes = Plugin(), []
        clients = wanted([device_client(f"device-{n}", f"{n}" * 8) for n in range(1000)])

        def ask(commands):
            sizes.append(len(commands))
            return plugin.ask(commands)

        assert len(dynsec.reconcile(clients, ask, {"admin"}).done) == 2001
        assert max(sizes) <= dynsec.AT_ONCE
        assert dynsec.reconcile(clients, plugin.ask, {"admin"}).done == ()


class TestWhatIsAsked:
    def test_a_device_that_is_gone_is_removed_before_another_is_let_in(self, plugin):
        saw = device_client("saw-1", "w" * 32)
        outcome = reconcile(plugin, wanted([SERVER, LASER, saw]))
        assert [(s.why, s.subject) for s in outcome.done] == [
            ("client-stray", "mill-1"),
            ("role-missing", "saw-1"),
            ("client-missing", "saw-1"),
            ("role-stray", "mill-1"),
        ]
        assert "mill-1" not in plugin.clients
        assert role_of("mill-1") not in plugin.roles

    def test_a_new_password_replaces_the_old_one_and_touches_nobody_else(self, plugin):
        outcome = reconcile(plugin, WANTED | {"mill-1": replace(MILL, password="n" * 32)})
        assert whys(outcome) == ["credential"]
        assert plugin.passwords["mill-1"] == "n" * 32
        assert plugin.kicked == ["mill-1"]

    def test_what_the_broker_refuses_is_told_and_the_rest_is_done(self):
        plugin = Plugin()
        plugin.refuses["mill-1"] = "Internal error"
        outcome = reconcile(plugin)
        assert outcome.failed == {"mill-1": "createClient: Internal error"}
        assert "laser-1" in plugin.clients


def widen(plugin):
    plugin.roles[role_of("mill-1")]["acls"].append(
        {"acltype": "publishClientSend", "topic": "bk/1/#", "allow": True, "priority": 9}
    )


def narrow(plugin):
    plugin.roles[role_of("mill-1")]["acls"].pop()


def forget_role(plugin):
    del plugin.roles[role_of("mill-1")]


def lend(plugin):
    plugin.clients["mill-1"]["roles"].append({"rolename": "admin"})


def join_group(plugin):
    plugin.groups["all"] = {"groupname": "all", "roles": [{"rolename": "admin"}]}
    plugin.clients["mill-1"]["groups"] = [{"groupname": "all"}]


def unpin(plugin):
    del plugin.clients["mill-1"]["clientid"]


def disable(plugin):
    plugin.clients["mill-1"]["disabled"] = True


def restore_old_password(plugin):
    plugin.clients["mill-1"]["textdescription"] = f"credential {fingerprint('before')}"
    plugin.passwords["mill-1"] = "before"


def forget_client(plugin):
    del plugin.clients["mill-1"]


def unmark(plugin):
    plugin.clients["mill-1"]["textname"] = "somebody's"


def smuggle(plugin):
    plugin.clients["ghost"] = plugin.clients["mill-1"] | {"username": "ghost", "clientid": "ghost"}


def smuggle_role(plugin):
    plugin.roles[role_of("ghost")] = {"rolename": role_of("ghost"), "acls": []}


def borrow(plugin):
    plugin.clients["grafana"] = {
        "username": "grafana",
        "roles": [{"rolename": role_of("benchkey")}, {"rolename": "reads"}],
        "groups": [],
    }


def borrow_by_group(plugin):
    roles = [{"rolename": role_of("benchkey")}]
    plugin.groups["screens"] = {"groupname": "screens", "roles": roles}


def open_default(plugin):
    plugin.defaults["publishClientReceive"] = True


@pytest.mark.parametrize(
    ("meddle", "why"),
    [
        (widen, "role"),
        (narrow, "role"),
        (forget_role, "role-missing"),
        (lend, "client-roles"),
        (join_group, "client-roles"),
        (unpin, "client-id"),
        (disable, "client-disabled"),
        (restore_old_password, "credential"),
        (forget_client, "client-missing"),
        (unmark, "credential"),
        (smuggle, "client-stray"),
        (smuggle_role, "role-stray"),
        (borrow, "role-borrowed"),
        (borrow_by_group, "role-borrowed"),
        (open_default, "defaults"),
    ],
)
def test_what_others_change_is_mended(plugin, meddle, why):
    meddle(plugin)
    assert why in whys(reconcile(plugin))
    assert plugin.passwords["mill-1"] == "m" * 32
    assert reconcile(plugin).done == ()


def test_what_others_made_is_listed_and_left_alone(plugin):
    borrow(plugin)
    outcome = reconcile(plugin)
    assert outcome.foreign == ("grafana",)
    assert plugin.clients["grafana"]["roles"] == [{"rolename": "reads"}]
    assert plugin.kicked == []


def test_the_administrator_is_never_touched_even_with_our_mark(plugin):
    plugin.clients["admin"]["textname"] = MARK
    assert reconcile(plugin).done == ()
    assert "admin" in plugin.clients


def test_an_answer_without_data_is_said_to_be_one():
    with pytest.raises(dynsec.Unreadable, match="Unknown command"):
        dynsec.read(lambda _commands: [{"command": "x", "error": "Unknown command"}])


def test_the_first_file_is_as_a_round_would_leave_it():
    """Read as the plugin reads it: only the administrator is not ours."""
    kept = json.loads(dynsec.first_file(SERVER, "a" * 32))
    plugin = Plugin()
    plugin.defaults = kept["defaultACLAccess"]
    plugin.clients = {client["username"]: client for client in kept["clients"]}
    plugin.roles = {role["rolename"]: role for role in kept["roles"]}
    assert dynsec.reconcile(wanted([SERVER]), plugin.ask, {dynsec.ADMINISTRATOR}).done == ()
    reach = {acl["topic"] for acl in plugin.roles[dynsec.ADMINISTRATOR]["acls"]}
    assert reach == {"$CONTROL/dynamic-security/#"}
    assert plugin.clients[dynsec.ADMINISTRATOR]["password"] == Hashed.of("a" * 32).hash


class TestPasswords:
    def test_name_moment_and_key_each_make_another(self):
        made = {
            password_of(key, name, at)
            for key in (b"k" * 32, b"K" * 32)
            for name in ("mill-1", "mill-2")
            for at in (MADE_AT, MADE_AT + timedelta(microseconds=1))
        }
        assert len(made) == 8
        assert {len(password) for password in made} == {32}

    def test_the_same_is_the_same_again(self):
        assert password_of(b"k", "a", MADE_AT) == password_of(b"k", "a", MADE_AT)

    def test_neither_mark_nor_hash_gives_it_away(self):
        password = password_of(b"k", "a", MADE_AT)
        assert password not in fingerprint(password) + str(Hashed.of(password))
        assert plan.credential_of(replace(MILL, password=password)).endswith(fingerprint(password))


@pytest.mark.parametrize("name", ["benchkey", "benchkey-gatekeeper", "benchkey-admin", "admin"])
def test_no_device_may_be_mistaken_for_the_server(name):
    assert is_reserved(name)
    assert not is_reserved("mill-1")


class TestStockFirmware:
    """Its topics are its own to choose, so its right to them is exact; the gatekeeper's, too."""

    PLUG = device_client(
        "plug-1", "p" * 32, address="tasmota_01",
        writes=("stat/{address}/#", "tele/{address}/#"), reads=("cmnd/{address}/#",),
    )  # fmt: skip

    def test_it_may_use_its_own_topics_and_none_of_protocol_v1(self):
        assert self.PLUG.writes == ("stat/tasmota_01/#", "tele/tasmota_01/#")
        assert self.PLUG.reads == ("cmnd/tasmota_01/#",)

    def test_the_gatekeeper_gets_just_these_besides(self):
        server = server_client("benchkey", "s" * 32, [MILL, self.PLUG])
        assert server.writes == ("bk/1/+/down/#", "cmnd/tasmota_01/#")
        assert server.reads == ("bk/1/+/up/#", "stat/tasmota_01/#", "tele/tasmota_01/#")

    @pytest.mark.parametrize("address", ["bk", "#", "+", "a/b", "$SYS", "", "x" * 81, "{name}"])
    def test_no_address_leads_into_the_topics_of_others(self, address):
        assert not is_address(address)
        assert is_address("shellyplus1-a8032ab1")
