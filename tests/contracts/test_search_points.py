"""What `docs/search_points.md` names is there."""

from devstack.places import ROOT
from tests.contracts.named_points import points

POINTS = points(ROOT / "docs" / "search_points.md")


def test_has_all_points_each_with_a_test() -> None:
    assert POINTS.numbers == tuple(range(1, 109))
    assert all(POINTS.named)


def test_names_tests_and_measurements_that_there_are() -> None:
    assert POINTS.missing == []
