"""What people search for, counted by instants and by people."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.reporting import service
from instainstru_core.domains.reporting.policy import searching
from instainstru_core.domains.reporting.types import GapBy
from instainstru_core.domains.search.models import (
    SearchCandidate,
    SearchClick,
    SearchHistory,
    SearchQuery,
)
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Device, FoundBy, SearchSource
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories import instructors

HOUR = timedelta(hours=1)


def searched(
    uow: Uow, text: str, results: int, *, at: datetime | None = None, by: str = "g1", **values: Any
) -> str:
    row = SearchQuery(
        id=new_id(),
        at=at or uow.now - HOUR,
        person=by,
        text=text,
        normalized_text=text.casefold(),
        result_count=results,
        took_ms=3,
        **values,
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


def clicked(
    uow: Uow, search_id: str, who: str, action: ClickAction = ClickAction.BOOK, by: str = "g1"
) -> None:
    uow.session.add(
        SearchClick(
            id=new_id(),
            search_id=search_id,
            instructor_id=who,
            action=action,
            position=1,
            at=uow.now,
            person=by,
        )
    )
    uow.session.flush()


class TestTopQueries:
    def test_joins_spellings_and_counts_people(self, uow: Uow) -> None:
        teacher = instructors.profile(uow)
        first = searched(uow, "Piano", 3)
        searched(uow, "paino", 0, by="g2", wish_text="piano")
        searched(uow, "piano", 2, by="g2")
        clicked(uow, first, teacher)
        clicked(uow, first, teacher, ClickAction.VIEW)
        found = service.search_top_queries(uow, "2h").data
        (query,) = found.queries
        assert (query.query, query.variants) == ("piano", ["paino"])
        assert (query.searches, query.people, query.average_results) == (3, 2, 1.7)
        assert (query.without_results, query.conversion) == (1, 0.5)
        assert (found.conversion, found.zero_result_rate) == (0.5, 0.3333)

    def test_does_not_count_what_a_stranger_did_with_the_results(self, uow: Uow) -> None:
        teacher = instructors.profile(uow)
        clicked(uow, searched(uow, "piano", 3), teacher, by="g9")
        clicked(uow, searched(uow, "piano", 3, by="a1"), teacher, by="g9")
        (query,) = service.search_top_queries(uow, "2h").data.queries
        assert (query.people, query.conversion) == (2, 0.5)

    def test_leaves_programs_out(self, uow: Uow) -> None:
        for number in range(3):
            searched(uow, "piano", 1, by=f"g{number}", device=Device.PROGRAM)
        found = service.search_top_queries(uow, "2h").data
        assert (found.total_searches, found.queries) == (0, [])

    def test_hides_the_words_of_one_person_alone(self, uow: Uow) -> None:
        for _ in range(2):
            searched(uow, "piano for jane smith 12345 in astoria", 1)
        (query,) = service.search_top_queries(uow, "2h").data.queries
        assert query.query == "piano for … in astoria"
        searched(uow, "piano for jane smith 12345 in astoria", 1, by="g2")
        (query,) = service.search_top_queries(uow, "2h").data.queries
        assert query.query == "piano for jane smith 12345 in astoria"

    def test_takes_all_whom_only_an_address_tells_apart_for_one(self, uow: Uow) -> None:
        for who in ("a1", "a2", "a3"):
            searched(uow, "piano for jane", 1, by=who)
        (query,) = service.search_top_queries(uow, "2h").data.queries
        assert (query.query, query.people) == ("piano for …", 3)
        searched(uow, "piano for jane", 1, by="g1")
        (query,) = service.search_top_queries(uow, "2h").data.queries
        assert (query.query, query.people) == ("piano for jane", 4)

    def test_takes_the_window_to_the_instant(self, uow: Uow) -> None:
        for back in (timedelta(hours=2), timedelta(hours=2, microseconds=1), timedelta(0)):
            searched(uow, "piano", 1, at=uow.now - back)
        assert service.search_top_queries(uow, "2h", min_count=1).data.total_searches == 1

    def test_tells_how_many_more_there_are(self, uow: Uow) -> None:
        for text in ("piano", "oboe", "harp", "harp", "flute", "flute"):
            searched(uow, text, 1)
        assert service.search_top_queries(uow, "2h", min_count=1, limit=1).total == 4
        assert service.search_top_queries(uow, "2h", min_count=2, limit=1).total == 2
        assert service.search_top_queries(uow, "2h", min_count=3).total == 0

    def test_says_when_the_bar_is_too_high(self, uow: Uow) -> None:
        searched(uow, "piano", 1)
        found = service.search_top_queries(uow, "2h", min_count=2)
        assert found.data.queries == []
        assert found.warnings == ["No wish was searched for 2 times: lower `min_count`."]

    def test_tells_unknown_from_none(self, uow: Uow) -> None:
        nothing = service.search_top_queries(uow, "2h")
        assert nothing.data.conversion is None
        assert nothing.warnings == [
            "There are no searches on record at all: nothing is known of what people want."
        ]


class TestZeroResults:
    def test_counts_people_and_searches_and_says_where(self, uow: Uow) -> None:
        at = uow.now - HOUR
        areas = ["nyc-brooklyn-park-slope", "nyc-queens-astoria"]
        searched(uow, "zither", 0, at=at, by="u1", area_keys=areas)
        searched(uow, "Zither", 0, at=at + timedelta(minutes=5), by="u1", area_keys=areas[1:])
        searched(uow, "zither", 0, at=at, by="g2", area_key=areas[1])
        searched(uow, "zither", 2, at=at)
        found = service.search_zero_results(uow, "2h")
        (query,) = found.data.queries
        assert (query.query, query.searches, query.searchers) == ("zither", 3, 2)
        assert query.last_at == at + timedelta(minutes=5)
        assert query.areas == ["Astoria", "Park Slope"]
        assert (found.data.zero_result_searches, found.data.zero_result_rate) == (3, 0.75)
        assert found.total == 1

    def test_says_that_all_found_somebody(self, uow: Uow) -> None:
        searched(uow, "piano", 1)
        found = service.search_zero_results(uow, "2h")
        assert found.warnings[-1] == "Every search in this window found somebody."


class TestSupplyGaps:
    def test_sets_who_wants_a_service_against_who_can_be_booked_there(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow, live=False)
        here, there = maya.area_keys[0], "nyc-queens-astoria"
        assert here != there
        for who in ("g1", "g2", "g3"):
            searched(uow, "theremin", 1, by=who, service_id=maya.service_id, area_keys=[here])
        for who in ("g1", "g1", "g2"):
            searched(uow, "theremin", 0, by=who, service_id=maya.service_id, area_keys=[there])
        searched(uow, "theremin", 0, service_id=maya.service_id, area_keys=["nyc-queens-bayside"])
        report = service.search_supply_gaps(uow, "2h")
        first, second = report.data.gaps
        assert (first.area, first.borough, first.instructors) == ("Astoria", "Queens", 0)
        assert (first.people, first.searches, first.without_results) == (2, 3, 3)
        assert (first.people_per_instructor, first.shown) == (None, None)
        assert (second.people, second.instructors, second.people_per_instructor) == (3, 1, 3.0)
        assert report.total == 2

    def test_counts_a_service_wherever_it_is_wanted(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        for who in ("g1", "g2"):
            search_id = searched(uow, "theremin", 1, by=who, service_id=maya.service_id)
            uow.session.add(
                SearchCandidate(
                    search_id=search_id,
                    position=1,
                    instructor_id=maya.id,
                    service_id=maya.service_id,
                    score=0.5,
                    found_by=FoundBy.TEXT,
                    signals={},
                    relaxed=[],
                )
            )
        uow.session.flush()
        told = {"service_id": maya.service_id, "cache_hit": True, "shown_as": search_id}
        searched(uow, "theremin", 1, by="g1", **told)
        (gap,) = service.search_supply_gaps(uow, "2h", by=GapBy.SERVICE).data.gaps
        assert (gap.area, gap.people, gap.searches, gap.shown, gap.instructors) == (
            None,
            2,
            3,
            3,
            1,
        )

    def test_counts_for_each_of_a_few_services_and_for_none_of_many(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        ana = instructors.live_instructor(uow, service="test-oboe")
        few, many = [maya.service_id, ana.service_id], [maya.service_id, *"abc"]
        for who in ("g1", "g2"):
            searched(uow, "theremin or oboe", 2, by=who, service_ids=few)
            searched(uow, "rarities", 2, by=f"{who}0", service_ids=many)
            searched(uow, "anything", 2, by=who, service_ids=[])
        gaps = service.search_supply_gaps(uow, "2h", by=GapBy.SERVICE).data.gaps
        assert sorted((gap.slug, gap.people) for gap in gaps) == [
            ("test-oboe", 2),
            ("test-theremin", 2),
        ]

    def test_says_when_nothing_was_wanted_by_enough(self, uow: Uow) -> None:
        searched(uow, "piano", 1)
        assert service.search_supply_gaps(uow, "2h").warnings == [
            "Nothing was wanted by 2 people: lower `least_people`, or widen the window."
        ]


class TestQuality:
    def test_tells_how_searches_end(self, uow: Uow) -> None:
        teacher = instructors.profile(uow)
        used = searched(uow, "piano", 4, strict_count=0, relaxed=["price"], cache_hit=True)
        clicked(uow, used, teacher, ClickAction.PROFILE)
        searched(uow, "oboe", 0, level="light", unresolved_place="gotham")
        hovered = searched(uow, "harp", 60, level="none")
        clicked(uow, hovered, teacher, ClickAction.HOVER)
        data = service.search_quality(uow, "2h").data
        assert data.quality == 31.0  # (20 + 25, 0, 48)
        assert data.results.model_dump() == {
            "none": 1,
            "one_to_five": 1,
            "six_to_ten": 0,
            "more": 1,
        }
        assert (data.use_rate, data.booking_rate) == (0.3333, 0.0)
        assert (data.relaxed_rate, data.only_relaxed) == (0.3333, 1)
        assert (data.cache_hit_rate, data.degraded_rate, data.places_not_found) == (
            0.3333,
            0.3333,
            1,
        )
        assert (data.p50_ms, data.cold_p95_ms) == (3.0, 3.0)
        assert data.problems == []

    @pytest.mark.parametrize("results", [0, 1, 10, 11, 50, 51, 150, 151])
    def test_is_judged_alike_in_statements_and_by_policy(self, uow: Uow, results: int) -> None:
        searched(uow, "piano", results)
        found = service.search_quality(uow, "2h").data.quality
        assert found == round(searching.quality(results, of_use=False), 1)

    def test_counts_guests_who_signed_in(self, uow: Uow) -> None:
        for guest, converted_at in (("g1", uow.now), ("g1", None), ("g2", None)):
            uow.session.add(
                SearchHistory(
                    id=new_id(),
                    guest=guest,
                    text="piano",
                    normalized_text=f"piano {converted_at}",
                    source=SearchSource.TYPED,
                    result_count=1,
                    times=1,
                    first_at=uow.now - HOUR,
                    last_at=uow.now - HOUR,
                    converted_at=converted_at,
                )
            )
        uow.session.flush()
        data = service.search_quality(uow, "2h").data
        assert (data.guests, data.guest_conversion) == (2, 0.5)
        assert service.search_quality(uow, "30m").data.guest_conversion is None

    def test_names_wishes_that_are_often_made_and_find_little(self, uow: Uow) -> None:
        for number in range(5):
            searched(uow, "zither", number % 2, by=f"g{number}")
            searched(uow, "piano", 9, by=f"g{number}")
        problems = service.search_quality(uow, "2h").data.problems
        assert [(one.query, one.average_results) for one in problems] == [
            ("zither", 0.4),
            ("piano", 9.0),
        ]

    def test_knows_nothing_of_a_window_without_searches(self, uow: Uow) -> None:
        data = service.search_quality(uow, "2h").data
        assert (data.searches, data.quality, data.p50_ms, data.use_rate) == (0, None, None, None)


class TestTrends:
    def test_counts_by_new_york_days_and_finds_what_rises(self, uow: Uow) -> None:
        day = timedelta(days=1)
        searched(uow, "piano", 1, at=uow.now - 3 * day)
        for who in ("g1", "g2"):
            searched(uow, "piano", 1, at=uow.now - day, by=who)
            searched(uow, "harp", 0, at=uow.now - 3 * day, by=who)
        searched(uow, "harp", 0, at=uow.now - day)
        data = service.search_trends(uow, "48h").data
        assert [(one.searches, one.people, one.zero_result_rate) for one in data.days] == [
            (3, 2, 0.3333)
        ]
        assert [(one.query, one.people, one.people_before) for one in data.rising] == [
            ("piano", 2, 1)
        ]
