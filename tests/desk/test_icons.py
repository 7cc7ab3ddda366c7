"""The tag by which templates draw icons."""

import pytest
from django.template import Context, Template

KEY = '<svg class="icon" aria-hidden="true"><use href="#i-key"/></svg>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('{% icon "key" %}', KEY),
        ("{% icon 'key' %}", KEY),
        ("{% icon chip.icon %}", KEY),
        ("{% icon unknown %}", ""),
    ],
)
def test_an_icon_is_a_symbol_by_name(written: str, shown: str) -> None:
    assert Template(written).render(Context({"chip": {"icon": "key"}})) == shown


def test_no_name_breaks_out() -> None:
    assert '"><b>' not in Template("{% icon name %}").render(Context({"name": '"><b>'}))
