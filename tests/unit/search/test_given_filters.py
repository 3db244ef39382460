"""The queries of `../shared/data/search_cases_dev.jsonl` about filters that a text speaks of."""

from collections.abc import Mapping
from datetime import date
from typing import cast

import pytest

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.policy import inferred_filters
from instainstru_core.domains.catalog.types import SKILL_LEVEL, FilterDefinition, FilterOption
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.meaning import fusion
from tests.unit.search.cases import Case, cases
from tests.unit.search.catalogue import lookup
from tests.unit.search.knowledge import entries, words

ALIKE = FilterDefinition(
    "goal", "Goal", (FilterOption("test", "Test"), FilterOption("exam", "Test"))
)
OF: Mapping[int, tuple[str, str]] = {
    190: ("music", "piano"),
    194: ("music", "piano"),
    196: ("tutoring", "math"),
}
"""The subcategory that each of these speaks of, where the case brings no filters of its own."""


def definitions(case: Case) -> tuple[FilterDefinition, ...]:
    """The filters that the case brings, else those of the packaged subcategory."""
    if "filters" in case.given:
        given = cast("dict[str, list[str]]", case.given["filters"])
        return tuple(
            FilterDefinition(
                key,
                key.title(),
                tuple(FilterOption(one, one.replace("_", " ").title()) for one in values),
            )
            for key, values in given.items()
        )
    if case.line in OF:
        return catalog.filter_definitions(*OF[case.line])
    return (ALIKE,)


@pytest.mark.parametrize("case", cases("inferred_filter"), ids=str)
def test_what_a_text_speaks_of_is_offered(case: Case) -> None:
    parsed = parse(case.query, words(), date(2026, 11, 25))
    if "effective_subcategory" in case.expect:
        meant = fusion.meant(parsed, lookup(), None, {}).services or {}
        groups = {one.subcategory.slug for one in entries() if one.id in meant}
        assert (len(groups) == 1) is (case.expect["effective_subcategory"] is not None)
        return
    taken = () if parsed.skill is None else (SKILL_LEVEL,)
    found = inferred_filters(case.query, definitions(case), taken=taken)
    assert {key: sorted(values) for key, values in found.items()} == case.expect["inferred_filters"]
