"""The tags by which templates draw icons and states."""

import pytest
from django.template import Context, Template
from django.utils import translation

KEY = '<svg class="icon" aria-hidden="true"><use href="#i-key"/></svg>'


def shown(written: str, **context: object) -> str:
    return Template(written).render(Context(context))


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ('{% icon "key" %}', KEY),
        ("{% icon 'key' %}", KEY),
        ("{% icon chip.icon %}", KEY),
        ("{% icon unknown %}", ""),
    ],
)
def test_an_icon_is_a_symbol_by_name(written: str, drawn: str) -> None:
    assert shown(written, chip={"icon": "key"}) == drawn


def test_a_state_is_colour_icon_and_word() -> None:
    assert shown("{% state 'mine' %}") == f'<span class="state you">{KEY}<span>Yours</span></span>'
    assert "<span>Laser</span>" in shown("{% state 'RUNNING' word %}", word="Laser")
    assert shown("{% state 'x' %}") == shown("{% state unknown %}") == shown("{% state 'locked' %}")
    with translation.override("de"):
        assert "<span>Frei</span>" in shown("{% state 'free' %}")


@pytest.mark.parametrize("written", ["{% icon evil %}", "{% state 'free' evil %}"])
def test_no_name_breaks_out(written: str) -> None:
    assert "<b>" not in shown(written, evil='"><b>')
