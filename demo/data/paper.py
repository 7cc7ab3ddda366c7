"""The demo's waiver and house rules: published last week, and signed by everybody but Charlie."""

from datetime import datetime, timedelta

from demo.data.people import LOGINS
from members.models import Document, DocumentVersion, Member, Signature
from members.services.documents import ask_everybody, publish_version

WAIVER = """\
# What you agree to
I use the machines at my own risk, and only those I was shown.

- I wear what the card beside the machine asks for.
- I stop when somebody tells me to stop.
- I tell staff of every accident and every near miss."""
HOUSE_RULES = """\
# How we live together
- Leave the bench cleaner than you found it.
- What is broken gets a fault report, not a note.
- Guests sign in, and you answer for them.
- Nobody works alone at the saws."""
DOCUMENTS = (("Waiver", WAIVER), ("House rules", HOUSE_RULES))
PUBLISHED, REQUIRED = timedelta(days=-7), timedelta(days=14)  # from now


def publish(now: datetime) -> None:
    """Charlie, who came since, has two weeks left to sign: until then nothing is refused for it."""
    people = Member.objects.select_related("guardian").exclude(name=LOGINS["charlie"])
    for name, text in DOCUMENTS:
        version = publish_version(
            document=Document(name=name),
            text=text,
            required_from=now + REQUIRED,
            by=Member.objects.get(name=LOGINS["priya"]),
            now=now + PUBLISHED,
        )
        Signature.objects.bulk_create(_signature(member, version, now) for member in people)
    ask_everybody(now=now)


def _signature(member: Member, version: DocumentVersion, now: datetime) -> Signature:
    """By the guardian, of a minor."""
    by = member.guardian or member
    return Signature(
        member=member, version=version, by=by, name=by.name, signed_at=now - timedelta(days=5)
    )
