"""Addresses that look mistyped, and names that may be one person. PURE: questions, no refusals."""

import unicodedata

# Where most people have their mail; whoever writes nearly one of these most likely meant it.
COMMON = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com", "yahoo.com",
    "live.com", "proton.me", "protonmail.com", "aol.com", "gmx.de", "gmx.net", "web.de",
    "t-online.de", "freenet.de", "posteo.de", "mailbox.org",
)  # fmt: skip


def meant(email: str) -> str:
    """The address that was probably meant, as gmail.com for gmial.com; "" where nothing is odd."""
    local, _at, domain = email.strip().lower().rpartition("@")
    if not local or domain in COMMON:
        return ""
    near = next((known for known in COMMON if is_slip(domain, known)), "")
    return f"{local}@{near}" if near else ""


def is_slip(typed: str, known: str) -> bool:
    """One letter too many, too few or wrong, or two neighbours swapped; of short names none."""
    if typed == known or abs(len(typed) - len(known)) > 1 or len(known) < 6:
        return False
    if len(typed) == len(known):
        differ = [at for at, letter in enumerate(typed) if letter != known[at]]
        return len(differ) == 1 or _are_swapped(typed, known, differ)
    shorter, longer = sorted((typed, known), key=len)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _are_swapped(typed: str, known: str, differ: list[int]) -> bool:
    if len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    first, second = differ
    return typed[first] == known[second] and typed[second] == known[first]


def name_key(name: str) -> tuple[str, ...]:
    """The same for “Müller, Ana” and “Ana Muller”: words in any order, without marks and case."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    letters = "".join(
        letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter)
    )
    return tuple(sorted(letters.split()))
