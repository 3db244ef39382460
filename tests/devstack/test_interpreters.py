"""The environment is made of the fastest build of the Python that was asked for."""

import sys
from pathlib import Path

import pytest

from devstack.setup.interpreters import Build, faster

PLAIN = "'--prefix=/home/somebody/.pyenv/versions/3.11.7' '--enable-shared'"
OPTIMIZED = f"{PLAIN} '--enable-optimizations' '--with-lto'"
ELSEWHERE = "/home/somebody/.pyenv/versions/3.11.7"


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A program that says that it is Python 3.11."""
    program = tmp_path / "python3"
    program.write_text("#!/bin/sh\necho 3.11\n")
    program.chmod(0o755)
    return program


def test_a_plain_build_gives_way_to_the_same_version_of_the_system(system: Path) -> None:
    assert faster(Build(ELSEWHERE, PLAIN, "3.11"), system) == system


@pytest.mark.parametrize(
    "running",
    [
        pytest.param(Build(ELSEWHERE, OPTIMIZED, "3.11"), id="as fast"),
        pytest.param(Build("/usr", PLAIN, "3.11"), id="the system's own"),
        pytest.param(Build(ELSEWHERE, None, "3.11"), id="it does not tell"),
        pytest.param(Build(ELSEWHERE, PLAIN, "3.12"), id="another version"),
    ],
)
def test_any_other_stays(running: Build, system: Path) -> None:
    assert faster(running, system) is None


def test_it_stays_where_the_system_has_none_that_runs(tmp_path: Path) -> None:
    running = Build(ELSEWHERE, PLAIN, "3.11")
    assert faster(running, tmp_path / "python3") is None
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert faster(running, broken) is None


def test_the_running_build_is_known() -> None:
    build = Build()
    assert build.version == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert Path(build.prefix) == Path(sys.base_prefix)
