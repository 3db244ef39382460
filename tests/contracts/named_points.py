"""Pages of points, each with the tests that hold it: which are there, and which are missing."""

import re
from dataclasses import dataclass
from pathlib import Path

from devstack.places import ROOT

_POINT = re.compile(r"(?m)^\| (\d+) \| .+ \| .+ \| (`.+`) \|$")
_TEST = re.compile(r"`(?P<path>[\w/]+\.py)::(?P<test>test_\w+)`")
_ROW = re.compile(r"`performance::(?P<measured>[^:`]+)::(?P<against>[^:`]+)`")
_NAMED = re.compile(r"`([^`]*)`")
MEASURED = (ROOT / "docs" / "performance.md").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a page by their numbers, in order, with what is named for each."""

    numbers: tuple[int, ...]
    named: tuple[tuple[str, ...], ...]

    @property
    def missing(self) -> list[str]:
        """What is named and is no test, and no row that was measured."""
        return sorted({one for names in self.named for one in names if not _is_there(one)})


def points(page: Path) -> Points:
    """Those of a page."""
    found = _POINT.findall(page.read_text("utf-8"))
    return Points(
        tuple(int(number) for number, _ in found),
        tuple(tuple(_NAMED.findall(names)) for _, names in found),
    )


def _is_there(name: str) -> bool:
    test, row = _TEST.fullmatch(f"`{name}`"), _ROW.fullmatch(f"`{name}`")
    if row is not None:
        return f"| {row['measured']} | {row['against']} |" in MEASURED
    if test is None:
        return False
    source = ROOT / "tests" / test["path"]
    is_defined = rf"(?m)^ *(?:async )?def {test['test']}\("
    return source.exists() and re.search(is_defined, source.read_text("utf-8")) is not None
