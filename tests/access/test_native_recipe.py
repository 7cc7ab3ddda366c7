"""The YAML of a native device: its will is genuine, it hears what it must, its C++ fits the header.

ESPHome's part is declared here as far as the lambdas touch it; what ESPHome itself makes of the
whole, tests/firmware/test_esphome.py tries where it is installed.
"""

import json
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from django.urls import reverse

import wire
from access import sessions
from access.models import Device
from access.pages.recipes import recipes_for
from access.services.credentials import Credential
from tests.conftest import need

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
KEY = bytes(range(32))
ESPHOME = """
#include <string>
#include "benchkey.h"
#define id(name) name
enum Reason { ESP_RST_POWERON, ESP_RST_BROWNOUT, ESP_RST_TASK_WDT, ESP_RST_INT_WDT, ESP_RST_WDT };
struct Broker {
  bool publish(const std::string &, const std::string &, uint8_t = 0, bool = false);
  bool publish(const std::string &, const char *, size_t, uint8_t = 0, bool = false);
  bool is_connected();
};
struct Output { void set_state(bool); };
struct Script { void execute(int); };
struct Paper { void print(int, int, int, const char *); };
void ESP_LOGI(const char *, const char *, ...);
void ESP_LOGD(const char *, const char *, ...);
struct esp_task_wdt_config_t { uint32_t timeout_ms, idle_core_mask; bool trigger_panic; };
int esp_task_wdt_reconfigure(const esp_task_wdt_config_t *);
uint32_t millis();
uint32_t esp_random();
Reason esp_reset_reason();
void bootloader_random_enable();
void bootloader_random_disable();
extern Broker broker;
extern Output relay;
extern Script beep;
extern Paper it;
extern benchkey::Device bench;
extern benchkey::Display shown;
extern int letters, small_letters;
"""
SEES = {
    "bench).received(": "std::string x",
    "bench).tapped(": "std::string x",
    "bench).tapped_decimal(": "std::string x",
    "bench).typed(": "uint8_t x",
    "bench).current(": "float x",
    "watchdog.timeout_ms": "int ms",
}


PARTS = [(reader, keypad) for reader in Device.ReadsWith.values for keypad in (False, True)]


def written(password="pass-word", **parts):
    """The YAML of a native device with these parts."""
    device = Device(name="saw-1", **{"is_reader": True, "is_interlock": True} | parts)
    return recipes_for(device, Credential(password, KEY))[0].text


@pytest.fixture
def yaml(db, settings):
    settings.DEVICE_BROKER_URL = "mqtts://broker.lan:8883"
    return written()


def lambdas(yaml):
    """The C++ in it, each as the body of a function."""
    yaml = yaml.partition("\n# A mirror contact")[0]
    blocks = re.findall(r"^( *)(?:- )?lambda: \|-\n((?:\1 .*\n|\n)+)", yaml, re.MULTILINE)
    lines = re.findall(r"lambda: (?!\|)(.*)", yaml)
    return [dedent(block) for _, block in blocks] + lines


def takes(body):
    """What ESPHome hands to a trigger of that kind."""
    return next((sees for call, sees in SEES.items() if call in body), "")


