"""The demo's eighty people: who they are, what they signed up to and what they may use.

Six can be signed in as; the others fill the place. No person here exists.
"""

import hashlib
import random
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from equipment.models import Certification, CertificationType, Level
from members.models import Badge, DayPass, Member, Membership, Pause, Plan, Role, Space
from members.services import place_hold
from members.services.badges import badge_hash, seal_number

PASSWORD = "book the bench"  # noqa: S105  printed when the demo starts
BADGES = {
    "alice": "04A1B2C3D4E580",
    "bob": "04B2C3D4E5F681",
    "charlie": "04C3D4E5F6A782",
}
STRANGER = "04D4E5F6A7B883"  # nobody's

# first name: the whole name, and what the demo says about them
LOGINS = {
    "alice": "Alice Meyer",  # certified, and booked
    "bob": "Bob Lindqvist",  # his CNC certification has lapsed
    "charlie": "Charlie Okafor",  # joined this week
    "dana": "Dana Osei",  # staff
    "marta": "Marta Nowak",  # may certify
    "priya": "Priya Raman",  # admin
}
MAINTAINER = "Oskar Berg"
HELD = "Viktor Hansen"
CHILD, GUARDIAN = "Mina Berg", "Oskar Berg"
CROWD = """
Oskar Berg, Mina Berg, Viktor Hansen, Ines Ruiz, Tomasz Kowal, Noor Haddad, Ben Lawson,
Hannah Vogel, Karl Brandt, Sam Keller, Jonas Petersen, Lena Fischer, Ravi Menon, Yusuf Aydin,
Greta Holm, Mei Tanaka, Aya Suzuki, Lou Martin, Bea Romano, Tim Jansen, Farid Rahimi, Elif Sahin,
Rob McAllister, Amara Nwosu, Björn Sørensen, Camille Dubois, Diego Fernández, Eszter Nagy,
Fatima El Idrissi, Giulia Conti, Hugo Almeida, Ingrid Dahl, Jamal Carter, Kofi Mensah,
Leila Farahani, Mateo Vargas, Nadia Petrova, Oluwaseun Adeyemi, Paula Schneider, Quentin Moreau,
Rosa Delgado, Selma Haugen, Thandi Dlamini, Uma Krishnan, Valentina Rossi, Wei Zhang,
Ximena Torres, Yara Mansour, Zoltán Kiss, Anouk de Vries, Bartosz Lis, Chiara Greco,
David Cohen, Emre Kaya, Freya Lund, Gabriel Santos, Hiroshi Mori, Isla Campbell, Joao Pereira,
Katja Novak, Liam O'Connor, Magda Zielinska, Nils Eriksson, Olga Ivanova, Pedro Gomes,
Rania Khalil, Stefan Wagner, Tara Singh, Ulla Virtanen, Vera Horvat, William Brown,
Xavier Lefebvre, Yuki Sato, Zara Ahmed
"""
RESTING, OVERDUE, HAS_PASSES = "Ines Ruiz", "Tomasz Kowal", "Noor Haddad"
# One of each way to join: asked for, signed up to by staff, started by oneself, and single days.
PLANS: tuple[dict[str, Any], ...] = (
    {
        "slug": "full",
        "name": "Full",
        "description": "Any machine, any day",
        "joining": Plan.Joining.ASK,
        "months": 1,
        "overdue_days": 14,
        "pause_days": 30,
        "guests_a_month": 3,
        "renews_itself": True,
    },
    {"slug": "weekend", "name": "Weekend", "description": "Saturdays and Sundays"},
    {
        "slug": "student",
        "name": "Student",
        "description": "Full, with a student card",
        "months": 12,
    },
    {
        "slug": "trial",
        "name": "Trial month",
        "description": "Four weeks to look around",
        "joining": Plan.Joining.SELF,
        "kind": Plan.Kind.TRIAL,
        "months": 1,
    },
    {
        "slug": "day",
        "name": "Day",
        "description": "One day of your choice, out of passes from the desk",
        "kind": Plan.Kind.DAY,
    },
)
MONTH = timedelta(days=30)


def welcome(now: datetime) -> None:
    """Everybody, with plans, memberships, badges, roles, certifications and one hold."""
    rng = random.Random("people")  # noqa: S311  believable, not secret
    members = _members(now)
    Badge.objects.bulk_create(_badge(member, rng, now) for member in members.values())
    Membership.objects.bulk_create(_memberships(members, rng, now))
    _rest_and_pass(members, now)
    _give_roles(members)
    Certification.objects.bulk_create(_certifications(members, rng, now))
    place_hold(
        member=members[HELD],
        reason="He left the laser cutter running and went for lunch.",
        remedy="Talk to Dana at the desk.",
        by=members[LOGINS["dana"]],
        now=now - timedelta(days=6),
    )


def names() -> list[str]:
    crowd = [name.strip() for name in CROWD.replace("\n", " ").split(",")]
    return [*LOGINS.values(), *crowd]


def _members(now: datetime) -> dict[str, Member]:
    """By name. Only those one signs in as have a password, and a confirmed address."""
    space = Space.objects.get(slug="northside")
    hashed = make_password(PASSWORD)  # once: hashing is slow on purpose
    emails = {name: f"{first}@example.org" for first, name in LOGINS.items()}
    rows = [
        Member(
            name=name,
            email=emails.get(name) or (None if name == CHILD else _email(name)),
            password=hashed if name in emails else make_password(None),
            space=space,
        )
        for name in names()
    ]
    members = {member.name: member for member in Member.objects.bulk_create(rows)}
    Member.objects.update(joined_at=now - 14 * MONTH)
    Member.objects.filter(name=LOGINS["charlie"]).update(joined_at=now - timedelta(days=3))
    Member.objects.filter(name=CHILD).update(guardian=members[GUARDIAN])
    EmailAddress.objects.bulk_create(
        EmailAddress(user=members[name], email=email, primary=True, verified=True)
        for name, email in emails.items()
    )
    return members


