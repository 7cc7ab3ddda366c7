"""docs/messages.md lists the kinds as the code has them."""

from django.conf import settings

from notices.kinds import KINDS
from notices.manners import manner_of, topic_of

WAYS = {"now": "mail at once", "daily": "daily digest", "weekly": "weekly", "none": "site only"}


def row(kind):
    """The line of a kind in the table."""
    manner = manner_of(kind)
    way = "always mail" if manner.fixed else WAYS[manner.usual]
    like = f"as `{topic_of(kind)}`" if topic_of(kind) != kind else ""
    digest = "yes" if "daily" in manner.choices else "–"
    return f"| `{kind}` | {like or way} | {digest} | {'yes' if manner.urgent else '–'} |"


def test_every_kind_is_documented_as_it_is():
    written = (settings.BASE_DIR / "docs" / "messages.md").read_text().splitlines()
    assert [row(kind) for kind in KINDS if row(kind) not in written] == []
