"""What others may see of instructors, and what a lesson of theirs comes with."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.errors import FiltersUnusable
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.instructors import service
from instainstru_core.domains.instructors.errors import (
    FormatNotOffered,
    InstructorNotFound,
    OfferingNotFound,
    OutsideServiceArea,
    PointRequired,
    TeachingPlaceNotFound,
)
from instainstru_core.domains.instructors.schemas import ListingFilters
from instainstru_core.domains.instructors.types import (
    FUNNEL,
    InstructorStatus,
    LessonFormat,
    LessonTerms,
    PlaceKind,
)
from instainstru_core.domains.regions.models import Region
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors

ONLINE = LessonFormat.ONLINE
TRAVEL = LessonFormat.STUDENT_LOCATION
HOST = LessonFormat.INSTRUCTOR_LOCATION
NEUTRAL = LessonFormat.NEUTRAL_LOCATION
Counting = Callable[[], AbstractContextManager[list[str]]]


def park(uow: Uow, *, south: float, west: float) -> None:
    """A polygon of the map that no area has, two hundredths of a degree wide."""
    north, east = round(south + 0.02, 6), round(west + 0.02, 6)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    uow.session.add(
        Region(
            id=new_id(),
            code="TEST-park",
            name="Park",
            borough="Brooklyn",
            area_key=None,
            boundary=f"SRID=4326;MULTIPOLYGON((({ring})))",
            latitude=south,
            longitude=west,
        )
    )
    uow.session.flush()


class TestPublicProfile:
    def test_hides_address_exact_point_and_last_name(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow, last_name="Vandersteen")
        with begin(ANONYMOUS) as uow:
            view = service.public(uow, teacher.id)
            assert service.public(uow, teacher.slug) == view
        assert (view.id, view.name, view.timezone) == (teacher.id, "Maya V.", "America/New_York")
        (place,) = view.places
        assert (place.latitude, place.longitude) == instructors.APPROXIMATE_PLACE
        said = view.model_dump_json()
        for secret in ("Vandersteen", "Evergreen", "40.4112", "73.7912", "buffer", "created"):
            assert secret not in said

    def test_shows_public_places_with_their_address(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        instructors.place(uow, teacher.id, kind=PlaceKind.PUBLIC, address_line="The Library")
        places = service.public(uow, teacher.id).places
        assert [(place.kind, place.address_line) for place in places] == [
            (PlaceKind.TEACHING, None),
            (PlaceKind.PUBLIC, "The Library"),
        ]

    def test_leaves_out_what_is_not_taught_any_more(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        gone = instructors.catalog_service(uow, "test-lute")
        instructors.offering(uow, teacher.id, gone.id, active=False)
        retired = instructors.catalog_service(uow, "test-oboe")
        instructors.offering(uow, teacher.id, retired.id)
        assert [each.service_slug for each in service.public(uow, teacher.id).offerings] == [
            "test-oboe",
            "test-theremin",
        ]
        uow.session.get_one(Service, retired.id).is_active = False
        uow.session.flush()
        assert [each.service_slug for each in service.public(uow, teacher.id).offerings] == [
            "test-theremin"
        ]
        listed = service.listing(uow, ListingFilters(service_id=retired.id))
        assert listed.items == []

    def test_is_there_for_those_who_can_be_booked(self, uow: Uow) -> None:
        hidden = [
            instructors.live_instructor(uow, live=False),
            instructors.live_instructor(uow, status=AccountStatus.SUSPENDED),
            instructors.live_instructor(uow, status=AccountStatus.DEACTIVATED),
        ]
        for name in [*(each.id for each in hidden), *(each.slug for each in hidden), "x", new_id()]:
            with pytest.raises(InstructorNotFound):
                service.public(uow, name)

    def test_takes_four_statements(self, uow: Uow, count_statements: Counting) -> None:
        teacher = instructors.live_instructor(uow)
        with count_statements() as statements:
            service.public(uow, teacher.id)
        assert len(statements) == 4


class TestListing:
    def test_goes_page_by_page(self, uow: Uow) -> None:
        ids = sorted(instructors.live_instructor(uow, open_days=0).id for _ in range(5))
        instructors.live_instructor(uow, live=False)
        instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = service.listing(uow, ListingFilters(), cursor=cursor, limit=2)
            seen += [card.id for card in page.items]
            cursor = page.next_cursor
        assert (seen, cursor) == (ids, None)

    def test_refuses_a_cursor_of_other_filters(self, uow: Uow) -> None:
        for _ in range(2):
            instructors.live_instructor(uow, open_days=0)
        cursor = service.listing(uow, ListingFilters(), limit=1).next_cursor
        with pytest.raises(BadCursor):
            service.listing(uow, ListingFilters(format=ONLINE), cursor=cursor)

    def test_narrows_by_service_format_and_area(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        ana = instructors.live_instructor(
            uow, service="test-oboe", prices={ONLINE: 6_000}, area_keys=()
        )
        both = sorted([maya.id, ana.id])
        far = instructors.area(uow, "far", name="Far", south=40.5)
        for filters, expected in (
            (ListingFilters(), both),
            (ListingFilters(service_id=ana.service_id), [ana.id]),
            (ListingFilters(format=ONLINE), both),
            (ListingFilters(format=NEUTRAL), [maya.id]),
            (ListingFilters(service_id=ana.service_id, format=TRAVEL), []),
            (ListingFilters(area_key=instructors.SQUARE), [maya.id]),
            (ListingFilters(area_key=far), []),
            (ListingFilters(area_key="no such area"), []),
            (ListingFilters(service_id=new_id()), []),
        ):
            page = service.listing(uow, filters)
            assert [card.id for card in page.items] == expected, filters

    def test_narrows_by_what_offerings_say_of_themselves(self, uow: Uow) -> None:
        piano = instructors.catalog_service(uow, "piano").id
        flute = instructors.catalog_service(uow, "flute").id
        for_fun = instructors.profile(uow, live=True)
        instructors.offering(uow, for_fun, piano, filters={"goal": ["hobby", "performance"]})
        on_stage = instructors.profile(uow, live=True)
        instructors.offering(
            uow, on_stage, piano, skill_levels=["advanced"], filters={"goal": ["audition_prep"]}
        )
        silent = instructors.profile(uow, live=True)
        instructors.offering(uow, silent, flute)
        for text, expected in (
            ("goal:hobby", [for_fun]),
            ("goal:hobby,audition_prep", [for_fun, on_stage]),
            ("skill_level:beginner", [for_fun, silent]),
            ("skill_level:beginner,advanced|goal:audition_prep", [on_stage]),
            ("skill_level:beginner|goal:audition_prep", []),
            ("medium:oil", []),
        ):
            page = service.listing(uow, ListingFilters(filters=text))
            assert sorted(card.id for card in page.items) == sorted(expected), text
        with pytest.raises(FiltersUnusable, match="There is no filter color"):
            service.listing(uow, ListingFilters(filters="color:red"))

    def test_takes_three_statements_however_many_there_are(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        for _ in range(7):
            instructors.live_instructor(uow, open_days=0)
        with count_statements() as statements:
            page = service.listing(uow, ListingFilters())
        assert len(page.items) == 7
        assert len(statements) == 3


class TestCards:
    def test_say_who_somebody_is_in_one_statement(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        live = instructors.live_instructor(uow)
        suspended = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        with count_statements() as statements:
            cards = service.cards(uow, [live.id, suspended.id, live.id, new_id()])
        assert len(statements) == 1
        assert {key: (card.is_live, card.is_bookable) for key, card in cards.items()} == {
            live.id: (True, True),
            suspended.id: (True, False),
        }
        assert (cards[live.id].name, cards[live.id].slug) == ("Maya O.", live.slug)
        assert service.cards(uow, []) == {}


class TestStaffProfile:
    def test_shows_what_staff_need_to_know(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        view = service.staff_profile(uow, teacher.id)
        assert (view.first_name, view.last_name) == ("Maya", "Okafor")
        assert (view.status, view.account_status) == (
            InstructorStatus.PAUSED,
            AccountStatus.SUSPENDED,
        )
        assert [step.milestone for step in view.milestones] == list(FUNNEL)
        assert view.missing == []
        assert "Evergreen" not in view.model_dump_json()

    def test_is_for_staff(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
            with pytest.raises(InstructorNotFound):
                service.staff_profile(uow, new_id())
        with pytest.raises(PermissionMissing), begin(teacher.actor) as uow:
            service.staff_profile(uow, teacher.id)


class TestLessonTerms:
    @pytest.mark.parametrize(
        ("lesson_format", "rate", "travels"),
        [
            (ONLINE, 8_000, False),
            (HOST, 9_000, False),
            (TRAVEL, 12_000, True),
            (NEUTRAL, 9_000, True),
        ],
    )
    def test_have_the_price_of_the_format(
        self, uow: Uow, lesson_format: LessonFormat, rate: int, travels: bool
    ) -> None:
        teacher = instructors.live_instructor(uow)
        latitude, longitude = instructors.INSIDE
        terms = service.lesson_terms(
            uow, teacher.offering_id, lesson_format, latitude=latitude, longitude=longitude
        )
        assert (terms.hourly_rate_cents, terms.travels) == (rate, travels)
        assert (terms.instructor_id, terms.service_name) == (teacher.id, "Theremin")
        assert (terms.durations, terms.timezone) == ((30, 60, 90), "America/New_York")

    def test_name_the_teaching_place_exactly(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        second = instructors.place(uow, teacher.id, address_line="1 Attic Street", position=1)
        first = service.lesson_terms(uow, teacher.offering_id, HOST)
        assert first.place == "742 Evergreen Terrace, Apt 5"
        assert (first.latitude, first.longitude) == instructors.EXACT_PLACE
        chosen = service.lesson_terms(uow, teacher.offering_id, HOST, teaching_place_id=second)
        assert (chosen.place, chosen.teaching_place_id) == ("1 Attic Street", second)

    def test_do_not_tell_of_public_or_others_places(self, uow: Uow) -> None:
        teacher, other = instructors.live_instructor(uow), instructors.live_instructor(uow)
        strange = [
            instructors.place(uow, teacher.id, kind=PlaceKind.PUBLIC),
            instructors.place(uow, other.id),
            "x",
        ]
        for place_id in strange:
            with pytest.raises(TeachingPlaceNotFound):
                service.lesson_terms(uow, teacher.offering_id, HOST, teaching_place_id=place_id)

    @pytest.mark.parametrize("point", [instructors.INSIDE, instructors.ON_EDGE])
    def test_name_the_area_of_the_point(self, uow: Uow, point: tuple[float, float]) -> None:
        teacher = instructors.live_instructor(uow)
        terms = _at(uow, teacher.offering_id, TRAVEL, point)
        assert (terms.area_key, terms.place, terms.latitude) == (instructors.SQUARE, None, None)

    def test_prefer_the_area_that_is_served_on_a_shared_edge(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        instructors.area(uow, "a-smaller-one", south=40.41, west=-73.81, size=0.01)
        assert _at(uow, teacher.offering_id, TRAVEL, (40.415, -73.80)).area_key == "test-square"

    def test_count_a_park_to_the_nearest_area(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        park(uow, south=40.40, west=-73.78)
        assert _at(uow, teacher.offering_id, TRAVEL, instructors.OUTSIDE).area_key == "test-square"

    def test_end_where_the_instructor_does_not_travel(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        with pytest.raises(OutsideServiceArea) as refusal:
            _at(uow, teacher.offering_id, TRAVEL, instructors.OUTSIDE)
        assert refusal.value.facts == {"area_key": None}
        instructors.area(uow, "next-door", west=-73.78)
        with pytest.raises(OutsideServiceArea) as refusal:
            _at(uow, teacher.offering_id, TRAVEL, instructors.OUTSIDE)
        assert refusal.value.facts == {"area_key": "next-door"}

    def test_allow_any_neutral_place_to_those_who_host(self, uow: Uow) -> None:
        hosting = instructors.live_instructor(uow)
        assert _at(uow, hosting.offering_id, NEUTRAL, instructors.OUTSIDE).area_key is None
        traveling = instructors.live_instructor(uow, prices={TRAVEL: 12_000})
        assert _at(uow, traveling.offering_id, NEUTRAL, instructors.INSIDE).travels
        with pytest.raises(OutsideServiceArea):
            _at(uow, traveling.offering_id, NEUTRAL, instructors.OUTSIDE)

    @pytest.mark.parametrize("lesson_format", [TRAVEL, NEUTRAL])
    def test_need_a_point_to_travel_to(self, uow: Uow, lesson_format: LessonFormat) -> None:
        teacher = instructors.live_instructor(uow)
        for latitude, longitude in ((None, None), (40.41, None)):
            with pytest.raises(PointRequired):
                service.lesson_terms(
                    uow,
                    teacher.offering_id,
                    lesson_format,
                    latitude=latitude,
                    longitude=longitude,
                )

    @pytest.mark.parametrize("wanted", list(LessonFormat))
    def test_exist_for_offered_formats_only(self, uow: Uow, wanted: LessonFormat) -> None:
        offered = HOST if wanted is ONLINE else ONLINE
        teacher = instructors.live_instructor(uow, prices={offered: 9_000})
        with pytest.raises(FormatNotOffered) as refusal:
            _at(uow, teacher.offering_id, wanted, instructors.INSIDE)
        expected = ["online"] if offered is ONLINE else ["instructor_location", "neutral_location"]
        assert refusal.value.facts == {"format": wanted.value, "formats": expected}

    def test_exist_for_those_who_can_be_booked(self, uow: Uow) -> None:
        paused = instructors.live_instructor(uow, live=False)
        suspended = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        live = instructors.live_instructor(uow)
        lute = instructors.catalog_service(uow, "test-lute")
        gone = instructors.offering(uow, live.id, lute.id, active=False)
        oboe = instructors.live_instructor(uow, service="test-oboe")
        uow.session.get_one(Service, oboe.service_id).is_active = False
        uow.session.flush()
        retired = oboe.offering_id
        closed = (paused.offering_id, suspended.offering_id, gone, retired, new_id(), "x")
        for offering_id in closed:
            with pytest.raises(OfferingNotFound):
                service.lesson_terms(uow, offering_id, ONLINE)

    @pytest.mark.parametrize("lesson_format", list(LessonFormat))
    def test_take_one_statement(
        self, uow: Uow, count_statements: Counting, lesson_format: LessonFormat
    ) -> None:
        teacher = instructors.live_instructor(uow)
        with count_statements() as statements:
            _at(uow, teacher.offering_id, lesson_format, instructors.INSIDE)
        assert len(statements) == 1


class TestOffering:
    def test_is_found_also_when_it_is_not_taught_any_more(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        lute = instructors.catalog_service(uow, "test-lute")
        gone = instructors.offering(uow, teacher.id, lute.id, active=False)
        assert service.offering(uow, gone).is_active is False
        assert service.offering(uow, teacher.offering_id).service_slug == "test-theremin"
        with pytest.raises(OfferingNotFound):
            service.offering(uow, new_id())


def _at(
    uow: Uow, offering_id: str, lesson_format: LessonFormat, point: tuple[float, float]
) -> LessonTerms:
    return service.lesson_terms(
        uow, offering_id, lesson_format, latitude=point[0], longitude=point[1]
    )
