"""The labelled queries, as `evals/search/README.md` describes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import cast

from devstack.places import ROOT

FOLDER = ROOT / "evals" / "search"


class Half(StrEnum):
    """The half that may be looked at, the one of which only totals are shown, and what somebody
    else wrote when search was done.
    """

    OPEN = "open"
    BLIND = "blind"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish for a service: any of some slugs, or every service of a group."""

    slugs: frozenset[str] = frozenset()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query with what a careful reader takes it to mean. `slots` are the labels as written."""

    text: str
    today: date
    slots: Mapping[str, object]
    wishes: Sequence[Wish]
    is_unknown: bool
    excluded_services: frozenset[str]
    not_corrected: Sequence[str]
    unscored: frozenset[str]


def load(half: Half) -> list[Query]:
    """The queries of one set, in the order of the file."""
    path: Path = FOLDER / f"golden_{half}.jsonl"
    return [_query(json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def _query(line: Mapping[str, object]) -> Query:
    return Query(
        text=str(line["query"]),
        today=date.fromisoformat(str(line["today"])),
        slots=line,
        wishes=[_wish(wish) for wish in cast(list[Mapping[str, object]], line["services"])],
        is_unknown=bool(line.get("service_unknown")),
        excluded_services=frozenset(_words(line.get("excluded_services"))),
        not_corrected=_words(line.get("not_corrected")),
        unscored=frozenset(_words(line.get("unscored"))),
    )


def _wish(wish: Mapping[str, object]) -> Wish:
    group = wish.get("group")
    return Wish(frozenset(_words(wish.get("any"))), None if group is None else str(group))


def _words(found: object) -> list[str]:
    return [str(word) for word in cast(list[object], found)] if isinstance(found, list) else []
