"""What each field of a message may hold: small predicates over decoded JSON. Knows no message."""

from collections.abc import Callable

Check = Callable[[object], bool]

UINT32 = 0xFFFF_FFFF
TEXT_LENGTH = 80
DETAIL_LENGTH = 120
LOWER_HEX = "0123456789abcdef"
UPPER_HEX = "0123456789ABCDEF"
NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"


class ProtocolError(Exception):
    """A message that must be dropped; `detail` is short printable ASCII, whatever was received."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail.encode("ascii", "backslashreplace").decode()[:DETAIL_LENGTH]
        super().__init__(f"{code}: {self.detail}")


def boolean(value: object) -> bool:
    return value is True or value is False


def uint(value: object) -> bool:
    """A whole number in uint32. In Python a bool is an int; on the wire it is not."""
    return type(value) is int and 0 <= value <= UINT32


def spelled(letters: str, shortest: int, longest: int) -> Check:
    """A string of `shortest` to `longest` characters out of `letters`."""

    def check(value: object) -> bool:
        # strip() leaves nothing exactly if every character is one of the letters
        return type(value) is str and shortest <= len(value) <= longest and not value.strip(letters)

    return check


def printable(longest: int) -> Check:
    """Words without control characters or lone surrogates, which no database takes."""

    def check(value: object) -> bool:
        return type(value) is str and len(value) <= longest and value.isprintable()

    return check


def one_of(*words: str) -> Check:
    allowed = frozenset(words)

    def check(value: object) -> bool:
        return type(value) is str and value in allowed

    return check


name = spelled(NAME_LETTERS, 1, 32)
boot = spelled(LOWER_HEX, 16, 16)
nonce = spelled(LOWER_HEX, 24, 24)
badge = spelled(UPPER_HEX, 4, 32)
session = spelled(NAME_LETTERS, 1, 40)
word = spelled(NAME_LETTERS, 1, 40)
pin = spelled("0123456789", 1, 16)
text = printable(TEXT_LENGTH)


h16 = spelled(LOWER_HEX, 16, 16)


def session_or_all(value: object) -> bool:
    return value == "*" or session(value)


def asked(value: object) -> bool:
    """What a grant answers: the nonce of a tap or the n of a state."""
    return uint(value) or nonce(value)


def entry(value: object) -> bool:
    """[badge, from, until, fin] of an offline list; what a later version adds is ignored."""
    return type(value) is list and len(value) >= 4 and h16(value[0]) and all(map(uint, value[1:4]))


def entries(value: object) -> bool:
    return type(value) is list and len(value) <= 128 and all(map(entry, value))


def rows(value: object) -> bool:
    """At most ten rows of a journal, each of which is looked at by itself."""
    return type(value) is list and len(value) <= 10 and all(type(row) is dict for row in value)


def words(value: object) -> bool:
    return type(value) is list and len(value) <= 32 and all(map(word, value))
