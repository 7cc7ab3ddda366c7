"""What is asked before somebody is entered twice, or under an address that reaches nobody."""

import pytest

from members.doubts import is_slip, meant, name_key
from members.twins import twins_of
from tests.people import a_member, a_world


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("ana@gmial.com", "ana@gmail.com"),
        ("ana@gmail.co", "ana@gmail.com"),
        ("ana@gmaill.com", "ana@gmail.com"),
        ("Ana@Hotmial.com ", "ana@hotmail.com"),
        ("ana@t-onlin.de", "ana@t-online.de"),
        ("ana@gmail.com", ""),
        ("ana@example.org", ""),
        ("ana@gnx.de", "ana@gmx.de"),
        ("ana@ab.de", ""),
        ("ana", ""),
    ],
)
def test_a_slip_of_the_finger_is_asked_about(typed: str, known: str) -> None:
    assert meant(typed) == known


def test_two_letters_apart_is_another_name() -> None:
    assert not is_slip("gmale.com", "gmail.com")
    assert not is_slip("gmail.com", "gmail.com")


def test_names_are_the_same_in_any_order_and_spelling() -> None:
    assert name_key("Müller, Ana") == name_key("ana MULLER")
    assert name_key("Ana Groß") == name_key("Gross Ana")
    assert name_key("Ana Müller") != name_key("Ana Miller")
    assert name_key(" - ") == ()


@pytest.mark.django_db
def test_twins_are_found_by_name_and_by_address() -> None:
    world = a_world()
    ana = a_member("Ana Müller", plan=None, email="ana.mueller@example.org")
    assert twins_of("Muller Ana", "") == [ana]
    assert twins_of("Somebody Else", "ana.mueller@work.example") == [ana]
    assert twins_of("Somebody Else", "new@example.org") == []
    assert twins_of("Alice Meyer", "") == [world.alice]