@pytest.mark.parametrize(("reader", "keypad"), PARTS)
def test_its_lambdas_compile_against_the_header(reader, keypad, tmp_path):
    found = lambdas(written(reads_with=reader, has_keypad=keypad))
    assert len(found) >= 15 + keypad
    functions = [f"void f{n}({takes(body)}) {{\n{body}\n}}" for n, body in enumerate(found)]
    source = tmp_path / "lambdas.cpp"
    source.write_text(ESPHOME + "\n".join(functions))
    command = [
        need("g++", "g++"),
        "-std=c++17",
        "-Wall",
        "-Werror",
        "-fsyntax-only",
        f"-I{FIRMWARE}",
    ]
    told = subprocess.run([*command, str(source)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def test_the_header_is_there_before_what_is_made_of_it(yaml):
    """ESPHome puts what stands in <> above all else, and files of ours below the globals."""
    assert "    - benchkey.h" in yaml and "    - <benchkey.h>" in yaml
    for called in ("esp_random", "esp_system", "esp_task_wdt", "bootloader_random"):
        assert f"    - <{called}.h>\n" in yaml


def test_a_loop_that_stands_still_for_two_seconds_is_restarted_but_in_an_update(yaml):
    calls = re.findall(r"\{ id: hardware_watchdog, ms: (\d+) \}", yaml)
    assert calls == ["2000", "15000", "2000"]  # when it stands, in an update, after a failed one
    assert "watchdog.trigger_panic = true;" in yaml


def test_its_heartbeat_is_short_enough_for_every_class(yaml):
    beat = int(re.search(r"heartbeat_s = (\d+);", yaml)[1])
    assert beat <= sessions.SHORT_LEASE / 3


def test_its_will_is_signed_by_its_own_key(yaml):
    said = json.loads(re.search(r"payload: (\".*\")", yaml)[1])
    will = wire.parse_up("bk/1/saw-1/up/avail", said.encode(), KEY)
    assert will == wire.Avail("saw-1", on=False)


def test_it_hears_all_but_what_is_for_devices_with_lists(yaml):
    heard = re.findall(r"topic: bk/1/saw-1/down/(\w+)\n", yaml)
    assert set(wire.codec.DOWN) - set(heard) == {"list", "journal"}
    assert all(f'received("{kind}", x)' in yaml for kind in heard)


def test_nothing_of_it_can_be_switched_past_the_protocol(yaml):
    assert not re.search(r"^(switch|api|web_server|light):", yaml, re.MULTILINE)
    assert yaml.count("reboot_timeout: 0s") == 2
    for silent in ("log_topic:", "birth_message:", "shutdown_message:"):
        assert f"  {silent}\n" in yaml


def test_it_says_what_it_is_and_who(yaml):
    assert "caps: relay,current,reader,display,button,mac\n" in yaml
    assert f'config.key = "{KEY.hex()}"' in yaml
    assert 'password: "pass-word"' in yaml
    assert "certificate_authority: !secret broker_ca" in yaml


def test_a_reader_alone_has_no_clamp_and_an_interlock_alone_no_reader(db):
    reader, interlock = (
        written(password="", is_reader=reads, is_interlock=not reads, has_keypad=True)
        for reads in (True, False)
    )
    assert "pn532_i2c:" in reader and "ct_clamp" not in reader
    assert "ct_clamp" in interlock and "pn532_i2c:" not in interlock
    assert "matrix_keypad:" in reader and "matrix_keypad" not in interlock
    assert "pin," in reader and "pin," not in interlock


COMPONENTS = {"pn532": "pn532_i2c", "rc522": "rc522_spi", "wiegand": "wiegand"}


@pytest.mark.parametrize(("reader", "keypad"), PARTS)
def test_it_has_the_reader_that_is_built_in_and_says_pin_only_with_keys(reader, keypad):
    yaml = written(reads_with=reader, has_keypad=keypad)
    found = set(re.findall(r"^(\w+):", yaml, re.MULTILINE))
    assert found & {*COMPONENTS.values()} == {COMPONENTS[reader]}
    assert ("matrix_keypad" in found) == (keypad and reader != "wiegand")
    assert ("bench).typed(" in yaml) == keypad
    pin = ",pin" if keypad else ""
    assert f"caps: relay,current,reader,display{pin},button,mac\n" in yaml


@pytest.mark.parametrize(("reader", "hushed"), [("pn532", "matrix_keypad"), ("wiegand", "wiegand")])
def test_a_keys_own_component_may_not_write_it_down(reader, hushed):
    """ESPHome's logs each key at DEBUG; whoever raises the level must not find PINs there."""
    yaml = written(reads_with=reader, has_keypad=True)
    assert re.search(rf"^logger:\n  level: INFO\n  logs: .*\n    {hushed}: WARN\n", yaml, re.M)
    assert "key_collector" not in yaml


@pytest.mark.parametrize("reader", ["pn532", "rc522", "wiegand"])
def test_no_two_parts_are_at_one_pin(reader):
    yaml = written(reads_with=reader, has_keypad=True)
    pins = re.findall(r": (GPIO\d+)$", yaml, re.MULTILINE)
    assert len(pins) == len({*pins}) > 8


def test_staff_may_take_the_header_along(client, site):
    client.force_login(site.world.dana)
    answer = client.get(reverse("access:firmware"))
    assert answer.content == (FIRMWARE / "benchkey.h").read_bytes()
    assert "attachment" in answer["Content-Disposition"]
