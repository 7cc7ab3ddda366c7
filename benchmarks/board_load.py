"""Fills one database and asks it for boards; in a process of its own.

python -m benchmarks.board_load reads its plan as JSON and prints its figures as JSON.
"""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from benchmarks import world
from benchmarks.pages import measured

WEEK_MS, MACHINE_MS = 40.0, 5.0
A_WEEK = 21  # bookings of one machine in the week shown, three a day
PAGES = (
    ("week of 200 machines", "/board/?space=large&view=week", WEEK_MS),
    ("one machine's week", "/machines/large-7/week/", MACHINE_MS),
    ("day of 200 machines", "/board/?space=large&view=day", None),
)

# Everything but where, who and when is as in one row that is there already.
COPIES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %(each)s)
INSERT INTO bookings_booking ({columns})
SELECT {values}
FROM n CROSS JOIN equipment_machine m JOIN members_space s ON s.id = m.space_id
JOIN bookings_booking b ON b.id = %(like)s
WHERE s.slug = 'large'"""
AT = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', %(base)s, '+' || ({}) || ' seconds')",
    "postgresql": "CAST(%(base)s AS timestamptz) + ({}) * interval '1 second'",
}
NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


def main() -> None:
    plan = json.load(sys.stdin)
    import django

    django.setup()
    from bookings.models import Booking

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    world.place_and_people(now)
    ahead(now)
    (cookie,) = world.sign_in(1)
    figures = []
    for size in plan["sizes"]:
        past(now, (size - Booking.objects.count()) // world.MACHINES)
        said = f"{plan['database']}, {Booking.objects.count():,}"
        for what, path, limit in PAGES:
            figures += measured(f"{said}: {what}", path, cookie, limit)
    print(json.dumps([asdict(figure) for figure in figures]))


def ahead(now: datetime) -> None:
    """Three bookings a day on each machine, of two hours, not on all at the same time."""
    starts = "(n.i / 3) * 86400 + (n.i %% 3) * 21600 + (m.id %% 4) * 3600"
    fill(A_WEEK, now, starts, 7200, state="confirmed", holds=True)


def past(now: datetime, each: int) -> None:
    """So many more of each machine, further back than those before."""
    from bookings.models import Booking

    first = Booking.objects.order_by("starts").values_list("starts", flat=True).first() or now
    base = min(first, now) - each * timedelta(hours=2)
    fill(each, base, "n.i * 7200", 3600, state="done", holds=False)


def fill(each: int, base: datetime, starts: str, seconds: int, **like: object) -> None:
    """`each` bookings on each machine; `starts` is SQL for seconds after `base`."""
    from django.db import connection, transaction

    from bookings.models import Booking
    from members.models import Member

    first = Member.objects.order_by("pk").values_list("pk", flat=True)[0]
    at, ends = AT[connection.vendor], f"{starts} + {seconds}"
    own = {
        "public_id": NEW_ID[connection.vendor],
        "machine_id": "m.id",
        "member_id": f"{first} + (m.id * 977 + n.i) %% {world.MEMBERS}",
        "starts": at.format(starts),
        "ends": at.format(ends),
        "blocked_until": at.format(ends),
    }
    fields = [field for field in Booking._meta.concrete_fields if not field.primary_key]
    columns = [str(field.column) for field in fields]
    sql = COPIES.format(
        columns=", ".join(f'"{column}"' for column in columns),
        values=", ".join(own.get(column, f'b."{column}"') for column in columns),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        model = world.one_booking(base - timedelta(days=36_500), **like)
        adapted = connection.ops.adapt_datetimefield_value(base)
        cursor.execute(sql, {"each": each, "like": model.pk, "base": adapted})
        model.delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
