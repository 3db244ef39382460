"""What `docs/foundation_points.md` names is there."""

import re
from pathlib import Path

from devstack.places import ROOT
from tests.contracts.named_points import points

PAGE = ROOT / "docs" / "foundation_points.md"
POINTS = points(PAGE)
TEXT = PAGE.read_text("utf-8")
CORE = ROOT / "instainstru_core"
SCENARIO = re.compile(r"^#   (\w+) +\w", re.MULTILINE)


class TestThePage:
    def test_has_all_points_each_with_a_test(self) -> None:
        assert POINTS.numbers == tuple(range(1, 74))
        assert all(POINTS.named)

    def test_names_tests_and_measurements_that_there_are(self) -> None:
        assert POINTS.missing == []

    def test_names_modules_that_there_are(self) -> None:
        where = re.findall(r"(?m)^\| \d+ \| .+ \| (`.+`) \| `.+` \|$", TEXT)
        named = {name for cell in where for name in re.findall(r"`([^`]+)`", cell)}
        assert {name for name in named if not is_there(name)} == set()

    def test_names_scenarios_of_a_bare_machine_that_there_are(self) -> None:
        scenarios = set(SCENARIO.findall((ROOT / "tests/fresh/run.sh").read_text()))
        named = {
            name for one in re.findall(r" \[([a-z, ]+)\] \|", TEXT) for name in one.split(", ")
        }
        assert named == scenarios - {"setup"}


def is_there(name: str) -> bool:
    """Whether this is a file, a folder, a module or what a module has."""
    module, _, inside = name.rpartition(".")
    return any(
        (root / name).exists()
        or _module(root, name)
        or (_module(root, module) and f"\ndef {inside}(" in _source(root, module))
        for root in (ROOT, CORE, CORE / "domains")
    )


def _module(root: Path, name: str) -> bool:
    path = root / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _source(root: Path, name: str) -> str:
    path = (root / name.replace(".", "/")).with_suffix(".py")
    return path.read_text() if path.is_file() else ""
