"""People's names: as others see them, and as they may be typed. PURE."""

import unicodedata

# Cc: control characters, line ends among them. Cf: what nobody sees, such as the marks that turn
# the direction of writing; of those, joiners belong to the spelling of some languages.
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def shorten(name: str) -> str:
    """What others see of a person: the first name and an initial, as in “Jonas P.”."""
    first, *rest = name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def tidy(typed: str) -> str:
    """On one line, single spaced, and without what nobody can see."""
    seen = (
        character
        if character in JOINERS or unicodedata.category(character) not in UNSEEN
        else " " * character.isspace()
        for character in typed
    )
    return " ".join("".join(seen).split())


def holds_address(name: str) -> bool:
    """Whether mail programs would make a link of it: a name goes out to people who know us not."""
    return "://" in name or "www." in name.lower()
