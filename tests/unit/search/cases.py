"""The queries with expected slots from `../shared/data`, for the tests of each part of search.

    @pytest.mark.parametrize("case", cases("location"), ids=str)
    def test_...(case: Case) -> None: ...

Without the folder there is one case for each kind, which skips.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
CASES = ROOT.parent / "shared" / "data" / "search_cases_dev.jsonl"
ARGUED = ROOT / "docs" / "search_cases.yaml"
TODAY = date(2026, 11, 25)
"""A Wednesday, for cases that do not say on which day they are asked."""


@dataclass(frozen=True, slots=True)
class Case:
    """A query with what is expected of it. `line` counts from 1."""

    line: int
    query: str
    kind: str
    expect: Mapping[str, object]
    given: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return f"{self.line}: {self.query}"

    @property
    def today(self) -> date:
        """The New York day on which it is asked."""
        return date.fromisoformat(str(self.given.get("today", TODAY)))

    def day(self, told: object) -> date:
        """The day that "today", "today+1" or a date means for this case."""
        word = str(told)
        if word.startswith("today"):
            return self.today + timedelta(days=int(word.split(" ", maxsplit=1)[0][5:] or 0))
        return date.fromisoformat(word)


def cases(*kinds: str) -> list[object]:
    """The cases of these kinds that are not argued with, as parameters of a test."""
    if not CASES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no {CASES}"))]
    return [case for case in every() if case.kind in kinds and case.line not in argued()]


@cache
def every() -> tuple[Case, ...]:
    """All cases of the file."""
    return tuple(
        Case(number, found["query"], found["kind"], found["expect"], found.get("given", {}))
        for number, found in enumerate(map(json.loads, CASES.read_text().splitlines()), start=1)
    )


@cache
def argued() -> dict[int, str]:
    """The lines whose expectation is not met, with the reason; written in docs/search_cases.md."""
    return {int(line): str(reason) for line, reason in yaml.safe_load(ARGUED.read_text()).items()}
