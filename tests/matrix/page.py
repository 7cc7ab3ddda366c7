"""docs/access.md: the decisions, and the table in Markdown. Asks nothing of the site."""

from collections.abc import Iterator, Sequence

from tests.matrix.answers import account_addresses, demo_addresses, own_addresses
from tests.matrix.table import NO, ROLES, ROWS, Row, Rule

ROOMS = {
    "notices": "Messages",
    "members": "Oneself",
    "equipment": "Machines and certifications",
    "bookings": "Bookings",
    "training": "Inductions",
    "access": "Devices and new badges",
    "calendars": "Calendars",
    "desk": "Composed pages and the desk",
}
HEAD = """\
# Who may do what

Every address of the site, asked by everybody: `tests/test_access_matrix.py` makes each of these
requests and fails where the answer differs, where an address has no row, and where this page is
not what `python -m tests.matrix > docs/access.md` writes.

## The rules behind the table

1. **A thing of a space is its staff's.** Machines, lockouts, faults, closures, hours, bookings,
   series, requests, proposals, wishes, disruptions, devices, new badges, public and outside
   calendars: whoever has a role in that space, or in all, may act on them. For everybody else,
   staff of another space included, they are not there: 404, as for an address that is made up.
   Lists show what is of one's own spaces.
2. **People are the organisation's.** Members roam, and a lost badge or a ban cannot wait for the
   desk of one's home. So staff of any space find a person, see all about them, certify, hold, give
   and revoke badges, sign up to plans, and send again what mail did not get through.
3. **What all spaces share is for those who work in all.** The policy of a kind of machine and the
   limits over all kinds hold everywhere. Only staff and admins whose role names no space change
   them; an admin of one space does not.
4. **What is one's own is nobody else's.** Messages, wishes about mail, badges one reports lost,
   calendar addresses and invitations: 404 even for an admin. Nobody accepts a proposal for somebody
   else. A member's bookings are theirs and their space's staff's.
5. **403 is for pages, 404 for things.** A page for a role says 403 and whom to ask. A thing that
   is not the asker's says 404. Where a page of the desk is about a thing, whoever works at no desk
   gets the 403, and who works at another one the 404. Strangers are sent to sign in and come back.
6. **Reading changes nothing.** No GET writes, except that a feed notes when it was last fetched
   and a session that it is there. What is refused has written nothing either. Every change is a
   POST with a token against forgery; the way out of a mail alone goes without (RFC 8058).
7. **An address can be the key.** A feed and the way out of a mail are read by whoever has the
   address, which nobody can guess and its owner can revoke.

A certifier is a member whose certification says that they may certify others. They give and revoke
that type, and no other, and plan inductions in any space; one is run by whoever gives it and by the
staff of its space. On these pages an admin may do what staff may.

## How to read it

Everything asked for is a thing of one space and belongs to one member, who is "member, own".
**yes**: the page, a form with what is wrong in it, or on to the result; what the rules of booking
say to it is another matter (docs/booking-rules.md). A method that is not listed gets 405. "Staff of
another space" is admin there, too, and so sees the pages on which admins give roles; for a space
that is not theirs these say no.
"""


def page() -> str:
    return "\n".join([HEAD, *_tables(), *_others()])


def _tables() -> Iterator[str]:
    routes = own_addresses()
    for room, title in ROOMS.items():
        rows = [row for row in ROWS if row.name.startswith(f"{room}:")]
        if rows:
            yield f"## {title}\n"
            yield from _table(routes, rows)
            yield ""


def _table(routes: dict[str, str], rows: Sequence[Row]) -> Iterator[str]:
    yield _line("Address", "About", "Method", *ROLES.values())
    yield _line(*["---"] * (3 + len(ROLES)))
    for row in rows:
        query = f"?{row.query.format(alice='…')}" if row.query else ""
        for methods, answers in _by_answers(row):
            yield _line(f"`{routes[row.name]}{query}`", row.of, methods, *answers.values())


def _by_answers(row: Row) -> Iterator[tuple[str, Rule]]:
    """Both methods in one line where they are answered alike."""
    given = [(method, rule) for method, rule in row.rules().items() if rule is not NO]
    if len(given) == 2 and given[0][1] == given[1][1]:
        given = [("GET, POST", given[0][1])]
    yield from given


def _others() -> Iterator[str]:
    yield "## What has no row\n"
    yield "Signing in, passwords, second factors and sessions are django-allauth's, and act on"
    yield "nobody but who asks. The test sees that none of them fails:\n"
    yield from _listed(account_addresses())
    yield "\nThe demo asks for no password, and is there only where DEMO is set. Elsewhere the test"
    yield "gets 404 from each:\n"
    yield from _listed(demo_addresses())
    yield "\nStatic files are served before any address is looked up, to everybody."


def _listed(routes: dict[str, str]) -> Iterator[str]:
    yield from (f"- `{path}`" for path in sorted(routes.values()))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
