"""`instainstru search evaluate`: how labelled searches are compared, and what search is held to."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from cli.search_evaluation import labels, scoring
from cli.search_evaluation.labels import Half, Query, Wish
from cli.search_evaluation.reading import Reader, Understood, Where
from cli.search_evaluation.slots import Outcome, compared, corrupted
from instainstru_core.domains.search.types.parsed import (
    DateKind,
    DateWish,
    Parsed,
    Phrase,
    PriceWish,
    TimeWindow,
    TimeWish,
)
from tests.cli.conftest import Terminal

TODAY = date(2026, 11, 28)
SUNDAY = date(2026, 11, 29)


def query(text: str = "piano", **slots: object) -> Query:
    return Query(
        text=text,
        today=TODAY,
        slots=slots,
        wishes=cast(list[Wish], slots.get("wishes", [])),
        is_unknown=False,
        excluded_services=frozenset(cast(list[str], slots.get("excluded_services", []))),
        not_corrected=cast(list[str], slots.get("not_corrected", [])),
        unscored=frozenset(cast(list[str], slots.get("unscored", []))),
    )


class TestTheQueries:
    def test_are_as_many_as_the_issue_asks_for_half_of_them_unseen(self) -> None:
        halves = [len(labels.load(half)) for half in Half]
        assert sum(halves) >= 300
        assert abs(halves[0] - halves[1]) <= sum(halves) // 5

    def test_are_typed_once(self) -> None:
        texts = [query.text for half in Half for query in labels.load(half)]
        assert len(texts) == len(set(texts))


class TestASlot:
    @pytest.mark.parametrize(
        ("label", "found", "outcome"),
        [
            ({"max_cents": 5000}, PriceWish(max_cents=5000), Outcome.RIGHT),
            ({"max_cents": 5000}, PriceWish(max_cents=6000), Outcome.WRONG),
            ({"max_cents": 5000}, PriceWish(1000, 5000), Outcome.WRONG),
            ({"max_cents": 5000}, None, Outcome.MISSED),
            (None, PriceWish(max_cents=5000), Outcome.INVENTED),
            (None, None, Outcome.EMPTY),
            ({"around_cents": 5000}, PriceWish(4000, 6000), Outcome.RIGHT),
            ({"around_cents": 5000}, PriceWish(None, 5000), Outcome.RIGHT),
            ({"around_cents": 5000}, PriceWish(None, 7501), Outcome.WRONG),
            ({"around_cents": 5000}, PriceWish(2499, 6000), Outcome.WRONG),
            ({"around_cents": 5000}, PriceWish(5000, None), Outcome.WRONG),
            ({"any_of": [{"max_cents": 1}, None]}, None, Outcome.EMPTY),
            ({"any_of": [{"max_cents": 1}, None]}, PriceWish(max_cents=1), Outcome.RIGHT),
        ],
    )
    def test_a_price(self, label: object, found: PriceWish | None, outcome: Outcome) -> None:
        assert compared(query(price=label), Parsed("", price=found))["price"] is outcome

    def test_of_days_and_hours_only_what_is_labelled_is_compared(self) -> None:
        dates = DateWish(DateKind.WEEKDAYS, TODAY, SUNDAY, frozenset({5}))
        time = TimeWish(720, 1020, TimeWindow.AFTERNOON)
        parsed = Parsed("", dates=dates, time=time)
        labelled = query(
            dates={"kind": "weekdays", "weekdays": [5]}, time={"window": "afternoon", "after": 1}
        )
        outcomes = compared(labelled, parsed)
        assert (outcomes["dates"], outcomes["time"]) == (Outcome.RIGHT, Outcome.RIGHT)
        other = query(dates={"first": "2026-11-29"}, time={"after": 720, "before": None})
        outcomes = compared(other, parsed)
        assert (outcomes["dates"], outcomes["time"]) == (Outcome.WRONG, Outcome.WRONG)

    def test_what_is_not_scored_has_no_outcome(self) -> None:
        assert "ages" not in compared(query(unscored=["ages"]), Parsed("", ages=(5,)))

    def test_excluded_words_are_within_excluded_phrases(self) -> None:
        parsed = Parsed("", excluded=(Phrase("hot yoga", 0, 8),))
        assert compared(query(excluded=["hot"]), parsed)["excluded"] is Outcome.RIGHT
        assert compared(query(excluded=["ballet"]), parsed)["excluded"] is Outcome.WRONG

    def test_words_that_were_to_stay_are_told(self) -> None:
        labelled = query("beading", not_corrected=["beading"])
        assert corrupted(labelled, Parsed("beading", corrected="reading")) == ["beading"]
        assert corrupted(labelled, Parsed("beading")) == []


class _Known:
    """A reader that answers what it is told, in place of a catalog and a map."""

    def __init__(self, ranked: list[list[str]], where: Where | None = None) -> None:
        self.understood = Understood(Parsed("piano"), ranked, where, 0.001, 0.002)
        group = SimpleNamespace(slug="music")
        self.by_slug = {
            slug: SimpleNamespace(category=group, subcategory=group)
            for slug in ("piano", "guitar", "organ")
        }

    def read(self, text: str, today: date) -> Understood:
        return self.understood

    def areas_of(self, borough: str) -> frozenset[str]:
        return frozenset({borough})


def scored(
    half: Half, ranked: list[list[str]], where: Where | None = None, **slots: object
) -> scoring.Scores:
    queries = [query("piano", **slots), query("piano", **slots)]
    return scoring.score(half, queries, cast(Reader, _Known(ranked, where)))


class TestTheScores:
    @pytest.mark.parametrize(
        ("ranked", "first", "five", "mean"),
        [
            ([["piano"]], 1.0, 1.0, 1.0),
            ([["guitar"], ["piano"]], 1.0, 1.0, 1.0),
            ([["guitar", "piano"]], 0.0, 1.0, 0.5),
            ([["guitar"] * 5 + ["piano"]], 0.0, 0.0, 0.1667),
            ([], 0.0, 0.0, 0.0),
        ],
    )
    def test_services_are_scored_by_rank(
        self, ranked: list[list[str]], first: float, five: float, mean: float
    ) -> None:
        found = scored(Half.OPEN, ranked, wishes=[Wish(frozenset({"piano"}))]).services
        assert (found.hit_at_1, found.hit_at_5, found.mean_reciprocal_rank) == (first, five, mean)

    def test_any_service_of_a_group_is_right(self) -> None:
        found = scored(Half.OPEN, [["organ"]], wishes=[Wish(group="category:music")])
        assert (found.services.hit_at_1, found.fully_right) == (1.0, 2)

    def test_what_was_made_up_and_what_was_to_stay_out_is_counted(self) -> None:
        found = scored(Half.OPEN, [["organ"]], excluded_services=["organ"])
        assert (found.services.nothing_made_up, found.services.kept_out) == (0.0, 0.0)

    @pytest.mark.parametrize(
        ("label", "where", "right"),
        [
            ({"areas": ["a"], "may": ["b"]}, Where(areas=frozenset({"a", "b"})), True),
            ({"areas": ["a"], "may": ["b"]}, Where(areas=frozenset({"b"})), False),
            ({"areas": ["a"]}, Where(areas=frozenset({"a", "b"})), False),
            ({"borough": "Queens"}, Where(areas=frozenset({"Queens"})), True),
            ("city", Where(is_city=True), True),
            ("near_me", Where(is_near_me=True), True),
            ("near_me", Where(is_city=True), False),
            (None, None, True),
            (None, Where(areas=frozenset({"a"})), False),
        ],
    )
    def test_a_place_is_right_with_all_areas_and_no_others(
        self, label: object, where: Where | None, right: bool
    ) -> None:
        places = scored(Half.OPEN, [], where, place=label).places
        assert (places.queries, places.accuracy) == (2, 1.0 if right else 0.0)

    def test_doubt_has_to_be_told(self) -> None:
        where = Where(areas=frozenset({"a"}))
        label = {"areas": ["a"]}
        assert scored(Half.OPEN, [], where, place=label, ambiguous=True).places.right == 0

    def test_a_place_that_nobody_named_is_wrong(self) -> None:
        places = scored(Half.OPEN, [], Where(is_city=True)).places
        assert (places.queries, places.right) == (2, 0)

    def test_of_the_blind_half_no_miss_is_told(self) -> None:
        wishes = [Wish(frozenset({"piano"}))]
        assert len(scored(Half.OPEN, [], wishes=wishes).misses) == 2
        assert scored(Half.BLIND, [], wishes=wishes).misses == []


AWAY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize(("half", "least"), [(Half.OPEN, 350), (Half.LATER, 150)])
def test_what_is_not_blind_is_understood_as_well_as_search_is_held_to(
    terminal: Terminal, half: Half, least: int
) -> None:
    """By what the release brings: there is no database to ask."""
    ran = terminal("search", "evaluate", "--set", half.value, "--json", DATABASE_URL=AWAY)
    assert ran.code == 0, ran.err
    found = scoring.Scores.model_validate(ran.json)
    assert found.meets_targets
    assert found.corrupted_words == 0
    assert found.queries >= least
