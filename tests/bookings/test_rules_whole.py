"""No rule without a case in a table, a sentence in the policy, words, and a line in the docs."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bookings import rules
from bookings.policy import GENERAL, PARTICULAR
from bookings.rules import (
    CLASS,
    CODES,
    EXTEND,
    GAP,
    LENGTHEN,
    MEMBER,
    MOVE,
    OVERRIDABLE,
    SLOT,
    WALK_UP,
)
from equipment import eligibility
from equipment.words import REGISTRY
from tests.bookings import test_rules, test_rules_presence, test_rules_quotas

EVERY = {*MEMBER, *CLASS, *SLOT, *MOVE, *LENGTHEN, *EXTEND, *WALK_UP, *GAP}
DOC = Path(settings.BASE_DIR) / "docs" / "booking-rules.md"
PEERS = ("NEMO", "fab-manager", "LibreBooking", "Skedda")


def codes_with_a_case() -> set[str]:
    """Every code that stands in a table of cases, or in a test of what is no new booking."""
    tables = (test_rules.REFUSED, test_rules_quotas.REFUSED, test_rules_presence.REFUSED)
    told = {code for table in tables for case in table for code in case[3]}
    marked = [
        mark.args[1]
        for test in (
            test_rules.test_walking_up_needs_a_free_machine,
            test_rules_presence.test_what_starts_soon_is_not_moved,
        )
        for mark in test.pytestmark
    ]
    return told | {code for cases in marked for case in cases for code in case[-1]}


def test_every_rule_names_its_codes() -> None:
    assert CODES.keys() == EVERY


@pytest.mark.parametrize("rule", sorted(EVERY, key=lambda rule: rule.__name__))
def test_a_rule_makes_no_code_that_is_not_listed(rule: rules.SlotRule) -> None:
    """As far as its codes stand in its source."""
    made = set(re.findall(r'Reason\(\s*"([a-z-]+)"', inspect.getsource(rule)))
    assert made <= set(CODES[rule])


def test_every_code_has_a_case() -> None:
    assert {code for codes in CODES.values() for code in codes} <= codes_with_a_case()


def test_every_code_has_words_and_a_remedy() -> None:
    for code in (code for codes in CODES.values() for code in codes):
        assert str(REGISTRY[code].text).strip(), code
        assert str(REGISTRY[code].remedy).strip(), code


def test_every_rule_has_its_sentence() -> None:
    told = {rule for about, _sentence in (*PARTICULAR, *GENERAL) for rule in about}
    assert told == EVERY


def test_staff_set_aside_policy_and_nothing_else() -> None:
    judged = set(re.findall(r'Reason\("([a-z-]+)"', inspect.getsource(eligibility)))
    assert judged
    assert not OVERRIDABLE & judged
    firm = {"sign-in", "ends-before-start", "in-the-past", "taken", "taken-for-long", "taken-now"}
    assert not OVERRIDABLE & firm
    assert {"too-long", "minutes-a-week", "too-late-to-move", "outside-hours"} <= OVERRIDABLE


# --- the document --------------------------------------------------------------------------------


def documented() -> Iterator[list[str]]:
    """The rows of the tables of rules: what it asks, its setting, its codes, and the peers."""
    for line in DOC.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and "`" in cells[2]:
            yield cells


def test_the_document_has_every_code_and_no_other() -> None:
    codes = {code for row in documented() for code in re.findall(r"`([a-z-]+)`", row[2])}
    known = {code for codes in CODES.values() for code in codes}
    assert known <= codes
    assert codes <= REGISTRY.keys()


def test_what_stands_for_a_rule_of_a_peer_exists() -> None:
    lists = DOC.read_text().partition("\n## NEMO\n")[2]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", lists))
    assert len(named) > 25
    assert named <= REGISTRY.keys()


def test_the_document_names_the_settings_as_they_are() -> None:
    from bookings.models import PlanLimit, PolicyWindow, Question
    from equipment.models import MachineClosure, Shared, ToolClass

    models = {
        model.__name__: model
        for model in (MachineClosure, PlanLimit, PolicyWindow, Question, Shared, ToolClass)
    }
    named = [
        tuple(setting.split("."))
        for row in documented()
        for setting in re.findall(r"`([A-Z]\w+\.\w+)`", row[1])
    ]
    assert len(named) > 20
    for model, field in named:
        if model in models:
            models[model]._meta.get_field(field)


def test_the_document_is_a_superset_of_the_peers() -> None:
    """Every rule a peer is known for stands in its list, and maps to codes or a mechanism."""
    text = DOC.read_text()
    for peer, least in zip(PEERS, (26, 7, 14, 4), strict=True):
        section = text.partition(f"\n## {peer}\n")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        assert len(rows) >= least, peer
        assert all(row.strip("| ").rpartition("|")[2].strip() for row in rows), peer
