"""What `docs/money_points.md` names is there, and it leaves nothing out."""

import re

from devstack.places import ROOT
from tests.contracts.named_points import Points, points

PAGE = ROOT / "docs" / "money_points.md"
POINTS = points(PAGE)
LISTED = re.findall(r"(?m)^\| ([SD]\d+) \| .+ \| (.+) \|$", PAGE.read_text("utf-8"))
"""The scenarios and the defects, with what stands in their last column."""
IMPOSSIBLE = {"D8", "D9", "D36", "D45"}
"""Defects for which there is no place here; the page says why."""


def test_has_all_points_each_with_a_test() -> None:
    assert POINTS.numbers == tuple(range(1, 136))
    assert all(POINTS.named)


def test_has_every_scenario_and_every_defect() -> None:
    scenarios = [f"S{number}" for number in range(1, 71)]
    assert [name for name, _ in LISTED] == scenarios + [f"D{number}" for number in range(1, 51)]
    assert {name for name, held_by in LISTED if not held_by.startswith("`")} == IMPOSSIBLE


def test_names_tests_that_there_are() -> None:
    listed = tuple(tuple(re.findall(r"`([^`]*)`", held_by)) for _, held_by in LISTED)
    assert POINTS.missing == []
    assert Points((), listed).missing == []
