"""Faults of every part in every phase, on real processes; docs/faults.md says what must be seen."""

import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import need
from tests.faults.cells import DAILY, PHASES, SCENES, Outcome, page, table
from tests.faults.play import Play
from tests.faults.site import ROOT, Site
from tests.faults.wall_clock import build

AT_ONCE = 8  # scenes; most of their time they wait

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("faults")]


def cells():
    for scene in SCENES:
        for phase in PHASES:
            marks = () if scene in DAILY else (pytest.mark.long,)
            name = f"{scene.part}-{scene.fault}-{phase}"
            yield pytest.param(scene, phase, id=name, marks=marks)


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory, migrated):
    """Every scene that a test of this run asks for, played once, several at a time."""
    need("mosquitto", "mosquitto")
    need("g++", "g++")
    library = build(tmp_path_factory.mktemp("clock"))
    scenes = wanted(request)

    def play(scene):
        directory = tmp_path_factory.mktemp(f"{scene.part}-{scene.fault}")
        on_postgres = scene.part == "PostgreSQL"
        try:
            with Site(directory, migrated, library, on_postgres=on_postgres) as site:
                return Play(scene, site).outcome()
        except Exception:
            why = traceback.format_exc()
            return Outcome("", dict.fromkeys(PHASES, [why]), dict.fromkeys(PHASES, "broken off"))

    if any(scene.part == "PostgreSQL" for scene in scenes):
        request.getfixturevalue("new_postgres_url")  # which knows how to import its package
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(scenes, pool.map(play, scenes), strict=True))


def wanted(request):
    """The scenes of the chosen tests, each once, without those that are skipped."""
    chosen = [item for item in request.session.items if item.path == request.path]
    played = [item for item in chosen if item.get_closest_marker("skip") is None]
    scenes = (item.callspec.params.get("scene") for item in played if hasattr(item, "callspec"))
    return list(dict.fromkeys(scene for scene in scenes if scene is not None))


def test_the_page_says_what_is_played():
    assert page() in (ROOT / "docs" / "faults.md").read_text(), "see python -m tests.faults"


@pytest.mark.parametrize(("scene", "phase"), list(cells()))
def test_the_relay_obeys_and_no_answered_tap_is_lost(outcomes, scene, phase):
    wrong = outcomes[scene].wrong[phase]
    assert not wrong, "\n".join([f"{scene.part} {scene.fault}, {phase}", *wrong])


@pytest.mark.long
def test_all_that_was_played_is_in_the_table(outcomes, figure):
    told = table(outcomes)
    figure(told)
    assert told.count("ok: ") == len(outcomes) * len(PHASES)
