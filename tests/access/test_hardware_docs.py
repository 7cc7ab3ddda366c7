"""What docs/hardware tells a volunteer to type and to wire is what the wizard gives out."""

import re

import pytest

from access.models import Device
from access.pages.recipes import recipes_for
from access.services.credentials import Credential
from tests.device.process import ROOT

DOCS = ROOT / "docs" / "hardware"
PARTS = [(reader, keypad) for reader in Device.ReadsWith.values for keypad in (False, True)]


def page(name):
    return (DOCS / f"{name}.md").read_text()


def recipe(settings, speaks, broker="mqtt://broker.lan:1883", **parts):
    settings.DEVICE_BROKER_URL = broker
    device = Device(name="saw-1", speaks=speaks, **parts)
    return recipes_for(device, Credential("...", bytes(32)))[0].text


@pytest.mark.parametrize("speaks", ["tasmota", "shelly"])
def test_the_lines_to_type_are_those_of_the_wizard(settings, speaks):
    (shown,) = re.findall(r"^   ```\n   (\S+[ =].*?)\n   ```$", page(speaks), re.M | re.S)[:1]
    assert shown.replace("\n   ", "\n") == recipe(settings, speaks)


@pytest.mark.parametrize("speaks", ["tasmota", "shelly"])
def test_every_setting_that_is_explained_is_in_them(settings, speaks):
    said = recipe(settings, speaks, broker="mqtts://broker.lan:8883").replace('"', "")
    explained = re.findall(r"^\| (`[^|]*) \|", page(speaks), re.M)
    named = [word for row in explained for word in re.findall(r"`([^`]*)`", row)]
    told = [re.sub(r": ", ":", word.replace("NAME", "saw-1")) for word in named]
    missing = [word for word in told if word not in said and word not in TERMINALS]
    assert len(told) > 8 and missing == []


TERMINALS = {"L", "N", "I", "O", "SW"}


def pins(text):
    return set(re.findall(r"GPIO\d+", text))


def test_each_pin_of_the_native_yaml_is_in_its_table_and_no_other(settings):
    written = [
        recipe(settings, "native", reads_with=reader, has_keypad=keypad) for reader, keypad in PARTS
    ]
    table = re.search(r"## Parts and pins\n(.*?)\n\n[^|\n]", page("native"), re.S)[1]
    assert pins(table) == set.union(*map(pins, written))


@pytest.mark.parametrize(
    ("part", "component"),
    [("RC522 reader", "rc522_spi"), ("Wiegand reader", "wiegand"), ("keypad", "matrix_keypad")],
)
def test_each_part_is_wired_to_the_pins_its_component_has(settings, part, component):
    reads_with = component.partition("_")[0]
    chosen = reads_with if reads_with in Device.ReadsWith.values else "pn532"
    yaml = recipe(settings, "native", reads_with=chosen, has_keypad=component == "matrix_keypad")
    blocks = re.findall(r"^(?:spi|wiegand|matrix_keypad|rc522_spi):.*\n(?:  .*\n)*", yaml, re.M)
    (row,) = re.findall(rf"^\| [^|]*{part}[^|]* \|([^|]*)\|", page("native"), re.M)
    assert re.findall(r"GPIO\d+", row) == sorted_as(row, pins("".join(blocks)))


def sorted_as(row, found):
    """In the order of the row; what it does not name comes last and so is seen."""
    named = re.findall(r"GPIO\d+", row)
    return sorted(found, key=lambda pin: named.index(pin) if pin in named else len(named))


def test_the_keys_stand_in_the_order_of_the_pins(settings):
    """Rows from the top, columns from the left, as the page says."""
    yaml = recipe(settings, "native", has_keypad=True)
    rows, columns = re.search(r"  rows:\n((?:    .*\n)+)  columns:\n((?:    .*\n)+)", yaml).groups()
    (row,) = re.findall(r"rows from the top (.*?); columns from the left (.*?) \|", page("native"))
    assert [re.findall(r"GPIO\d+", said) for said in row] == [
        re.findall(r"GPIO\d+", block) for block in (rows, columns)
    ]
    assert re.search(r'keys: "(.*)"', yaml)[1] == "123456789*0#"


def test_each_pin_of_the_stock_yaml_is_in_its_table(settings):
    written = [recipe(settings, "esphome", reads_with=reader) for reader in ("pn532", "rc522")]
    table = re.search(r"## Wiring\n(.*?)\n\n[^|\n]", page("esphome"), re.S)[1]
    assert set.union(*map(pins, written)) == pins(table) - {"GPIO34"}  # a sensor of one's own
    said = re.findall(r"`([a-z_]+: [^`]*)`", page("esphome"))
    in_yaml = [words for words in said if words in written[0] or "inverted" in words]
    assert len(in_yaml) > 3


def test_no_link_leads_nowhere():
    for path in DOCS.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)", path.read_text()):
            assert (DOCS / link).resolve().exists(), f"{path.name}: {link}"
        for file, anchor in re.findall(r"\]\(([a-z]*(?:\.md)?)#([^)]+)\)", path.read_text()):
            text = (DOCS / file).read_text() if file else path.read_text()
            titles = re.findall(r"^#+ (.*)$", text, re.M)
            assert anchor in [
                re.sub(r"[^a-z0-9 -]", "", t.lower()).replace(" ", "-") for t in titles
            ]
