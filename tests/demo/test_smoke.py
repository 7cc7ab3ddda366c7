"""The main job, end to end, on whatever broker there is: what `./run demo --smoke` shows."""

import os
import subprocess
import sys

import pytest

from demo.supervisor import ROOT
from tests.conftest import need


@pytest.mark.smoke
@pytest.mark.broker
@pytest.mark.parametrize("broker", ["mosquitto", pytest.param("iotcore", marks=pytest.mark.long)])
def test_the_main_job_end_to_end(broker, figure):
    if broker == "mosquitto":
        need("mosquitto", "mosquitto")
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--smoke"],
        cwd=ROOT,
        env=os.environ | {"BROKER": broker},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
    for line in done.stdout.splitlines():
        figure(line)
