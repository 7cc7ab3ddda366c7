"""A tool class's policy: told in sentences, replayed over last month, and set in one piece."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bookings.errors import Refused
from bookings.models import Booking, PlanLimit, PolicyWindow, Question
from bookings.policy import Whole, sentences, whole, whole_sentences
from bookings.replay import replay
from bookings.services.policy import COLUMNS, fingerprint, set_policy
from equipment.models import Shared, ToolClass
from members.models import AccessEpoch, Change, Plan, Role
from tests.bookings.people import HOUR
from tests.people import NOW, World

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def booked(world: World, starts: datetime, *, hours: float = 1, **fields: Any) -> Booking:
    """A booking as it came to be, made two days before it began."""
    ends = starts + hours * HOUR
    given = {
        "member": world.alice,
        "machine": world.router,
        "starts": starts,
        "ends": ends,
        "blocked_until": ends,
        "state": "done",
        "holds": False,
        "created_at": starts - 2 * DAY,
        "updated_at": starts,
    }
    return Booking.objects.create(**given | fields)


def edited(world: World, **columns: object) -> Whole:
    """The policy with other columns, as a form would have it; nothing is saved."""
    kind = ToolClass.objects.get(pk=world.tool_class.pk)
    for name, value in columns.items():
        setattr(kind, name, value)
    today = whole(kind)
    return Whole(kind, today.limits, today.windows, today.questions)


def refused(world: World, policy: Whole) -> list[tuple[str, str]]:
    """Who would have been, and why first."""
    found = replay(policy, whole(world.tool_class), NOW)
    return [(one.booking.member.name.split()[0], one.reasons[0].code) for one in found.refusals]


# --- sentences -----------------------------------------------------------------------------------


def test_each_column_and_row_has_its_words(world: World) -> None:
    kind = world.tool_class
    for name, value in {
        "start_times": (time(10), time(14)),
        "notice_minutes": 90,
        "move_notice_minutes": 60,
        "cancel_notice_minutes": 1440,
        "gap_minutes": 30,
        "buffer_minutes": 15,
        "staffed_only": True,
        "overnight": False,
        "most_per_day": 1,
        "last_minute_minutes": 30,
        "approval_above_minutes": 180,
        "approval_first": True,
    }.items():
        setattr(kind, name, value)
    kind.save()
    Question.objects.create(tool_class=kind, text="Which material?")
    PolicyWindow.objects.create(
        tool_class=kind, kind="peak", weekday=4, opens=time(17), closes=time(22)
    )
    told = " ".join(sentences(kind))
    for words in (
        "at least 1 h 30 before you start",
        "10:00, 14:00 only",
        "Move it at least 1 h",
        "Later than 24 h",
        "lie at least 30 min",
        "15 min are kept free",
        "while staff are there",
        "No booking goes past midnight",
        "1 booking of yours starts on one day",
        "within 30 min counts in no quota",
        "longer than 3 h",
        "your first booking",
        "Which material?",
        "Friday 17:00–22:00: an hour counts as 2 h in limits of time.",
    ):
        assert words in told


def test_the_whole_policy_tells_what_is_not_asked_of_a_booking_too(world: World) -> None:
    kind = ToolClass.objects.create(
        name="Lasers",
        slug="lasers",
        early_start_minutes=10,
        overrun_minutes=20,
        finish_seconds=300,
        offer_minutes=45,
    )
    told = " ".join(whole_sentences(whole(kind)))
    for words in ("up to 10 min before", "up to 20 min after", "may finish", "they asked"):
        assert words in told
    kind.fair_share = True
    assert "up to 45 min each; first to who used" in " ".join(whole_sentences(whole(kind)))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"measure": "minutes", "period": "week", "amount": 240},
         "For everybody: at most 4 h a week."),
        ({"measure": "bookings", "period": "ahead", "amount": 1},
         "For everybody: at most 1 booking ahead of you."),
        ({"measure": "bookings", "period": "ahead", "amount": 0}, "For everybody: no bookings."),
        ({"measure": "longest", "amount": 90}, "For everybody: 1 h 30 at a time at most."),
        ({"measure": "horizon", "amount": 0}, "For everybody: today only."),
        ({"measure": "at-once", "amount": 1}, "For everybody: at most 1 machine at the same time."),
        (
            {"measure": "minutes", "period": "day", "amount": 60, "counts_past": False,
             "opens": time(18), "closes": time(22)},
            "For everybody: at most 1 h a day, between 18:00 and 22:00, without what is over.",
        ),
        (
            {"measure": "minutes", "period": "year", "amount": 60, "tool_class": None},
            "For everybody: at most 1 h a year, on all machines together.",
        ),
    ],
)  # fmt: skip
def test_a_limit_is_a_sentence(world: World, limit: dict[str, Any], words: str) -> None:
    PlanLimit.objects.create(**{"tool_class": world.tool_class} | limit)
    assert words in sentences(world.tool_class)


def test_the_readers_own_plans_come_first(world: World) -> None:
    student = Plan.objects.create(name="Student", slug="student")
    for plan in (student, None, world.plan):
        PlanLimit.objects.create(
            tool_class=world.tool_class, plan=plan, measure="longest", amount=60
        )
    told = [
        one for one in sentences(world.tool_class, world.alice, NOW) if "at a time at most" in one
    ]
    assert [one.partition(":")[0] for one in told] == [
        "On the plan Full",
        "For everybody",
        "On the plan Student",
    ]


# --- whom it would have refused ------------------------------------------------------------------


def test_a_shorter_longest_would_have_refused_the_long_ones(world: World) -> None:
    booked(world, NOW - 3 * DAY)
    booked(world, NOW - 5 * DAY, hours=3, member=world.bob)
    policy = edited(world, longest_minutes=120)
    assert refused(world, policy) == [("Bob", "too-long")]
    found = replay(policy, whole(world.tool_class), NOW)
    assert found.asked == 2
    assert found.people == ["Bob Lindqvist"]
    assert found.shut_out == ["Bob Lindqvist"]


def test_whoever_could_still_have_booked_is_not_shut_out(world: World) -> None:
    booked(world, NOW - 3 * DAY)
    booked(world, NOW - 5 * DAY, hours=3)
    assert replay(edited(world, longest_minutes=120), whole(world.tool_class), NOW).shut_out == []


def test_notice_is_asked_as_of_when_it_was_made(world: World) -> None:
    booked(world, NOW - 3 * DAY, created_at=NOW - 3 * DAY - HOUR)
    booked(world, NOW - 6 * DAY, created_at=NOW - 9 * DAY)
    assert refused(world, edited(world, notice_minutes=90)) == [("Alice", "too-little-notice")]


def test_quotas_know_what_stood_then_and_nothing_later(world: World) -> None:
    """Of three bookings of one week the first two were within a quota of two."""
    monday = NOW - 8 * DAY
    for day in (0, 1, 2):
        booked(world, monday + day * DAY, created_at=monday - (4 - day) * HOUR)
    policy = edited(world)
    limit = PlanLimit(tool_class=world.tool_class, measure="bookings", period="week", amount=2)
    policy = Whole(policy.kind, [limit])
    found = replay(policy, whole(world.tool_class), NOW)
    assert [one.booking.starts for one in found.refusals] == [monday + 2 * DAY]


def test_what_was_cancelled_in_time_by_then_did_not_count(world: World) -> None:
    monday = NOW - 8 * DAY
    made = monday - 5 * HOUR
    booked(world, monday, created_at=made, state="cancelled", ended_at=made + HOUR)
    booked(world, monday + DAY, created_at=made + 2 * HOUR)
    limit = PlanLimit(tool_class=world.tool_class, measure="bookings", period="week", amount=1)
    assert refused(world, Whole(edited(world).kind, [limit])) == []


def test_what_todays_policy_refuses_is_not_held_against_the_new_one(world: World) -> None:
    booked(world, NOW - 3 * DAY, hours=9)
    assert refused(world, edited(world, longest_minutes=120)) == []


def test_older_bookings_and_other_kinds_are_left_alone(world: World) -> None:
    booked(world, NOW - 40 * DAY, hours=3)
    assert replay(edited(world, longest_minutes=60), whole(world.tool_class), NOW).asked == 0


def test_asking_again_costs_a_fixed_number_of_statements(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 20):
        booked(world, NOW - day * DAY, hours=3, member=(world.alice, world.bob)[day % 2])
    policy, today = edited(world, longest_minutes=60), whole(world.tool_class)
    with django_assert_num_queries(4):
        assert len(replay(policy, today, NOW).refusals) == 19


# --- setting it ----------------------------------------------------------------------------------


def test_a_policy_is_set_in_one_piece_and_leaves_one_change(world: World) -> None:
    today = whole(world.tool_class)
    epoch = AccessEpoch.objects.get_or_create(pk=1)[0].number
    kind, midnight = world.tool_class, time(0)
    policy = Whole(
        edited(world, longest_minutes=120, start_times=(time(10),)).kind,
        [PlanLimit(tool_class=kind, measure="longest", amount=60)],
        [PolicyWindow(tool_class=kind, kind="free", weekday=6, opens=midnight, closes=midnight)],
        [Question(tool_class=kind, text="Material?")],
    )
    set_policy(policy=policy, seen=fingerprint(today), by=world.dana, now=NOW)
    saved = whole(ToolClass.objects.get(pk=world.tool_class.pk))
    assert fingerprint(saved) == fingerprint(policy)
    change = Change.objects.get(verb="set_policy")
    assert change.before == {
        "longest_minutes": 240, "start_times": "", "limits": [], "windows": [], "questions": [],
    }  # fmt: skip
    assert change.after["longest_minutes"] == 120
    assert AccessEpoch.objects.get(pk=1).number > epoch


def test_the_same_policy_again_writes_nothing(world: World) -> None:
    today = whole(world.tool_class)
    set_policy(policy=edited(world), seen=fingerprint(today), by=world.dana, now=NOW)
    assert not Change.objects.filter(verb="set_policy").exists()


def test_a_policy_that_somebody_else_changed_is_not_overwritten(world: World) -> None:
    seen = fingerprint(whole(world.tool_class))
    ToolClass.objects.update(longest_minutes=60)
    with pytest.raises(Refused, match="policy-changed"):
        set_policy(policy=edited(world), seen=seen, by=world.dana, now=NOW)


def test_a_question_that_changes_is_retired_and_asked_anew(world: World) -> None:
    old = Question.objects.create(tool_class=world.tool_class, text="Material?")
    kept = Question.objects.create(tool_class=world.tool_class, text="Project?")
    today = whole(world.tool_class)
    rows = [
        Question(pk=old.pk, text="Which wood?"),
        Question(pk=kept.pk, text="Project?", required=False),
    ]
    policy = Whole(edited(world).kind, questions=rows)
    set_policy(policy=policy, seen=fingerprint(today), by=world.dana, now=NOW)
    old.refresh_from_db()
    kept.refresh_from_db()
    assert old.retired_at == NOW
    assert kept.retired_at is None
    assert kept.required is False
    assert Question.objects.get(text="Which wood?").retired_at is None


def test_every_column_of_a_policy_is_on_the_form() -> None:
    from bookings.forms.policy import LABELS, PolicyForm

    assert set(PolicyForm.base_fields) == set(COLUMNS) == set(LABELS)
    not_policy = {"id", "name", "slug", "summary", "order", "risk", "requires", "required_level"}
    columns = {field.name for field in ToolClass._meta.get_fields() if field.concrete}
    assert columns - not_policy == set(COLUMNS)


# --- pages ---------------------------------------------------------------------------------------


def show_url(world: World) -> str:
    return reverse("bookings:policy_show", args=[world.tool_class.slug])


def edit_url(world: World) -> str:
    return reverse("bookings:policy_edit", args=[world.tool_class.slug])


def typed(client: Client, world: World, **changes: str) -> dict[str, str]:
    """What a browser would send of the form as it stands, with some fields typed over."""
    forms = client.get(edit_url(world)).context["forms"]
    given = {"seen": fingerprint(whole(world.tool_class))}
    for part in (forms.columns, *rows_of(forms)):
        for field in part:
            value = field.value()
            if field.widget_type == "checkbox":
                given |= {field.html_name: "on"} if value else {}
            else:
                given[field.html_name] = "" if value is None else str(value)
    return given | changes


def rows_of(forms: Any) -> Iterator[Any]:
    for rows in (forms.limits, forms.windows, forms.questions):
        yield rows.management_form
        yield from rows


def test_anybody_reads_a_policy(world: World, client: Client) -> None:
    page = client.get(show_url(world)).content.decode()
    assert "From 30 min to 4 h at a time" in page
    assert edit_url(world) not in page


def test_the_page_tells_every_sentence(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert client.get(show_url(world)).context["sentences"] == whole_sentences(
        whole(world.tool_class, world.alice, NOW)
    )


def test_rows_that_are_only_claimed_are_not_made(world: World, client: Client) -> None:
    client.force_login(world.dana)
    claimed = {f"{name}-TOTAL_FORMS": "999999" for name in ("planlimit", "shared")}
    began = {f"{name}-INITIAL_FORMS": "0" for name in ("planlimit", "shared")}
    page = client.post("/limits/", claimed | began)
    assert page.status_code == 200
    assert len(page.context["forms"].limits.forms) == 60


def test_no_such_kind(client: Client, db: None) -> None:
    assert client.get("/tool-classes/none/").status_code == 404


def test_only_staff_change_a_policy(world: World, client: Client) -> None:
    assert client.get(edit_url(world)).status_code == 302
    client.force_login(world.alice)
    assert client.get(edit_url(world)).status_code == 403
    assert client.post(edit_url(world)).status_code == 403


def test_nothing_is_saved_before_it_was_previewed(world: World, client: Client) -> None:
    client.force_login(world.dana)
    booked(world, NOW - 5 * DAY, hours=3)
    sent = typed(client, world, **{"policy-longest_minutes": "120"})
    preview = client.post(edit_url(world), sent)
    assert [row.who for row in preview.context["rows"]] == ["Alice Meyer"]
    assert b"Alice Meyer" in preview.content
    world.tool_class.refresh_from_db()
    assert world.tool_class.longest_minutes == 240
    saved = client.post(edit_url(world), sent | {"previewed": preview.context["previewed"]})
    assert saved.url == show_url(world)
    world.tool_class.refresh_from_db()
    assert world.tool_class.longest_minutes == 120


def test_start_times_are_typed_as_they_are_told(world: World, client: Client) -> None:
    client.force_login(world.dana)
    confirm(client, world, {"policy-start_times": "14:00, 10:00"})
    world.tool_class.refresh_from_db()
    assert world.tool_class.start_times == (time(10), time(14))
    assert 'value="10:00 14:00"' in client.get(edit_url(world)).content.decode()


def test_what_is_typed_after_the_preview_is_previewed_again(world: World, client: Client) -> None:
    client.force_login(world.dana)
    first = typed(client, world, **{"policy-longest_minutes": "120"})
    previewed = client.post(edit_url(world), first).context["previewed"]
    second = first | {"policy-longest_minutes": "60", "previewed": previewed}
    assert client.post(edit_url(world), second).status_code == 200
    world.tool_class.refresh_from_db()
    assert world.tool_class.longest_minutes == 240


def test_a_limit_and_hours_are_added_and_removed(world: World, client: Client) -> None:
    client.force_login(world.dana)
    rows = {
        "planlimit-0-measure": "minutes",
        "planlimit-0-period": "week",
        "planlimit-0-amount": "240",
        "policywindow-0-kind": "kept",
        "policywindow-0-weekday": "0",
        "policywindow-0-opens": "18:00",
        "policywindow-0-closes": "22:00",
        "policywindow-0-plan": str(world.plan.pk),
    }
    confirm(client, world, rows)
    assert PlanLimit.objects.get().amount == 240
    assert PolicyWindow.objects.get().plan == world.plan
    confirm(client, world, {"planlimit-0-DELETE": "on"})
    assert not PlanLimit.objects.exists()
    assert PolicyWindow.objects.exists()


def confirm(client: Client, world: World, changes: dict[str, str]) -> None:
    sent = typed(client, world, **changes)
    previewed = client.post(edit_url(world), sent).context["previewed"]
    assert client.post(edit_url(world), sent | {"previewed": previewed}).status_code == 302


@pytest.mark.parametrize(
    ("typed_in", "words"),
    [
        ({"policy-longest_minutes": "10"}, "no less than the shortest"),
        ({"policy-step_minutes": "0"}, "greater than or equal to 1"),
        ({"policy-start_times": "noon"}, "Write times like"),
        ({"planlimit-0-measure": "minutes", "planlimit-0-amount": "5"}, "Choose a period."),
        (
            {"planlimit-0-measure": "bookings", "planlimit-0-period": "day",
             "planlimit-0-amount": "5", "planlimit-0-opens": "18:00"},
            "Write both times, or none.",
        ),
        (
            {"policywindow-0-kind": "kept", "policywindow-0-opens": "18:00",
             "policywindow-0-closes": "22:00", "policywindow-0-weekday": "0"},
            "Choose for whom.",
        ),
        ({"planlimit-0-amount": "-1"}, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    world: World, client: Client, typed_in: dict[str, str], words: str
) -> None:
    client.force_login(world.dana)
    page = client.post(edit_url(world), typed(client, world, **typed_in)).content.decode()
    assert words in page
    for value in typed_in.values():
        assert value in page
    assert not Change.objects.filter(verb="set_policy").exists()


def test_a_stale_form_is_told_so(world: World, client: Client) -> None:
    client.force_login(world.dana)
    sent = typed(client, world, **{"policy-longest_minutes": "120"})
    previewed = client.post(edit_url(world), sent).context["previewed"]
    ToolClass.objects.update(horizon_days=7)
    page = client.post(edit_url(world), sent | {"previewed": previewed})
    assert b"Somebody has changed this policy" in page.content


@pytest.mark.parametrize("kind", [Role.Kind.STAFF, Role.Kind.ADMIN])
def test_it_holds_in_every_space_and_so_a_role_in_one_is_not_enough(
    world: World, client: Client, kind: str
) -> None:
    role = Role.objects.create(member=world.charlie, space=world.space, kind=kind)
    client.force_login(world.charlie)
    pages = [edit_url(world), reverse("bookings:limits_edit")]
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert edit_url(world) not in client.get("/tool-classes/cnc-machines/").content.decode()
    Role.objects.filter(pk=role.pk).update(space=None)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert edit_url(world) in client.get("/tool-classes/cnc-machines/").content.decode()


# --- across kinds --------------------------------------------------------------------------------


def across(**rows: str) -> dict[str, str]:
    """A post with one row of each list, of which some is typed."""
    counts = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0"}
    blank = {
        f"{prefix}-{name}": count
        for prefix in ("planlimit", "shared")
        for name, count in counts.items()
    }
    blank |= {"planlimit-0-counts_past": "on", "shared-0-capacity": "1"}  # as the page has them
    return blank | {name.replace("__", "-"): value for name, value in rows.items()}


def test_a_limit_over_all_kinds_is_set_changed_and_removed(world: World, client: Client) -> None:
    client.force_login(world.dana)
    url = reverse("bookings:limits_edit")
    row = {"planlimit__0__measure": "minutes", "planlimit__0__period": "week"}
    assert client.post(url, across(**row, planlimit__0__amount="600")).status_code == 302
    limit = PlanLimit.objects.get(tool_class=None)
    there = {"planlimit__INITIAL_FORMS": "1", "planlimit__0__id": str(limit.pk), **row}
    client.post(url, across(**there, planlimit__0__amount="300"))
    limit.refresh_from_db()
    assert limit.amount == 300
    client.post(url, across(**there, planlimit__0__amount="300", planlimit__0__DELETE="on"))
    assert not PlanLimit.objects.exists()
    verbs = Change.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["set_limit", "set_limit", "remove_limit"]


def test_what_machines_share_is_set(world: World, client: Client) -> None:
    client.force_login(world.dana)
    sent = across(shared__0__name="Extractor", shared__0__capacity="1") | {
        "shared-0-machines": [str(world.router.pk), str(world.mill.pk)]
    }
    assert client.post(reverse("bookings:limits_edit"), sent).status_code == 302
    assert set(Shared.objects.get().machines.all()) == {world.router, world.mill}
    assert Change.objects.get().verb == "set_shared"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"shared__0__name": "Extractor", "shared__0__capacity": "0"}, "Choose 1 or more."),
        ({"planlimit__0__measure": "bookings", "planlimit__0__amount": "1"}, "Choose a period."),
    ],
)
def test_nothing_across_kinds_is_half_written(
    world: World, client: Client, row: dict[str, str], words: str
) -> None:
    client.force_login(world.dana)
    page = client.post(reverse("bookings:limits_edit"), across(**row))
    assert words in page.content.decode()
    assert not Change.objects.exists()


def test_only_staff_set_what_holds_across_kinds(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert client.post(reverse("bookings:limits_edit"), across()).status_code == 403
