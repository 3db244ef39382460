"""Searching for instructors."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

import pytest
from sqlalchemy import QueuePool, select, text

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.catalog.errors import ServiceNotFound
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.errors import PlaceUnknown
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.errors import (
    DayOutOfReach,
    NothingAsked,
    PointIncomplete,
    PricesInverted,
)
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.service import places
from instainstru_core.domains.search.types.finding import AgainLacks
from instainstru_core.domains.search.types.meaning import Reason
from instainstru_core.kernel import measure
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime, build
from tests.factories import availability, instructors
from tests.factories.bookings import booking, student
from tests.patience import PATIENCE_SECONDS

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)
ELSEWHERE = "nyc-brooklyn-park-slope"


Ask: TypeAlias = Callable[..., ResultsView]
Found: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def ask(runtime: Runtime) -> Ask:
    """Searches as anybody, for theremins unless something else is wished for."""

    def asking(
        cursor: str | None = None, limit: int = 20, by: Actor = ANONYMOUS, **wanted: object
    ) -> ResultsView:
        command = SearchInstructors.model_validate({"q": "theremin", **wanted})
        wish = finding.wish_of(runtime.finder, command, cursor=cursor, limit=limit)
        return finding.find(runtime.finder, by, wish)

    return asking


@pytest.fixture
def found(ask: Ask) -> Found:
    """Who answers everything, in the order of their ids."""

    def finding_all(**wanted: object) -> list[str]:
        return sorted(item.instructor_id for item in ask(**wanted).items if not item.relaxed)

    return finding_all


class TestWhoIsFound:
    def test_is_who_teaches_it(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow, service="test-oboe")
        result = ask()
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
            ("Theremin", Reason.NAME)
        ]

    def test_is_who_is_live_and_active_with_an_active_offering(
        self, found: Found, uow: Uow
    ) -> None:
        instructors.live_instructor(uow, live=False)
        instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        idle = instructors.profile(uow, live=True)
        taught = instructors.catalog_service(uow)
        instructors.offering(uow, idle, taught.id, active=False)
        assert found() == []

    def test_is_found_by_a_misspelled_word(self, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        assert found(q="therimin lessons") == [maya.id]

    def test_is_found_by_the_service_itself(self, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        assert found(q=None, service="test-theremin") == [maya.id]
        assert found(q=None, service=maya.service_id) == [maya.id]

    def test_is_everybody_in_a_place_when_no_service_is_named(self, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        ana = instructors.live_instructor(uow, service="test-oboe")
        assert found(q="lessons in test square") == sorted([maya.id, ana.id])

    def test_is_nobody_where_the_words_mean_nothing(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow)
        result = ask(q="underwater basket weaving")
        assert (result.items, result.total) == ([], 0)
        assert result.understood.not_understood == "underwater basket weaving"
        assert "underwater basket weaving" in result.hints[0]

    def test_is_found_although_some_words_mean_nothing(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        result = ask(q="theremin in atlantis")
        assert [item.instructor_id for item in result.items] == [maya.id]
        assert result.understood.place_not_found == "atlantis"
        assert result.hints[0].startswith('No place is called "atlantis", so the whole city counts')


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
    def test_is_where_the_instructor_travels_to(
        self, ask: Ask, uow: Uow, wanted: dict[str, object]
    ) -> None:
        travels = {LessonFormat.STUDENT_LOCATION: 12_000}
        maya = instructors.live_instructor(uow, prices=travels)
        instructors.live_instructor(uow, prices=travels, area_keys=[ELSEWHERE])
        result = ask(**wanted)
        assert [item.instructor_id for item in result.items] == [maya.id]
        assert result.understood.place is not None
        assert result.understood.place.area_keys == ["test-square"]
        assert result.items[0].why[:2] == ["Teaches Theremin.", "Travels to Test Square."]

    def test_counts_only_formats_that_are_possible_there(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow)
        (item,) = ask(area="test-square").items
        assert item.formats == [LessonFormat.STUDENT_LOCATION]
        assert item.from_hourly_rate_cents == 12_000

    def test_does_not_matter_online(self, ask: Ask, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        (item,) = ask(area=ELSEWHERE, format="online").items
        assert (item.instructor_id, item.from_hourly_rate_cents) == (maya.id, 8_000)
        assert found(area=ELSEWHERE) == []

    def test_may_be_a_borough(self, found: Found, uow: Uow) -> None:
        travels = {LessonFormat.STUDENT_LOCATION: 12_000}
        maya = instructors.live_instructor(uow, prices=travels, area_keys=[ELSEWHERE])
        assert found(borough=Borough.BROOKLYN) == [maya.id]
        assert found(q="theremin brooklyn") == [maya.id]
        assert found(borough=Borough.QUEENS) == []
        assert found(area=ELSEWHERE, borough=Borough.QUEENS) == []
        assert found(area=ELSEWHERE, borough=Borough.BROOKLYN) == [maya.id]

    def test_may_be_the_whole_city(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        result = ask(q="theremin in nyc")
        assert [item.instructor_id for item in result.items] == [maya.id]

    def test_near_a_point_is_some_way_from_where_the_instructor_teaches(
        self, ask: Ask, found: Found, uow: Uow
    ) -> None:
        hosts = {LessonFormat.INSTRUCTOR_LOCATION: 9_000}
        maya = instructors.live_instructor(uow, prices=hosts)
        near = {"latitude": 40.4315, "longitude": -73.7915}
        (item,) = ask(**near).items
        assert (item.instructor_id, item.distance_km) == (maya.id, 2.2)
        assert item.why[1] == "Teaches about 2.2 km away."
        assert found(latitude=40.4615, longitude=-73.7915) == []

    def test_that_is_named_beats_a_point(self, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        far = {"latitude": 40.85, "longitude": -73.88}
        assert found(q="theremin in test square", **far) == [maya.id]
        assert found(**far) == []

    def test_that_nobody_knows_is_refused(self, ask: Ask, uow: Uow) -> None:
        with pytest.raises(PlaceUnknown):
            ask(area="atlantis")


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
    def test_count_together(
        self, ask: Ask, uow: Uow, wanted: dict[str, object], cents: int
    ) -> None:
        instructors.live_instructor(uow)
        (item,) = ask(**wanted).items
        assert item.from_hourly_rate_cents == cents

    @pytest.mark.parametrize(
        "wanted",
        [
            {"max_price_cents": 7_999},
            {"min_price_cents": 12_001},
            {"format": "online", "min_price_cents": 8_001},
        ],
    )
    def test_leave_out_who_is_out_of_bounds(
        self, ask: Ask, uow: Uow, wanted: dict[str, object]
    ) -> None:
        instructors.live_instructor(uow)
        result = ask(**wanted)
        assert result.total == 0
        assert [item.relaxed for item in result.items] in ([], [["price"]])

    def test_say_what_to_try_where_nobody_is_near_them(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow)
        result = ask(max_price_cents=1_000, min_rating=4.5)
        assert (result.items, result.hints) == (
            [],
            ["Nobody was found. Try a higher price or a lower rating."],
        )

    def test_are_given_up_a_little_and_that_is_said(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        result = ask(max_price_cents=7_999)
        (item,) = result.items
        assert (item.instructor_id, item.relaxed) == (maya.id, ["price"])
        assert "Dearer than asked for." in item.why
        assert (result.total, result.relaxed) == (0, ["price"])
        assert result.relaxation_note == (
            "Nobody answers all of it. These do but for the price; each says what."
        )

    def test_of_a_neutral_place_are_travel_s_where_nobody_hosts(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow, prices={LessonFormat.STUDENT_LOCATION: 12_000})
        (item,) = ask(format="neutral_location").items
        assert item.from_hourly_rate_cents == 12_000


class TestTheDay:
    def test_needs_room_for_the_lesson(self, ask: Ask, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, hours=("15:00-16:30",))
        instructors.live_instructor(uow, open_days=0)
        (item,) = ask(on=TUESDAY, minutes=90).items
        assert item.instructor_id == maya.id
        assert item.free_at is not None
        assert item.free_at.isoformat() == "2026-06-16T19:00:00+00:00"
        assert "Free on Tuesday, June 16, from 15:00." in item.why
        assert found(on=TUESDAY, minutes=120) == []

    def test_does_not_count_what_is_taken(self, found: Found, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, hours=("15:00-16:30",))
        start = uow.now.replace(hour=19) + timedelta(days=1)
        availability.occupied(uow, maya.id, start, start + timedelta(hours=1))
        assert found(on=TUESDAY, minutes=60) == []
        assert found(on=TUESDAY + timedelta(days=1), minutes=60) == [maya.id]

    @pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), date.min, date.max])
    def test_is_refused_out_of_reach(self, ask: Ask, uow: Uow, day: date) -> None:
        with pytest.raises(DayOutOfReach):
            ask(on=day)


class TestTheOrder:
    def test_is_that_of_the_score_and_then_of_who_came_first(self, ask: Ask, uow: Uow) -> None:
        plain = instructors.live_instructor(uow)
        other = instructors.live_instructor(uow, prices={LessonFormat.ONLINE: 8_000})
        founding = instructors.live_instructor(uow, founding=True)
        result = ask()
        assert [item.instructor_id for item in result.items] == [founding.id, plain.id, other.id]
        scores = [item.score for item in result.items]
        assert scores[0] > scores[1] == scores[2]

    @pytest.mark.parametrize(("sort", "order"), [("price_low", 1), ("price_high", -1)])
    def test_may_be_that_of_prices(self, ask: Ask, uow: Uow, sort: str, order: int) -> None:
        for cents in (9_000, 7_000, 12_000):
            instructors.live_instructor(uow, prices={LessonFormat.ONLINE: cents})
        shown = [item.from_hourly_rate_cents for item in ask(sort=sort).items]
        assert shown == [7_000, 9_000, 12_000][::order]

    def test_goes_on_from_page_to_page_within_one_search(self, ask: Ask, uow: Uow) -> None:
        ids = [instructors.live_instructor(uow).id for _ in range(5)]
        seen: list[tuple[int, str]] = []
        cursor: str | None = None
        searches: set[str] = set()
        while True:
            page = ask(cursor=cursor, limit=2)
            seen += [(item.position, item.instructor_id) for item in page.items]
            searches.add(page.search_id)
            assert page.total == 5
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == list(enumerate(ids, 1))
        assert len(searches) == 1
        assert len(uow.session.scalars(select(SearchQuery)).all()) == 1

    def test_refuses_a_cursor_of_another_search(self, ask: Ask, uow: Uow) -> None:
        for _ in range(2):
            instructors.live_instructor(uow)
        cursor = ask(limit=1).next_cursor
        with pytest.raises(BadCursor):
            ask(cursor=cursor, max_price_cents=10_000)


class TestTheRecord:
    def test_says_what_was_asked_and_how_many_were_found(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow)
        zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))
        result = ask(q="  Theremín in Test Square ", limit=1, by=zoe)
        row = uow.session.scalars(select(SearchQuery)).one()
        assert (row.id, row.at, row.user_id) == (result.search_id, uow.now, zoe.id)
        assert row.text == "Theremín in Test Square"
        assert row.normalized_text == "theremin in test square"
        assert (row.service_id, row.area_key) == (maya.service_id, "test-square")
        assert row.result_count == 2
        assert 0 <= row.took_ms < 5_000

    def test_leaves_out_what_is_not_one(self, ask: Ask, uow: Uow) -> None:
        ask(q="dance in brooklyn")
        row = uow.session.scalars(select(SearchQuery)).one()
        assert (row.user_id, row.service_id, row.area_key, row.result_count) == (
            None,
            None,
            None,
            0,
        )

    def test_has_the_name_of_a_service_that_was_chosen(self, ask: Ask, uow: Uow) -> None:
        ask(q=None, service="piano")
        assert uow.session.scalars(select(SearchQuery)).one().text == "Piano"

    def test_holds_nothing_that_was_refused(self, ask: Ask, uow: Uow) -> None:
        for wanted, refusal in (
            ({"q": None}, NothingAsked),
            ({"q": "?!"}, NothingAsked),
            ({"latitude": 40.0}, PointIncomplete),
            ({"longitude": 40.0}, PointIncomplete),
            ({"min_price_cents": 2, "max_price_cents": 1}, PricesInverted),
            ({"service": "nothing"}, ServiceNotFound),
        ):
            with pytest.raises(refusal):
                ask(**wanted)
        assert uow.session.scalars(select(SearchQuery)).all() == []


class TestHints:
    def test_say_when_a_place_is_not_clear(self, ask: Ask, uow: Uow) -> None:
        instructors.catalog_service(uow)
        result = ask(q="theremin in murray hill")
        assert result.understood.place is not None
        assert result.understood.place.ambiguous
        assert "not clear which is meant" in result.hints[0]

    def test_say_when_nobody_teaches_it(self, ask: Ask, uow: Uow) -> None:
        instructors.catalog_service(uow)
        assert ask().hints == ["Nobody teaches this yet."]

    def test_are_none_when_all_is_well(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow)
        assert ask().hints == []


class TestStatements:
    def test_are_three_at_the_most_however_many_are_found(
        self, committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(places, "LOOK_AGAIN_SECONDS", 3_600.0)  # however slow the machine is
        finder = committed_runtime.finder
        for count, query in ((2, "theremin in test square"), (3, "theremin tomorrow after 3pm")):
            for more in (1, 7):
                with committed_runtime.begin(SYSTEM) as uow:
                    for _ in range(more):
                        instructors.live_instructor(uow)
                finding.warm(finder)
                statements(finder, query)  # the names of places are looked at
                seen, found = statements(finder, query)
                assert (len(seen), found) == (count, found), seen
                assert found > 0

    @pytest.mark.parametrize(
        ("query", "found"), [("theremin", 2), ("theremin tomorrow", 2), ("oboe", 0)]
    )
    def test_leave_no_limit_of_time_and_no_connection_behind(
        self, committed_runtime: Runtime, query: str, found: int
    ) -> None:
        """Also where the calendar of somebody in another zone is read in a transaction."""
        narrow = build(committed_runtime.settings.model_copy(update={"pool_size": 1}))
        pool = narrow.engine.pool
        assert isinstance(pool, QueuePool)
        with narrow.begin(SYSTEM) as uow:
            instructors.live_instructor(uow)
            instructors.live_instructor(uow, timezone="America/Los_Angeles")
            instructors.catalog_service(uow, "test-oboe")
        finding.warm(narrow.finder)
        assert statements(narrow.finder, query)[1] == found
        assert pool.checkedout() == 0
        with narrow.begin(SYSTEM) as uow:
            left = uow.session.scalar(
                text("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'")
            )
        narrow.close()
        assert left == narrow.settings.statement_timeout_ms


def statements(finder: finding.Finder, query: str) -> tuple[list[str], int]:
    """What a search asks the database, and how many it finds."""
    seen: list[str] = []
    with measure.overheard(lambda _by, statement, _values: seen.append(statement)):
        wish = finding.wish_of(finder, SearchInstructors(q=query))
        found = finding.found(finder, ANONYMOUS, wish, deadline=Deadline.within(PATIENCE_SECONDS))
    return seen, found.view.total


class TestTeachersFromBefore:
    SAME = "same theremin teacher as last time"

    def test_are_found_in_ones_own_lessons(self, ask: Ask, uow: Uow) -> None:
        maya, ana, _ = (instructors.live_instructor(uow) for _ in range(3))
        zoe = student(uow)
        for teacher, days in ((maya, 40), (maya, 30), (ana, 7)):
            booking(
                uow,
                teacher=teacher,
                student_id=zoe.id,
                starts_at=uow.now - timedelta(days=days),
                status=BookingStatus.COMPLETED,
            )
        booking(uow, teacher=maya, student_id=zoe.id)  # tomorrow, so not yet
        for query, expected in (
            (self.SAME, [ana.id]),
            ("my usual theremin teacher", [maya.id]),
            ("book again with my theremin tutor", sorted([maya.id, ana.id])),
        ):
            result = ask(q=query, by=zoe)
            assert sorted(item.instructor_id for item in result.items) == expected
            assert (result.understood.again_lacks, result.hints) == (None, [])

    def test_are_nobodys_without_signing_in_or_lessons(self, ask: Ask, uow: Uow) -> None:
        instructors.live_instructor(uow)
        guest = ask(q=self.SAME)
        assert (guest.total, guest.understood.again_lacks) == (1, AgainLacks.SIGN_IN)
        assert guest.hints[0].startswith("Sign in to find who taught you before.")
        result = ask(q=self.SAME, by=student(uow))
        assert (result.total, result.understood.again_lacks) == (1, AgainLacks.LESSONS)

    def test_who_have_nothing_now_are_told_of(self, ask: Ask, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        zoe = student(uow)
        booking(
            uow,
            teacher=maya,
            student_id=zoe.id,
            starts_at=uow.now - timedelta(days=7),
            status=BookingStatus.COMPLETED,
        )
        result = ask(q=f"{self.SAME} under $20", by=zoe)
        assert result.items == []
        assert "Who taught you before has nothing like this now." in result.hints[0]
