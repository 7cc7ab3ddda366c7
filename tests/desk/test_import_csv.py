"""The command: what it writes, what it refuses and in which words, and that it may run twice."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.imports import runner
from desk.management.commands.import_csv import Progress
from equipment.models import Certification, CertificationType, Level, Machine
from members.models import AccessEpoch, Badge, Change, Member, Membership, Plan
from members.services import badge_hash, issue_badge
from notices.models import Outbox
from tests.people import NOW, a_member, a_tool_class, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def world():
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def bring_in(tmp_path):
    """Runs the command over a text; what it wrote to out and err."""

    def run(kind, *lines, **options):
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_csv", path, kind=kind, stdout=out, stderr=err, **options)
        except CommandError as error:
            return out.getvalue(), err.getvalue() + str(error)
        return out.getvalue(), err.getvalue()

    return run


def the(email):
    return Member.objects.get(email=email)


# --- members ------------------------------------------------------------------------------------

HEAD = "name,email,badge,badge_format,plan,starts,until,language,guardian,space"
NORA = "Nora Lind,nora@example.org,04E1F2A3,hex,Full,2026-01-01,31.12.2026,de,,northside"


def test_a_member_with_all_that_a_line_can_say(world, bring_in):
    out, err = bring_in("members", HEAD, NORA)
    assert (out, err) == ("1 new, 0 updated, 0 unchanged.\n", "")
    nora = the("nora@example.org")
    assert (nora.name, nora.language, nora.space) == ("Nora Lind", "de", world.space)
    assert not nora.has_usable_password()
    assert nora.badges.get().number_hash == badge_hash("04E1F2A3")
    membership = nora.memberships.get()
    assert membership.starts == datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Berlin
    assert membership.until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert Change.objects.filter(verb="imported", on_behalf_of=nora).count() == 3
    assert not Outbox.objects.exists()


def test_twice_is_once(bring_in):
    bring_in("members", HEAD, NORA)
    rows = Member.objects.count(), Badge.objects.count(), Change.objects.count()
    out, _err = bring_in("members", HEAD, NORA)
    assert out == "0 new, 0 updated, 1 unchanged.\n"
    assert rows == (Member.objects.count(), Badge.objects.count(), Change.objects.count())


def test_what_differs_is_updated_and_what_is_empty_stays(bring_in):
    bring_in("members", HEAD, NORA)
    epoch = AccessEpoch.objects.get().number
    changed = "Nora Lind-Berg,NORA@example.org,,,full,2026-01-01,2026-11-30,,,"
    out, _err = bring_in("members", HEAD, changed)
    assert out == "0 new, 1 updated, 0 unchanged.\n"
    nora = the("nora@example.org")
    assert (nora.name, nora.language) == ("Nora Lind-Berg", "de")
    assert nora.memberships.get().until == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert AccessEpoch.objects.get().number > epoch


def test_another_badge_is_added_to_those_there_are(world, bring_in):
    issue_badge(member=world.alice, number="04A1B2C3", by=None, now=NOW)
    out, _err = bring_in("members", "name,email,badge", "Alice Meyer,alice@example.org,04A1B2FF")
    assert out == "0 new, 1 updated, 0 unchanged.\n"
    assert world.alice.badges.count() == 2


@pytest.mark.parametrize(
    ("text", "fmt", "number"),
    [
        ("04:a1:b2:c3", "", "04A1B2C3"),
        ("c3b2a104", "reversed", "04A1B2C3"),
        ("0005538261", "Decimal", "005481D5"),
    ],
)
def test_badges_in_every_format(bring_in, text, fmt, number):
    bring_in("members", "name,badge,badge_format", f"Mia,{text},{fmt}")
    assert Badge.objects.get().number_hash == badge_hash(number)


def test_a_person_without_mail_is_known_by_badge(bring_in):
    bring_in("members", "name,badge", "Mia,04A1B2C3")
    out, _err = bring_in("members", "name,badge", "Mia Holm,04A1B2C3")
    assert out == "0 new, 1 updated, 0 unchanged.\n"
    assert Badge.objects.get().member.name == "Mia Holm"


def test_a_guardian_may_come_after_the_child_and_in_another_batch(bring_in, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 1)
    lines = ["Mia,,04A1B2C3,jonas@example.org", "Jonas,jonas@example.org,,"]
    out, err = bring_in("members", "name,email,badge,guardian", *lines)
    assert (out, err) == ("2 new, 0 updated, 0 unchanged.\n", "")
    assert Badge.objects.get().member.guardian == the("jonas@example.org")
    out, _err = bring_in("members", "name,email,badge,guardian", *lines)
    assert out == "0 new, 0 updated, 2 unchanged.\n"


def test_without_a_first_day_the_running_membership_is_meant(world, bring_in):
    head = "name,email,plan,until"
    line = "Alice Meyer,alice@example.org,full,2028-06-30"
    bring_in("members", head, line)
    assert world.alice.memberships.get().until == datetime(2028, 6, 30, 22, tzinfo=UTC)
    bring_in("members", head, "Nora,nora@example.org,full,")
    with time_machine.travel(NOW + 9 * DAY, tick=False):
        out, _err = bring_in("members", head, "Nora,nora@example.org,full,")
    assert out == "0 new, 0 updated, 1 unchanged.\n"
    assert the("nora@example.org").memberships.get().starts == NOW


def test_one_that_has_not_begun_is_not_the_running_one(world, bring_in):
    world.alice.memberships.update(starts=NOW + 30 * DAY)
    line = "Alice Meyer,alice@example.org,full,2026-11-30"
    out, _err = bring_in("members", "name,email,plan,until", line)
    assert out == "0 new, 1 updated, 0 unchanged.\n"
    assert [row.starts for row in world.alice.memberships.all()] == [NOW, NOW + 30 * DAY]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",nora@example.org,,,,,,,,", "The name is missing."),
        ("x" * 81 + ",n@x.org,,,,,,,,", "The name is 81 characters long; 80 fit."),
        ("Nora,,,,,,,,,", "Write a mail address or a badge"),
        ("Nora,nora@,,,,,,,,", "“nora@” is not a mail address."),
        ("Nora,n@x.org,XYZ,,,,,,,", "“XYZ” is not a badge number"),
        (f"Nora,n@x.org,{'9' * 5000},decimal,,,,,,", "is not a decimal badge number"),
        ("Nora,n@x.org,04A1B2C3,octal,,,,,,", "“octal” is not a badge format."),
        ("Nora,n@x.org,,,Gold,,,,,", "There is no plan “Gold”. There are: Full."),
        ("Nora,n@x.org,,,,2026-01-01,,,,", "There are days, and no plan"),
        ("Nora,n@x.org,,,Full,01/02/2026,,,,", "Write 2026-11-24 or 24.11.2026."),
        ("Nora,n@x.org,,,Full,31.02.2026,,,,", "There is no day “31.02.2026”."),
        ("Nora,n@x.org,,,Full,0001-01-01,,,,", "There is no day “0001-01-01”."),
        ("Nora,n@x.org,,,Full,,9999-12-31,,,", "There is no day “9999-12-31”."),
        ("Nora,n@x.org,,,Full,2026-02-01,2026-01-31,,,", "The last day is before the first."),
        ("Nora,n@x.org,,,Full,,2026-01-31,,,", "Write the first day, too"),
        ("Nora,n@x.org,,,,,,fr,,", "There is no language “fr”. There are: de, en."),
        ("Nora,n@x.org,,,,,,,nobody@x.org,", "There is no member “nobody@x.org”"),
        ("Nora,n@x.org,,,,,,,n@x.org,", "Nobody is their own guardian."),
        ("Nora,n@x.org,,,,,,,,Mars", "There is no space “Mars”."),
    ],
)
def test_a_bad_line_is_told_by_number_and_reason_and_nothing_is_written(bring_in, line, reason):
    out, err = bring_in("members", HEAD, NORA, line)
    assert out == ""
    assert err.startswith("line 3: ") and reason in err
    assert "Nothing was written: 1 of 2 lines need mending." in err
    assert not Member.objects.filter(email="nora@example.org").exists()


def test_repeated_lines_are_told_with_the_first(bring_in):
    _out, err = bring_in("members", HEAD, NORA, NORA.replace("04E1F2A3", "04E1F2FF"))
    assert "line 3: It repeats line 2." in err
    _out, err = bring_in("members", HEAD, NORA, NORA.replace("nora@", "other@"))
    assert "line 3: It repeats line 2." in err


def test_a_badge_that_another_person_holds_is_not_taken(world, bring_in):
    issue_badge(member=world.alice, number="04E1F2A3", by=None, now=NOW)
    _out, err = bring_in("members", HEAD, NORA)
    assert "line 2: The badge is somebody else's." in err


def test_a_guardian_with_a_guardian_is_refused(bring_in):
    _out, err = bring_in(
        "members",
        "name,email,guardian",
        "Jonas,jonas@example.org,alice@example.org",
        "Mia,mia@example.org,jonas@example.org",
    )
    assert "line 3: “jonas@example.org” is not of age or has a guardian" in err


MINORS = "name,email,badge,guardian,adult_from"
MIA = "Mia,,04A1B2C3,alice@example.org,17.05.2034"


def test_a_minor_comes_in_with_the_day_and_the_guardian_and_twice_is_once(world, bring_in):
    assert bring_in("members", MINORS, MIA) == ("1 new, 0 updated, 0 unchanged.\n", "")
    mia = Member.objects.get(name="Mia")
    assert (mia.guardian, mia.adult_from) == (world.alice, date(2034, 5, 17))
    assert "2034" not in str(Change.objects.get(verb="imported", subject_id=mia.pk).after)
    out, _err = bring_in("members", MINORS, MIA)
    assert out == "0 new, 0 updated, 1 unchanged.\n"


def test_a_member_who_is_there_becomes_a_minor_without_a_guardian_yet(world, bring_in):
    out, _err = bring_in("members", MINORS, "Charlie,charlie@example.org,,,2034-05-17")
    assert out == "0 new, 1 updated, 0 unchanged.\n"
    assert the("charlie@example.org").is_minor(NOW)


@pytest.mark.parametrize(
    "lines, reason",
    [
        (["Kim,kim@x.org,,,24.11.2026"], "line 2: The day of coming of age has come."),
        (["Kim,kim@x.org,,,soon"], "line 2: “soon” is not a day."),
        (["Kim,kim@x.org,,Dana,"], "line 2: “Dana” is not a mail address."),
        (["Kim,kim@x.org,,emil@example.org,"], "line 2: “emil@example.org” is not of age"),
        (["Kim,kim@x.org,,ole@x.org,", "Ole,ole@x.org,,,2034-05-17"], "“ole@x.org” is not of age"),
        (["Alice,alice@example.org,,,2034-05-17"], "line 2: They are a guardian themselves."),
    ],
)
def test_who_cannot_be_a_minor_or_a_guardian_is_told(world, bring_in, lines, reason):
    a_member("Emil", plan=None, adult_from=date(2034, 5, 17), guardian=world.alice)
    before = Member.objects.count()
    _out, err = bring_in("members", MINORS, *lines)
    assert reason in err
    assert Member.objects.count() == before


def test_told_to_keep_going_it_leaves_out_the_bad_lines(bring_in):
    out, err = bring_in("members", HEAD, NORA, "Bad,bad@,,,,,,,,", keep_going=True)
    assert out == "1 new, 0 updated, 0 unchanged, 1 left out.\n"
    assert "line 3:" in err
    assert the("nora@example.org")


def test_a_dry_run_counts_and_writes_nothing(bring_in):
    out, _err = bring_in("members", HEAD, NORA, dry_run=True)
    assert out == "Would be: 1 new, 0 updated, 0 unchanged. Nothing was written.\n"
    assert not Member.objects.filter(email="nora@example.org").exists()
    assert not Change.objects.exists()


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(CommandError, match="cannot be opened: No such file"):
        call_command("import_csv", tmp_path / "none.csv", kind="members")


def test_an_odd_encoding_and_idle_columns_are_told(bring_in, tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes("name;email;shoe size\nJörg;j@x.org;42".encode("latin-1"))
    err = io.StringIO()
    call_command("import_csv", path, kind="members", stdout=io.StringIO(), stderr=err)
    assert "read as Windows-1252" in err.getvalue()
    assert "Columns left out of account: shoe_size." in err.getvalue()
    assert the("j@x.org").name == "Jörg"


def a_crowd(count):
    return [f"Person {n},p{n}@example.org,{n:08X},hex,Full,2026-01-01,,,," for n in range(1, count)]


def test_the_statements_are_those_of_the_batches_not_of_the_lines(bring_in):
    def statements(lines):
        with CaptureQueriesContext(connection) as queries:
            bring_in("members", HEAD, *lines)
        return len(queries)

    few, many = statements(a_crowd(11)), statements(a_crowd(51)[10:])
    assert many <= few + 2  # SQLite splits long inserts


# --- machines -----------------------------------------------------------------------------------

MACHINES = "name,space,tool_class,place,drawing,notes"


def test_machines_of_spaces_and_classes_that_are_there(world, bring_in):
    out, err = bring_in(
        "machines",
        MACHINES,
        "Laser 3,Northside workshop,cnc machines,Hall 2,laser cutter,Airing first.",
        "CNC mill,northside,cnc-machines,Hall 1,,",
    )
    assert (out, err) == ("1 new, 1 updated, 0 unchanged.\n", "")
    laser = Machine.objects.get(slug="laser-3")
    assert (laser.place, laser.drawing, laser.notes) == ("Hall 2", "laser", "Airing first.")
    assert Machine.objects.get(slug="cnc-mill").place == "Hall 1"
    out, _err = bring_in("machines", MACHINES, "CNC mill,northside,cnc-machines,,,")
    assert out == "0 new, 0 updated, 1 unchanged.\n"


def test_a_machine_keeps_its_slug_when_its_name_says_another(world, bring_in):
    world.mill.slug = "old-mill"
    world.mill.save()
    bring_in("machines", MACHINES, "CNC mill,northside,cnc-machines,Hall 1,,")
    assert Machine.objects.get(name="CNC mill").slug == "old-mill"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",northside,cnc-machines,,,", "The name is missing."),
        ("Laser,Mars,cnc-machines,,,", "There is no space “Mars”. There are: Northside workshop."),
        ("Laser,northside,lasers,,,", "There is no tool class “lasers”."),
        ("Laser,northside,cnc-machines,,rocket,", "There is no drawing “rocket”."),
        ("日本,northside,cnc-machines,,,", "Write a slug of a to z, 0 to 9 and -."),
    ],
)
def test_a_bad_machine_is_told(bring_in, line, reason):
    _out, err = bring_in("machines", MACHINES, line)
    assert err.startswith("line 2: ") and reason in err


def test_another_class_for_a_machine_moves_the_epoch(world, bring_in):
    a_tool_class("Lasers")
    before = AccessEpoch.objects.get().number
    bring_in("machines", "name,space,tool_class", "CNC mill,northside,lasers")
    assert AccessEpoch.objects.get().number > before


SENSING = "name,space,tool_class,feedback,run_above_ma,idle_seconds,finish_fixed_seconds,risk"


def test_how_a_machine_knows_that_a_job_runs_comes_in(world, bring_in):
    before = AccessEpoch.objects.get().number
    out, err = bring_in("machines", SENSING, "CNC mill,northside,cnc-machines,current,800,20,0,low")
    assert (out, err) == ("0 new, 1 updated, 0 unchanged.\n", "")
    mill = Machine.objects.select_related("tool_class").get(slug="cnc-mill")
    assert (mill.feedback, mill.run_above_ma, mill.idle_seconds) == ("current", 800, 20)
    assert mill.tool_class.risk == "low"
    assert AccessEpoch.objects.get().number > before
    assert Change.objects.filter(verb="imported", after={"risk": "low"}).count() == 1
    out, _err = bring_in("machines", SENSING, "CNC mill,northside,cnc-machines,,,,,low")
    assert out == "0 new, 0 updated, 1 unchanged.\n"
    assert Change.objects.filter(verb="imported", after={"risk": "low"}).count() == 1


def test_nothing_is_a_number_too(world, bring_in):
    Machine.objects.filter(pk=world.mill.pk).update(finish_fixed_seconds=60)
    bring_in("machines", SENSING, "CNC mill,northside,cnc-machines,,,,0,")
    assert Machine.objects.get(slug="cnc-mill").finish_fixed_seconds == 0


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("smell,,,,", "There is no feedback “smell”. There are: aux, current, none."),
        ("current,0,,,", "Write a run_above_ma."),
        ("current,many,,,", "“many” is no run_above_ma. Write a whole number from 0 to 1000000."),
        (",,0,,", "“0” is no idle_seconds."),
        (",,,99999,", "“99999” is no finish_fixed_seconds."),
        (",,,,extreme", "There is no risk “extreme”. There are: high, low, medium."),
    ],
)
def test_what_it_cannot_know_by_is_told(world, bring_in, cells, reason):
    _out, err = bring_in("machines", SENSING, f"CNC mill,northside,cnc-machines,{cells}")
    assert err.startswith("line 2: ") and reason in err


def test_one_kind_has_one_risk(world, bring_in):
    _out, err = bring_in(
        "machines",
        SENSING,
        "CNC mill,northside,cnc-machines,,,,,low",
        "CNC router,northside,cnc-machines,,,,,high",
    )
    assert "line 3: Another line gives “CNC machines” another risk." in err


def test_a_taken_slug_or_name_is_told(world, bring_in):
    _out, err = bring_in(
        "machines",
        "name,space,tool_class,slug",
        "CNC mill,northside,cnc-machines,another",
        "Cnc Mill,northside,cnc-machines,third",
    )
    assert "line 2: Another machine there is called “CNC mill”." in err
    assert "line 3: It repeats line 2." in err


# --- certifications -----------------------------------------------------------------------------

CERTIFICATIONS = "email,badge,type,level,given,until"


def test_certifications_by_mail_or_badge(world, bring_in):
    issue_badge(member=world.charlie, number="04A1B2C3", by=None, now=NOW)
    out, err = bring_in(
        "certifications",
        CERTIFICATIONS,
        "dana@example.org,,CNC,may certify,02.06.2025,",
        ",04A1B2C3,cnc,1,2026-09-05,2027-09-05",
    )
    assert (out, err) == ("2 new, 0 updated, 0 unchanged.\n", "")
    held = world.charlie.certifications.get()
    assert (held.level, held.given_by) == (Level.PROVISIONAL, None)
    assert held.given_at == datetime(2026, 9, 4, 22, tzinfo=UTC)
    assert held.until == datetime(2027, 9, 5, 22, tzinfo=UTC)
    assert world.dana.certifications.get().level == Level.MAY_CERTIFY


def test_a_certification_is_known_by_its_day_or_by_being_valid(world, bring_in):
    line = "charlie@example.org,,CNC,2,2026-09-05,2027-09-05"
    for expected in ("1 new, 0 updated, 0 unchanged.\n", "0 new, 0 updated, 1 unchanged.\n"):
        assert bring_in("certifications", CERTIFICATIONS, line)[0] == expected
    dayless = "charlie@example.org,,CNC,2,,2028-09-05"
    for expected in ("0 new, 1 updated, 0 unchanged.\n", "0 new, 0 updated, 1 unchanged.\n"):
        assert bring_in("certifications", CERTIFICATIONS, dayless)[0] == expected
    assert world.charlie.certifications.count() == 1


def test_an_empty_cell_leaves_level_and_last_day_as_they_are(world, bring_in):
    world.alice.certifications.update(level=Level.PROVISIONAL)
    before = world.alice.certifications.values().get()
    out, _err = bring_in("certifications", "email,type", "alice@example.org,CNC")
    assert out == "0 new, 0 updated, 1 unchanged.\n"
    assert world.alice.certifications.values().get() == before


def test_disuse_of_a_new_one_is_counted_from_now(world, bring_in):
    CertificationType.objects.update(disuse_days=90)
    bring_in("certifications", "email,type,given", "charlie@example.org,CNC,2020-05-01")
    assert world.charlie.certifications.get().idle_until == NOW + 90 * DAY


def test_a_new_one_lasts_as_long_as_its_type_says(world, bring_in):
    CertificationType.objects.update(valid_days=90)
    bring_in("certifications", "email,type", "charlie@example.org,CNC")
    assert world.charlie.certifications.get().until == NOW + 90 * DAY


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",,CNC,2,,", "Write whose it is"),
        ("nobody@example.org,,CNC,2,,", "There is no member “nobody@example.org”."),
        (",FFFFFFFF,CNC,2,,", "There is no member “FFFFFFFF”."),
        ("bob@example.org,,Sword,2,,", "There is no certification “Sword”. There are: CNC."),
        ("bob@example.org,,CNC,expert,,", "“expert” is not a level."),
        ("bob@example.org,,CNC,2,2027-01-01,", "It is given on a day to come."),
        ("bob@example.org,,CNC,2,2026-02-01,2026-01-01", "The last day is before the day"),
        ("bob@example.org,,CNC,2,,2026-01-01", "The last day has passed."),
    ],
)
def test_a_bad_certification_is_told(bring_in, line, reason):
    _out, err = bring_in("certifications", CERTIFICATIONS, line)
    assert err.startswith("line 2: ") and reason in err


def test_what_was_taken_back_is_not_given_again_by_a_file(world, bring_in):
    line = "charlie@example.org,,CNC,2,2026-09-05,"
    bring_in("certifications", CERTIFICATIONS, line)
    Certification.objects.filter(member=world.charlie).update(revoked_at=NOW)
    _out, err = bring_in("certifications", CERTIFICATIONS, line)
    assert "line 2: This certification was revoked. Give a new one by hand." in err


# --- samples and progress -----------------------------------------------------------------------


def test_the_samples_of_the_docs_come_in_whole(world, bring_in):
    for name in ("Weekend", "Student"):
        Plan.objects.create(name=name, slug=name.lower())
    for name in ("Laser", "Woodworking"):
        CertificationType.objects.create(name=name, slug=name.lower())
    a_tool_class("Laser cutters")
    a_tool_class("Metal")
    samples = settings.BASE_DIR / "docs" / "samples"
    for kind, count in (("members", 4), ("machines", 2), ("certifications", 3)):
        out, err = bring_in(kind, (samples / f"{kind}.csv").read_text(encoding="utf-8"))
        assert (out, err) == (f"{count} new, 0 updated, 0 unchanged.\n", "")
    child = Member.objects.get(name="Mia Pfeiffer")
    assert child.guardian == the("joerg.pfeiffer@example.org")
    assert child.is_minor(NOW)
    assert Membership.objects.filter(member=child).exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def write(self, text, ending="\n"):
        return super().write(text + ending)


class Log(Terminal):
    def isatty(self):
        return False


def test_a_terminal_sees_a_bar():
    terminal = Terminal()
    progress = Progress(terminal)
    for done in (50, 100):
        progress.show(done, 100)
    progress.done()
    assert terminal.getvalue().endswith(f"\r{'█' * 40} 100 of 100\n")


def test_a_log_sees_a_line_every_few_seconds():
    log, seconds = Log(), [0.0]
    progress = Progress(log, clock=lambda: seconds[0])
    for done in range(100, 1300, 100):
        seconds[0] += 1
        progress.show(done, 1200)
    assert log.getvalue() == "500 of 1,200 lines\n1,000 of 1,200 lines\n"
