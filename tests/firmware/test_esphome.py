"""ESPHome itself reads what the pages give out, warns of nothing in it, and writes C++ of it.

It is no part of this project: `pip install esphome` into a place of its own and put that on PATH.
What ESPHome would fetch is not needed for this: a font of this computer stands in for Google's.
"""

import re
import shutil
import ssl
import subprocess
from itertools import product
from pathlib import Path

import pytest

from access.models import Device
from access.pages.recipes import recipes_for
from access.services.credentials import Credential
from tests.conftest import need
from tests.device.process import ROOT

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("esphome")]

KEY = bytes(range(32))
FONTS = Path("/usr/share/fonts")
ROLES = {"reader": (True, False), "interlock": (False, True), "both": (True, True)}
NATIVE = [(Device.Firmware.NATIVE, role) for role in ROLES]
STOCK = [(Device.Firmware.ESPHOME, role) for role in ("interlock", "both")]
PARTS = list(product(Device.ReadsWith.values, (False, True)))
BROKERS = ("mqtt://broker.lan:1883", "mqtts://broker.lan:8883")
IDF = Path(__file__).parent / "native" / "idf.h"


@pytest.fixture(scope="session")
def esphome():
    found = shutil.which("esphome")
    if found is None:
        pytest.skip("esphome is not on PATH: pip install esphome, in a place of its own")
    return found


@pytest.fixture(scope="session")
def font():
    found = sorted(FONTS.rglob("*Sans-Regular.ttf"))
    if not found:
        pytest.skip("no font is here: sudo apt-get install fonts-liberation")
    return str(found[0])


@pytest.fixture(scope="session")
def authority():
    """Any certificate will do: ESPHome copies it."""
    found = next(iter(Path(ssl.get_default_verify_paths().openssl_capath).glob("*.pem")), None)
    if found is None:
        pytest.skip("no certificate is here: sudo apt-get install ca-certificates")
    return found.read_text()


@pytest.fixture
def folder(tmp_path, authority, monkeypatch):
    """Where somebody would save the YAML, with what it asks for beside it."""
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "platformio"))
    shutil.copy(ROOT / "firmware" / "benchkey.h", tmp_path)
    certificate = authority.replace("\n", "\n  ")
    words = ("wifi_ssid: space", "wifi_password: pass-word", "ota_password: pass-word")
    lines = [*words, f"broker_ca: |\n  {certificate}"]
    (tmp_path / "secrets.yaml").write_text("\n".join(lines))
    return tmp_path


def recipe(speaks, role, password="pass-word", **parts):
    is_reader, is_interlock = ROLES[role]
    device = Device(
        name="saw-1", speaks=speaks, is_reader=is_reader, is_interlock=is_interlock, **parts
    )
    return recipes_for(device, Credential(password, KEY))[0].text


def source_of(esphome, folder, yaml, font):
    """Where ESPHome put the C++ it makes of it; it has nothing to warn of."""
    (folder / "saw-1.yaml").write_text(yaml.replace("gfonts://Roboto", font))
    command = [esphome, "compile", "--only-generate", "saw-1.yaml"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stdout + told.stderr
    assert not re.search("WARN|ERROR|deprecated", told.stderr), told.stderr
    return folder / ".esphome" / "build" / "saw-1" / "src" / "main.cpp"


@pytest.mark.parametrize(("kind", "broker"), list(product(NATIVE + STOCK, BROKERS)))
def test_esphome_takes_each_recipe_without_a_warning(esphome, font, folder, settings, kind, broker):
    settings.DEVICE_BROKER_URL = broker
    source = source_of(esphome, folder, recipe(*kind), font).read_text()
    assert ("BEGIN CERTIFICATE" in source) == broker.startswith("mqtts")


def test_a_broker_that_asks_for_no_password_is_fine_too(esphome, font, folder, settings):
    settings.DEVICE_BROKER_URL = BROKERS[0]
    assert source_of(esphome, folder, recipe(*NATIVE[-1], password=""), font)


@pytest.mark.parametrize(("reader", "keypad"), PARTS)
def test_each_reader_and_keypad_is_taken_and_compiles(
    esphome, font, folder, settings, reader, keypad
):
    """With the most talkative log, in which no key may be found."""
    settings.DEVICE_BROKER_URL = BROKERS[0]
    yaml = recipe(Device.Firmware.NATIVE, "both", reads_with=reader, has_keypad=keypad)
    loud = yaml.replace("  level: INFO", "  level: VERBOSE")
    source = source_of(esphome, folder, loud, font)
    assert compiled(source, folder) == ""
    hushed = re.findall(r'set_log_level\("(\w+)", ESPHOME_LOG_LEVEL_WARN\)', source.read_text())
    component = "wiegand" if reader == "wiegand" else "matrix_keypad"
    assert hushed == ([component] if keypad else [])


def test_stock_firmware_reads_with_an_rc522_too(esphome, font, folder, settings):
    settings.DEVICE_BROKER_URL = BROKERS[0]
    yaml = recipe(Device.Firmware.ESPHOME, "both", reads_with="rc522")
    assert compiled(source_of(esphome, folder, yaml, font), folder) == ""


def headers_in(folder, build):
    """A folder of declarations in ESP-IDF's place, with the settings that ESPHome wrote."""
    headers = {"sdkconfig.h": _defines((build / "sdkconfig.saw-1").read_text())}
    for names, text in re.findall(r"((?:^//// .*\n)+)((?:(?!////).*\n)*)", IDF.read_text(), re.M):
        headers |= dict.fromkeys(re.findall(r"\S+\.h", names), text)
    for name, text in headers.items():
        file = folder / "idf" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#pragma once\n{text}")
    return folder / "idf"


def _defines(settings):
    found = re.findall(r"^(CONFIG_\w+)=([^n\s].*)$", settings, re.MULTILINE)
    return "".join(f"#define {name} {'1' if value == 'y' else value}\n" for name, value in found)


def compiled(source, folder):
    """What a compiler says to it, with the flags that ESPHome gives."""
    build = source.parents[1]
    flags = re.findall(r"^    (-D\S+)$", (build / "platformio.ini").read_text(), re.MULTILINE)
    command = [need("g++", "g++"), "-std=gnu++20", "-fno-exceptions", "-fsyntax-only", "-Wall"]
    paths = [f"-I{source.parent}", f"-I{headers_in(folder, build)}"]
    told = subprocess.run([*command, *flags, *paths, source], capture_output=True, text=True)
    return told.stderr


@pytest.mark.parametrize("kind", NATIVE + STOCK)
def test_what_esphome_makes_of_it_compiles(esphome, font, folder, settings, kind):
    """Against ESPHome's own headers; what lies below these is declared, see native/idf.h."""
    settings.DEVICE_BROKER_URL = BROKERS[1]
    source = source_of(esphome, folder, recipe(*kind), font)
    assert compiled(source, folder) == ""
    if kind[0] == Device.Firmware.NATIVE:
        source.write_text(source.read_text().replace("#include <benchkey.h>", ""))
        assert "benchkey" in compiled(source, folder)


def test_what_is_commented_out_may_be_put_in(esphome, font, folder, settings):
    settings.DEVICE_BROKER_URL = BROKERS[0]
    yaml, _, aux = recipe(Device.Firmware.NATIVE, "both").partition("\n# A mirror contact")
    contact = "\n".join(re.findall(r"^#(  .*)$", aux, re.MULTILINE))
    assert "GPIO33" in contact
    source = source_of(esphome, folder, yaml.replace("\nsensor:", f"\n{contact}\nsensor:"), font)
    assert ".aux(x);" in source.read_text()
    assert compiled(source, folder) == ""