def _email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o")).encode("ascii", "ignore").decode()
    return ".".join(plain.lower().replace("'", "").split()) + "@example.org"


def _badge(member: Member, rng: random.Random, now: datetime) -> Badge:
    """A seven-byte number, as on an NTAG sticker; those of the demo's badges are known."""
    number = BADGES.get(member.name.split()[0].lower())
    if number is None or member.name not in LOGINS.values():
        number = "04" + hashlib.sha256(member.name.encode()).hexdigest()[:12].upper()
    return Badge(
        member=member,
        number_hash=badge_hash(number),
        number_sealed=seal_number(number),
        hint=number[-4:],
        issued_at=now - rng.randint(3, 14) * MONTH,
    )


def _memberships(members: dict[str, Member], rng: random.Random, now: datetime) -> list[Membership]:
    """Most run on, some end within days, some have ended, and two people are on no plan yet."""
    plans = {plan["slug"]: Plan.objects.create(**plan) for plan in PLANS}
    rows = []
    for member in members.values():
        slug = rng.choices(("full", "weekend", "student"), (6, 2, 2))[0]
        starts = now - rng.randint(2, 14) * MONTH
        until = rng.choices(
            (None, now + 8 * MONTH, now + timedelta(days=9), now - timedelta(days=20)),
            (50, 25, 8, 8),
        )[0]
        if member.name in LOGINS.values():
            slug, until = "full", now + 8 * MONTH
        if member.name == LOGINS["charlie"]:
            slug, starts, until = "trial", now - timedelta(days=3), now + timedelta(days=25)
        due = None
        if member.name == RESTING:
            slug, until = "full", None
        if member.name == OVERDUE:
            slug, due = "full", now - timedelta(days=3)
            until = due + timedelta(days=plans[slug].overdue_days)
        given = {"plan": plans[slug], "starts": starts, "due": due, "until": until}
        rows.append(Membership(member=member, **given))
    return rows[:-2]


def _rest_and_pass(members: dict[str, Member], now: datetime) -> None:
    """One membership rests for two weeks, and somebody has passes for two days."""
    dana, day = members[LOGINS["dana"]], timedelta(days=1)
    Pause.objects.create(
        member=members[RESTING],
        membership=members[RESTING].memberships.get(),
        starts=now - 5 * day,
        until=now + 9 * day,
        why="Away for work",
        asked_by=members[RESTING],
        asked_at=now - 8 * day,
    )
    passes = Plan.objects.get(kind=Plan.Kind.DAY)
    DayPass.objects.bulk_create(
        DayPass(member=members[HAS_PASSES], plan=passes, given_by=dana, given_at=now - 2 * day)
        for _number in range(2)
    )


def _give_roles(members: dict[str, Member]) -> None:
    northside = Space.objects.get(slug="northside")
    kinds = Role.Kind
    Role.objects.bulk_create(
        [
            Role(member=members[LOGINS["priya"]], kind=kinds.ADMIN),
            Role(member=members[LOGINS["dana"]], kind=kinds.STAFF),
            Role(member=members[MAINTAINER], kind=kinds.MAINTAINER, space=northside),
        ]
    )


def _certifications(
    members: dict[str, Member], rng: random.Random, now: datetime
) -> list[Certification]:
    """What Alice, Bob and the others of the story hold is fixed; the crowd's falls as it may."""
    types = {type.slug: type for type in CertificationType.objects.all()}
    marta = members[LOGINS["marta"]]
    rows = [
        Certification(
            member=members[LOGINS[first]],
            type=types[slug],
            level=level,
            given_by=None if first == "marta" else marta,
            given_at=now - 11 * MONTH,
            until=now + timedelta(days=days) if days is not None else None,
        )
        for first, slug, level, days in STORY
    ]
    for name in names()[len(LOGINS) :]:
        for certification_type in types.values():
            if rng.random() < 0.45:
                rows.append(_one_of_the_crowd(members[name], certification_type, marta, rng, now))
    return rows


# Who holds what, at which level, for how many days from now on; None: does not end.
STORY: tuple[tuple[str, str, Level, int | None], ...] = (
    ("alice", "laser", Level.FULL, 96),
    ("alice", "cnc", Level.FULL, 210),
    ("alice", "wood", Level.FULL, 400),
    ("alice", "metal", Level.FULL, -10),
    ("bob", "cnc", Level.FULL, -10),
    ("bob", "laser", Level.PROVISIONAL, 20),
    ("bob", "wood", Level.FULL, 120),
    ("dana", "laser", Level.FULL, 20),
    ("dana", "wood", Level.FULL, 300),
    ("priya", "laser", Level.MAY_CERTIFY, None),
    ("priya", "cnc", Level.FULL, 250),
    *(("marta", slug, Level.MAY_CERTIFY, None) for slug in ("laser", "cnc", "wood", "metal")),
)


def _one_of_the_crowd(
    member: Member, type: CertificationType, by: Member, rng: random.Random, now: datetime
) -> Certification:
    """Most are good on their own for months; some are beginners, some have lapsed."""
    given_at = now - rng.randint(2, 11) * MONTH
    lapsed = rng.random() < 0.1
    ends: datetime | None = now - timedelta(days=rng.randint(3, 40))
    if not lapsed:
        ends = given_at + timedelta(days=type.valid_days) if type.valid_days else None
    return Certification(
        member=member,
        type=type,
        level=rng.choices((Level.PROVISIONAL, Level.FULL, Level.MAY_CERTIFY), (15, 80, 5))[0],
        given_by=by,
        given_at=given_at,
        until=ends,
    )
