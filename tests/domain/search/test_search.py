"""Searching for instructors."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.errors import ServiceNotFound
from instainstru_core.domains.catalog.types import MatchReason
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.errors import PlaceUnknown
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import (
    DayOutOfReach,
    NothingAsked,
    PointIncomplete,
    PricesInverted,
)
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.kernel.authority import ANONYMOUS
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)
ELSEWHERE = "nyc-brooklyn-park-slope"


def ask(uow: Uow, cursor: str | None = None, limit: int = 20, **wanted: object) -> ResultsView:
    command = SearchInstructors.model_validate({"q": "theremin", **wanted})
    return service.search(uow, command, cursor=cursor, limit=limit)


def found(uow: Uow, **wanted: object) -> list[str]:
    return sorted(item.instructor_id for item in ask(uow, **wanted).items)


class TestWhoIsFound:
    def test_is_who_teaches_it(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow, service="test-oboe")
        result = ask(uow)
        (item,) = result.items
        assert (item.instructor_id, item.name, item.service_name) == (
            maya.id,
            "Maya O.",
            "Theremin",
        )
        assert (item.position, result.total, result.next_cursor) == (1, 1, None)
        assert item.from_hourly_rate_cents == 8_000
        assert item.formats == [
            LessonFormat.INSTRUCTOR_LOCATION,
            LessonFormat.ONLINE,
            LessonFormat.STUDENT_LOCATION,
        ]
        assert [area.key for area in item.areas] == ["test-square"]
        assert [(spot.latitude, spot.longitude) for spot in item.places] == [
            instructors.APPROXIMATE_PLACE
        ]
        assert [(one.name, one.reason) for one in result.understood.services] == [
            ("Theremin", MatchReason.EXACT_NAME)
        ]

    def test_is_who_is_live_and_active_with_an_active_offering(self, uow: Uow) -> None:
        instructors.live_instructor(uow, live=False)
        instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        idle = instructors.profile(uow, live=True)
        taught = instructors.catalog_service(uow)
        instructors.offering(uow, idle, taught.id, active=False)
        assert found(uow) == []

    def test_is_found_by_a_misspelled_word(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        assert found(uow, q="therimin lessons") == [maya.id]

    def test_is_found_by_the_service_itself(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        assert found(uow, q=None, service="test-theremin") == [maya.id]
        assert found(uow, q=None, service=maya.service_id) == [maya.id]

    def test_is_everybody_in_a_place_when_no_service_is_named(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        ana = instructors.live_instructor(uow, service="test-oboe")
        assert found(uow, q="lessons in test square") == sorted([maya.id, ana.id])

    def test_is_nobody_where_the_words_mean_nothing(self, uow: Uow) -> None:
        instructors.live_instructor(uow)
        result = ask(uow, q="underwater basket weaving")
        assert (result.items, result.total) == ([], 0)
        assert result.understood.not_understood == "underwater basket weaving"
        assert "underwater basket weaving" in result.hints[0]

    def test_is_found_although_some_words_mean_nothing(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        result = ask(uow, q="theremin in atlantis")
        assert [item.instructor_id for item in result.items] == [maya.id]
        assert result.understood.not_understood == "atlantis"
        assert "atlantis" in result.hints[0]


class TestThePlace:
    @pytest.mark.parametrize(
        "wanted",
        [
            {"q": "theremin in test square"},
            {"area": "test-square"},
            {"area": "Test Square"},
            {"latitude": instructors.INSIDE[0], "longitude": instructors.INSIDE[1]},
        ],
        ids=["text", "key", "name", "point"],
    )
    def test_is_where_the_instructor_travels_to(self, uow: Uow, wanted: dict[str, object]) -> None:
        travels = {LessonFormat.STUDENT_LOCATION: 12_000}
        maya = instructors.live_instructor(uow, prices=travels)
        instructors.live_instructor(uow, prices=travels, area_keys=[ELSEWHERE])
        result = ask(uow, **wanted)
        assert [item.instructor_id for item in result.items] == [maya.id]
        assert result.understood.place is not None
        assert result.understood.place.area_keys == ["test-square"]
        assert result.items[0].why[:2] == ["Teaches Theremin.", "Travels to Test Square."]

    def test_counts_only_formats_that_are_possible_there(self, uow: Uow) -> None:
        instructors.live_instructor(uow)
        (item,) = ask(uow, area="test-square").items
        assert item.formats == [LessonFormat.STUDENT_LOCATION]
        assert item.from_hourly_rate_cents == 12_000

    def test_does_not_matter_online(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        (item,) = ask(uow, area=ELSEWHERE, format="online").items
        assert (item.instructor_id, item.from_hourly_rate_cents) == (maya.id, 8_000)
        assert found(uow, area=ELSEWHERE) == []

    def test_may_be_a_borough(self, uow: Uow) -> None:
        travels = {LessonFormat.STUDENT_LOCATION: 12_000}
        maya = instructors.live_instructor(uow, prices=travels, area_keys=[ELSEWHERE])
        assert found(uow, borough=Borough.BROOKLYN) == [maya.id]
        assert found(uow, q="theremin brooklyn") == [maya.id]
        assert found(uow, borough=Borough.QUEENS) == []
        assert found(uow, area=ELSEWHERE, borough=Borough.QUEENS) == []
        assert found(uow, area=ELSEWHERE, borough=Borough.BROOKLYN) == [maya.id]

    def test_may_be_the_whole_city(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        result = ask(uow, q="theremin in nyc")
        assert [item.instructor_id for item in result.items] == [maya.id]

    def test_near_a_point_is_some_way_from_where_the_instructor_teaches(self, uow: Uow) -> None:
        hosts = {LessonFormat.INSTRUCTOR_LOCATION: 9_000}
        maya = instructors.live_instructor(uow, prices=hosts)
        near = {"latitude": 40.4315, "longitude": -73.7915}
        (item,) = ask(uow, **near).items
        assert (item.instructor_id, item.distance_km) == (maya.id, 2.2)
        assert item.why[1] == "Teaches about 2.2 km away."
        assert found(uow, latitude=40.4615, longitude=-73.7915) == []

    def test_that_is_named_beats_a_point(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        far = {"latitude": 40.85, "longitude": -73.88}
        assert found(uow, q="theremin in test square", **far) == [maya.id]
        assert found(uow, **far) == []

    def test_that_nobody_knows_is_refused(self, uow: Uow) -> None:
        with pytest.raises(PlaceUnknown):
            ask(uow, area="atlantis")


class TestPricesAndFormats:
    @pytest.mark.parametrize(
        ("wanted", "cents"),
        [
            ({"format": "online"}, 8_000),
            ({"format": "instructor_location"}, 9_000),
            ({"format": "student_location"}, 12_000),
            ({"format": "neutral_location"}, 9_000),
            ({"min_price_cents": 8_001}, 9_000),
            ({"max_price_cents": 8_000}, 8_000),
            ({"min_price_cents": 12_000, "max_price_cents": 12_000}, 12_000),
        ],
    )
    def test_count_together(self, uow: Uow, wanted: dict[str, object], cents: int) -> None:
        instructors.live_instructor(uow)
        (item,) = ask(uow, **wanted).items
        assert item.from_hourly_rate_cents == cents

    @pytest.mark.parametrize(
        "wanted",
        [
            {"max_price_cents": 7_999},
            {"min_price_cents": 12_001},
            {"format": "online", "min_price_cents": 8_001},
        ],
    )
    def test_leave_out_who_is_out_of_bounds(self, uow: Uow, wanted: dict[str, object]) -> None:
        instructors.live_instructor(uow)
        result = ask(uow, **wanted)
        assert result.items == []
        assert result.hints[0].startswith("Nobody was found. Try a")

    def test_of_a_neutral_place_are_travel_s_where_nobody_hosts(self, uow: Uow) -> None:
        instructors.live_instructor(uow, prices={LessonFormat.STUDENT_LOCATION: 12_000})
        (item,) = ask(uow, format="neutral_location").items
        assert item.from_hourly_rate_cents == 12_000


class TestTheDay:
    def test_needs_room_for_the_lesson(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, hours=("15:00-16:30",))
        instructors.live_instructor(uow, open_days=0)
        (item,) = ask(uow, on=TUESDAY, minutes=90).items
        assert item.instructor_id == maya.id
        assert item.free_at is not None
        assert item.free_at.isoformat() == "2026-06-16T19:00:00+00:00"
        assert "Free on Tuesday, June 16, from 15:00." in item.why
        assert found(uow, on=TUESDAY, minutes=120) == []

    def test_does_not_count_what_is_taken(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, hours=("15:00-16:30",))
        start = uow.now.replace(hour=19) + timedelta(days=1)
        availability.occupied(uow, maya.id, start, start + timedelta(hours=1))
        assert found(uow, on=TUESDAY, minutes=60) == []
        assert found(uow, on=TUESDAY + timedelta(days=1), minutes=60) == [maya.id]

    @pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), date.min, date.max])
    def test_is_refused_out_of_reach(self, uow: Uow, day: date) -> None:
        with pytest.raises(DayOutOfReach):
            ask(uow, on=day)


class TestTheOrder:
    def test_puts_the_cheaper_the_founding_and_the_near_first(self, uow: Uow) -> None:
        plain = instructors.live_instructor(uow)
        founding = instructors.live_instructor(uow, founding=True)
        cheap = instructors.live_instructor(uow, prices={LessonFormat.ONLINE: 6_000})
        result = ask(uow)
        assert [item.instructor_id for item in result.items] == [founding.id, cheap.id, plain.id]
        assert [item.score for item in result.items] == [0.845, 0.8025, 0.795]

    def test_goes_on_from_page_to_page_within_one_search(self, uow: Uow) -> None:
        ids = [instructors.live_instructor(uow).id for _ in range(5)]
        seen: list[tuple[int, str]] = []
        cursor: str | None = None
        searches: set[str] = set()
        while True:
            page = ask(uow, cursor=cursor, limit=2)
            seen += [(item.position, item.instructor_id) for item in page.items]
            searches.add(page.search_id)
            assert page.total == 5
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == list(enumerate(ids, 1))
        assert len(searches) == 1
        assert len(uow.session.scalars(select(SearchQuery)).all()) == 1

    def test_refuses_a_cursor_of_another_search(self, uow: Uow) -> None:
        for _ in range(2):
            instructors.live_instructor(uow)
        cursor = ask(uow, limit=1).next_cursor
        with pytest.raises(BadCursor):
            ask(uow, cursor=cursor, max_price_cents=10_000)


class TestTheRecord:
    def test_says_what_was_asked_and_how_many_were_found(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow)
        zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))
        with begin(zoe) as work:
            result = ask(work, q="  Theremín in Test Square ", limit=1)
        row = uow.session.scalars(select(SearchQuery)).one()
        assert (row.id, row.at, row.user_id) == (result.search_id, uow.now, zoe.id)
        assert row.text == "  Theremín in Test Square "
        assert row.normalized_text == "theremin in test square"
        assert (row.service_id, row.area_key) == (maya.service_id, "test-square")
        assert row.result_count == 2
        assert 0 <= row.took_ms < 5_000

    def test_leaves_out_what_is_not_one(self, begin: Begin, uow: Uow) -> None:
        with begin(ANONYMOUS) as work:
            ask(work, q="dance in brooklyn")
        row = uow.session.scalars(select(SearchQuery)).one()
        assert (row.user_id, row.service_id, row.area_key, row.result_count) == (
            None,
            None,
            None,
            0,
        )

    def test_has_the_name_of_a_service_that_was_chosen(self, uow: Uow) -> None:
        ask(uow, q=None, service="piano")
        assert uow.session.scalars(select(SearchQuery)).one().text == "Piano"

    def test_holds_nothing_that_was_refused(self, uow: Uow) -> None:
        for wanted, refusal in (
            ({"q": None}, NothingAsked),
            ({"q": "?!"}, NothingAsked),
            ({"latitude": 40.0}, PointIncomplete),
            ({"longitude": 40.0}, PointIncomplete),
            ({"min_price_cents": 2, "max_price_cents": 1}, PricesInverted),
            ({"service": "nothing"}, ServiceNotFound),
        ):
            with pytest.raises(refusal):
                ask(uow, **wanted)
        assert uow.session.scalars(select(SearchQuery)).all() == []


class TestHints:
    def test_say_when_a_place_is_not_clear(self, uow: Uow) -> None:
        instructors.catalog_service(uow)
        result = ask(uow, q="theremin in murray hill")
        assert result.understood.place is not None
        assert result.understood.place.ambiguous
        assert "not clear which is meant" in result.hints[0]

    def test_say_when_nobody_teaches_it(self, uow: Uow) -> None:
        instructors.catalog_service(uow)
        assert ask(uow).hints == ["Nobody teaches this yet."]

    def test_are_none_when_all_is_well(self, uow: Uow) -> None:
        instructors.live_instructor(uow)
        assert ask(uow).hints == []


def test_takes_as_many_statements_for_many_as_for_one(
    uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    instructors.live_instructor(uow)
    with count_statements() as for_one:
        assert len(ask(uow, q="theremin in test square", on=TUESDAY).items) == 1
    for _ in range(7):
        instructors.live_instructor(uow)
    with count_statements() as for_many:
        assert len(ask(uow, q="theremin in test square", on=TUESDAY).items) == 8
    assert len(for_one) == len(for_many) == 10
