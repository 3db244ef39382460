"""A set-up may be broken off at any time: the machine stays whole, and the next run goes on."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from devstack.places import ROOT, Places
from devstack.setup import python_environment, system_packages, unpacked

WORK = """
from devstack.setup.console import finished_first, run
from devstack.trouble import StackTrouble
try:
    with finished_first():
        run(["sh", "-c", "touch begun; while [ ! -e go ]; do sleep 0.05; done; {last}"],
            advice="-", apart=True)
except KeyboardInterrupt:
    print("interrupted")
except StackTrouble as trouble:
    print(trouble)
"""


def interrupted(folder: Path, number: signal.Signals, last: str) -> str:
    """What is said when everybody at a terminal is told to end while a step is being done."""
    with subprocess.Popen(
        [sys.executable, "-c", WORK.format(last=last)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as worker:
        assert worker.stdout is not None
        while not (folder / "begun").exists():
            assert worker.poll() is None
            time.sleep(0.01)
        os.killpg(worker.pid, number)
        said = worker.stdout.readline() + worker.stdout.readline()
        (folder / "go").touch()
        said += worker.stdout.read()
    assert worker.returncode == 0
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_step_that_must_not_be_broken_off_is_finished_first(
    tmp_path: Path, number: signal.Signals
) -> None:
    said = interrupted(tmp_path, number, "touch finished")
    assert said == "\n    this step is finished first ...\ninterrupted\n"
    assert (tmp_path / "finished").exists()


def test_a_step_that_failed_meanwhile_is_told(tmp_path: Path) -> None:
    said = interrupted(tmp_path, signal.SIGINT, "exit 7")
    assert said.endswith("failed with code 7.\n")


@pytest.fixture
def bare(tmp_path: Path) -> Places:
    """The place of a checkout that was never set up."""
    return Places(tmp_path / "checkout")


class TestUnpacked:
    def test_what_was_unpacked_in_part_is_thrown_away(self, bare: Places) -> None:
        part = bare.opt / "usr/bin/prometheus"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"\x7fELF")
        (bare.opt / unpacked.UNFINISHED).touch()
        unpacked.discard_unfinished(bare)
        assert not bare.opt.exists()

    def test_what_was_unpacked_whole_stays(self, bare: Places) -> None:
        whole = bare.opt / "usr/bin/prometheus"
        whole.parent.mkdir(parents=True)
        whole.touch()
        unpacked.discard_unfinished(bare)
        assert whole.exists()


class TestEnvironment:
    @pytest.fixture
    def made(self, bare: Places) -> Places:
        """An environment that a broken off run left: it has a Python, and nothing else is sure."""
        venv.create(bare.venv, symlinks=True)
        return bare

    def test_one_that_was_not_made_to_its_end_is_not_used(self, made: Places) -> None:
        assert not python_environment.is_made(made)

    def test_one_that_was_is(self, made: Places) -> None:
        stamp = made.venv / python_environment.STAMP
        stamp.write_text(json.dumps({"root": str(made.root)}))
        assert python_environment.is_made(made)

    def test_one_that_was_copied_from_another_folder_is_not(self, made: Places) -> None:
        stamp = made.venv / python_environment.STAMP
        stamp.write_text(json.dumps({"root": "/somewhere/else"}))
        assert not python_environment.is_made(made)

    def test_tells_the_version_of_its_own_python(self, made: Places) -> None:
        settings = made.venv / "pyvenv.cfg"
        assert python_environment.version(made) == platform.python_version()
        settings.write_text(settings.read_text().replace(platform.python_version(), "3.11.99"))
        assert python_environment.version(made) == "3.11.99"


def test_policies_of_the_machine_stay_and_ours_go(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "policy-rc.d", tmp_path / "new/zz-private.conf"
    theirs.write_text("#!/bin/sh\nexit 0\n")
    with (
        system_packages.temporary(theirs, "another", mode=0o755),
        system_packages.temporary(ours, "ours", mode=0o644),
    ):
        assert ours.read_text() == "ours"
        assert theirs.read_text() == "#!/bin/sh\nexit 0\n"
    assert theirs.exists()
    assert not ours.parent.exists()
