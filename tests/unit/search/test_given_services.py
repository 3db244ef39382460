"""The queries of `../shared/data/search_cases_dev.jsonl` and the open golden ones that are about
which services are meant.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.meaning import fusion
from instainstru_core.domains.search.policy.meaning.texts import service_texts
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex, index
from instainstru_core.domains.search.types.meaning import Meant
from instainstru_core.kernel.deadline import Deadline
from tests.patience import PATIENCE_SECONDS
from tests.unit.search.cases import Case, cases
from tests.unit.search.catalogue import lookup, of_category, of_subcategory
from tests.unit.search.knowledge import entries, words

GOLDEN = Path(__file__).parents[3] / "evals" / "search" / "golden_open.jsonl"
LEAST_RIGHT = 0.97
MODEL = WordVectors()


@cache
def vectors() -> VectorIndex:
    texts = [(entry.id, text) for entry in entries() for text in service_texts(entry)]
    rows = MODEL.embed([text for _, text in texts], deadline=Deadline.within(PATIENCE_SECONDS))
    return index(
        [(subject, row) for (subject, _), row in zip(texts, rows, strict=True)], MODEL.scale
    )


def meant(query: str, today: date) -> Meant:
    parsed = parse(query, words(), today)
    wishes = fusion.unclear(parsed, lookup())
    rows = MODEL.embed(wishes, deadline=Deadline.within(PATIENCE_SECONDS))
    return fusion.meant(parsed, lookup(), vectors(), dict(zip(wishes, rows, strict=True)))


def found(query: str, today: date) -> list[Entry]:
    """The services, the best of the first wish first."""
    by_id = {entry.id: entry for entry in entries()}
    return [
        by_id[match.service_id] for wish in meant(query, today).wishes for match in wish.matches
    ]


CHECKS = {
    "service_hint": lambda top, value: bool(top) and top[0].name == value,
    "service_hint_not": lambda top, value: value not in {one.name for one in top},
    "subcategory_hint": lambda top, value: bool(top) and top[0].subcategory.name == value,
    "category_hint": lambda top, value: bool(top) and top[0].category.name == value,
    "category_hint_not": lambda top, value: value not in {one.category.name for one in top},
    "only_services": lambda top, value: {one.name for one in top} == set(value),
    "must_not_return": lambda top, value: not {one.name for one in top} & set(value),
    "all_services": lambda top, _: top == [],
}


@pytest.mark.parametrize("case", cases("taxonomy", "retrieval"), ids=str)
def test_a_given_query_means_the_services_that_are_expected(case: Case) -> None:
    top = found(case.query, case.today)
    missed = {
        name: value
        for name, value in case.expect.items()
        if name in CHECKS and not CHECKS[name](top, value)
    }
    assert missed == {}


def golden() -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    return [line for line in lines if "services" not in line.get("unscored", ())]


def is_right(line: dict[str, Any]) -> bool:
    """Whether each wish has its service first, or all of its group, and nothing else is said."""
    told = meant(line["query"], date.fromisoformat(line["today"]))
    services = told.services
    if not line["services"]:
        return not services if line.get("service_unknown") else services is None
    if services is None or set(line.get("excluded_services", ())) & set(services):
        return False
    first = {wish.matches[0].service_id for wish in told.wishes if wish.matches}
    return all(
        bool(first & set(wish["any"]))
        if "any" in wish
        else _group(wish["group"]) - told.excluded <= set(services)
        for wish in line["services"]
    )


def _group(name: str) -> set[str]:
    kind, _, slug = name.partition(":")
    return of_category(slug) if kind == "category" else of_subcategory(slug)


def test_the_open_golden_queries_mean_the_right_service_first() -> None:
    lines = golden()
    wrong = [line["query"] for line in lines if not is_right(line)]
    assert len(lines) > 200
    assert 1 - len(wrong) / len(lines) >= LEAST_RIGHT, wrong
