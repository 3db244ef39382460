"""One's own profile: what it says, what is taught, where, and whether it is live."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.addresses import policy as addresses
from instainstru_core.domains.addresses.types import Point
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.catalog.types import AgeGroup, SkillLevel
from instainstru_core.domains.instructors import service
from instainstru_core.domains.instructors.errors import (
    AgeGroupNotAllowed,
    AlreadyOffered,
    AreaUnknown,
    BuffersInverted,
    DurationNotAllowed,
    FilterNotAllowed,
    FormatRepeated,
    InstructorNotFound,
    NotReady,
    OfferingNotFound,
    OnlineImpossible,
    OutsideCity,
    PlaceRepeated,
    PlacesUnavailable,
    PriceBelowFloor,
    ProfileExists,
    ServiceUnknown,
    TooManyOfferings,
)
from instainstru_core.domains.instructors.models import LifecycleEvent, OfferingPrice
from instainstru_core.domains.instructors.schemas import (
    AddOffering,
    OfferingTerms,
    OwnProfileView,
    PlaceIn,
    PriceIn,
    ReplaceAreas,
    ReplacePlaces,
    UpdateProfile,
)
from instainstru_core.domains.instructors.types import (
    UNPROVEN,
    InstructorStatus,
    LessonFormat,
    Milestone,
    Missing,
    PlaceKind,
    PricedFormat,
    Proofs,
)
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import instructors
from tests.factories.bookings import student

SECRET = b"a-test-secret-for-jitter"
BIO = "I teach patiently and with a lot of music."
STUDIO = PlaceIn(
    label="Studio", address_line="742 Evergreen Terrace", latitude=40.41, longitude=-73.79
)
TRAVEL, HOST, ONLINE = PricedFormat
PROVEN = Proofs(background_check=True, identity=True, payouts=True)


@pytest.fixture
def maya(begin: Begin) -> Actor:
    """An instructor with an empty profile."""
    with begin(SYSTEM) as uow:
        return instructors.instructor_actor(instructors.profile(uow, bio=None))


@pytest.fixture
def theremin(begin: Begin) -> str:
    with begin(SYSTEM) as uow:
        return instructors.catalog_service(uow).id


def terms(*prices: tuple[PricedFormat, int], **changes: object) -> OfferingTerms:
    return OfferingTerms.model_validate(offer(*prices, **changes))


def offer(*prices: tuple[PricedFormat, int], **changes: object) -> dict[str, object]:
    return {
        "durations": [60, 30],
        "age_groups": [AgeGroup.ADULTS],
        "prices": [PriceIn(format=kind, hourly_rate_cents=cents) for kind, cents in prices],
        **changes,
    }


def add(
    begin: Begin,
    actor: Actor,
    service_id: str,
    *prices: tuple[PricedFormat, int],
    **changes: object,
) -> OwnProfileView:
    offered = offer(*(prices or ((ONLINE, 6_000),)), service_id=service_id, **changes)
    with begin(actor) as uow:
        return service.add_offering(uow, AddOffering.model_validate(offered))


def places(begin: Begin, actor: Actor, kind: PlaceKind, *wanted: PlaceIn) -> OwnProfileView:
    with begin(actor) as uow:
        return service.replace_places(uow, kind, ReplacePlaces(places=[*wanted]), secret=SECRET)


def milestones(uow: Uow, actor: Actor) -> list[Milestone]:
    query = select(LifecycleEvent.milestone).filter_by(instructor_id=actor.id)
    return list(uow.session.scalars(query.order_by(LifecycleEvent.id)))


def announced(uow: Uow) -> list[str]:
    return list(uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id)))


class TestCreateProfile:
    @pytest.mark.parametrize("founding", [True, False])
    def test_starts_empty_and_says_what_is_missing(self, begin: Begin, founding: bool) -> None:
        with begin(SYSTEM) as uow:
            person_id = instructors.person(uow, first_name="Zoë", timezone="America/Denver")
            view = service.create_profile(uow, person_id, founding=founding)
            assert milestones(uow, Actor(id=person_id)) == [Milestone.REGISTERED]
        assert (view.id, view.name, view.timezone) == (person_id, "Zoë O.", "America/Denver")
        assert view.slug == f"zoe-o-{person_id[-8:].lower()}"
        assert (view.status, view.is_live) == (InstructorStatus.REGISTERED, False)
        assert view.missing == [Missing.BIO, Missing.OFFERING]
        assert (view.buffer_minutes, view.travel_buffer_minutes) == (15, 60)
        assert (view.overnight_protection, view.is_founding) == (True, founding)

    def test_is_done_once_and_for_people_only(self, uow: Uow) -> None:
        person_id = instructors.profile(uow)
        with pytest.raises(ProfileExists):
            service.create_profile(uow, person_id, founding=False)
        with pytest.raises(InstructorNotFound):
            service.create_profile(uow, new_id(), founding=False)


class TestUpdateProfile:
    def test_changes_what_is_given(self, begin: Begin, maya: Actor, clock: SetClock) -> None:
        with begin(maya) as uow:
            view = service.update_profile(
                uow, UpdateProfile(bio=f"  {BIO} ", years_experience=12, buffer_minutes=30)
            )
            assert milestones(uow, maya) == [Milestone.REGISTERED, Milestone.PROFILE_SUBMITTED]
            entry = uow.session.scalars(select(AuditEntry)).one()
        assert (view.bio, view.years_experience) == (BIO, 12)
        assert (view.buffer_minutes, view.travel_buffer_minutes) == (30, 60)
        assert view.missing == [Missing.OFFERING]
        assert (entry.action, entry.details) == (
            "instructors.update_profile",
            {"fields": ["bio", "buffer_minutes", "years_experience"]},
        )

    def test_writes_nothing_when_nothing_changes(self, begin: Begin, maya: Actor) -> None:
        with begin(maya) as uow:
            service.update_profile(uow, UpdateProfile(buffer_minutes=15))
            assert uow.session.scalar(select(func.count()).select_from(AuditEntry)) == 0

    def test_refuses_a_shorter_pause_around_travel(self, begin: Begin, maya: Actor) -> None:
        with pytest.raises(BuffersInverted), begin(maya) as uow:
            service.update_profile(uow, UpdateProfile(buffer_minutes=61))
        with begin(maya) as uow:
            assert service.own(uow).buffer_minutes == 15
            view = service.update_profile(
                uow, UpdateProfile(buffer_minutes=61, travel_buffer_minutes=61)
            )
        assert view.travel_buffer_minutes == 61

    def test_needs_the_permission_and_a_profile(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            learner = student(uow)
            nobody = instructors.instructor_actor(instructors.person(uow))
        with pytest.raises(PermissionMissing), begin(learner) as uow:
            service.update_profile(uow, UpdateProfile(bio=BIO))
        for actor in (nobody, SYSTEM):
            with pytest.raises(InstructorNotFound), begin(actor) as uow:
                service.own(uow)


class TestOfferings:
    def test_are_added_with_a_price_for_each_format(
        self, begin: Begin, maya: Actor, theremin: str
    ) -> None:
        view = add(begin, maya, theremin, (TRAVEL, 12_000), (ONLINE, 6_000))
        (offered,) = view.offerings
        assert (offered.service_id, offered.service_name) == (theremin, "Theremin")
        assert offered.durations == [30, 60]
        assert [(price.format, price.hourly_rate_cents) for price in offered.prices] == [
            (LessonFormat.STUDENT_LOCATION, 12_000),
            (LessonFormat.ONLINE, 6_000),
        ]
        assert offered.formats == [
            LessonFormat.STUDENT_LOCATION,
            LessonFormat.ONLINE,
            LessonFormat.NEUTRAL_LOCATION,
        ]
        assert view.status is InstructorStatus.ONBOARDING
        assert view.missing == [Missing.BIO, Missing.SERVICE_AREA]
        with begin(maya) as uow:
            assert milestones(uow, maya) == [Milestone.REGISTERED, Milestone.SERVICES_CONFIGURED]

    def test_replace_their_terms_whole(self, begin: Begin, maya: Actor, theremin: str) -> None:
        offered = add(begin, maya, theremin, (TRAVEL, 12_000), (ONLINE, 6_000)).offerings[0]
        with begin(maya) as uow:
            view = service.update_offering(
                uow, offered.id, terms((HOST, 9_000), durations=[45], description="  New. ")
            )
        (changed,) = view.offerings
        assert changed.id == offered.id
        assert (changed.durations, changed.description) == ([45], "New.")
        assert [(price.format, price.hourly_rate_cents) for price in changed.prices] == [
            (LessonFormat.INSTRUCTOR_LOCATION, 9_000)
        ]

    def test_come_back_as_the_same_row(self, begin: Begin, maya: Actor, theremin: str) -> None:
        offered = add(begin, maya, theremin).offerings[0]
        with pytest.raises(AlreadyOffered) as refusal:
            add(begin, maya, theremin)
        assert refusal.value.facts == {"offering_id": offered.id}
        with begin(maya) as uow:
            assert service.remove_offering(uow, offered.id).offerings == []
        assert add(begin, maya, theremin).offerings[0].id == offered.id

    @pytest.mark.parametrize(
        ("kind", "changes", "code"),
        [
            (PriceBelowFloor, {"prices": [(ONLINE, 5_999)]}, "instructors.price_below_floor"),
            (PriceBelowFloor, {"prices": [(HOST, 7_999)]}, "instructors.price_below_floor"),
            (
                FormatRepeated,
                {"prices": [(HOST, 9_000), (HOST, 9_500)]},
                "instructors.format_repeated",
            ),
            (DurationNotAllowed, {"durations": [60, 75]}, "instructors.duration_not_allowed"),
            (
                AgeGroupNotAllowed,
                {"age_groups": [AgeGroup.TODDLER]},
                "instructors.age_group_not_allowed",
            ),
        ],
    )
    def test_keep_to_the_floors_and_to_the_catalog(  # noqa: PLR0917
        self,
        begin: Begin,
        maya: Actor,
        theremin: str,
        kind: type[Refusal],
        changes: dict[str, list[tuple[PricedFormat, int]]],
        code: str,
    ) -> None:
        prices = changes.pop("prices", [(ONLINE, 6_000)])
        with pytest.raises(kind) as refusal:
            add(begin, maya, theremin, *prices, **changes)
        assert refusal.value.code == code
        with begin(maya) as uow:
            assert service.own(uow).offerings == []
            assert uow.session.scalar(select(func.count()).select_from(OfferingPrice)) == 0

    def test_are_for_all_levels_until_something_else_is_said(
        self, begin: Begin, maya: Actor
    ) -> None:
        with begin(SYSTEM) as uow:
            piano = instructors.catalog_service(uow, "piano").id
        (offered,) = add(begin, maya, piano).offerings
        assert (offered.skill_levels, offered.filters) == (list(SkillLevel), {})
        wanted = {"goal": ["performance", "hobby", "hobby"]}
        with begin(maya) as uow:
            changed = service.update_offering(
                uow,
                offered.id,
                terms((ONLINE, 6_000), skill_levels=["advanced", "beginner"], filters=wanted),
            ).offerings[0]
        assert changed.skill_levels == [SkillLevel.BEGINNER, SkillLevel.ADVANCED]
        assert changed.filters == {"goal": ["hobby", "performance"]}
        with begin(maya) as uow:
            kept = service.update_offering(uow, offered.id, terms((ONLINE, 7_000))).offerings[0]
        assert (kept.skill_levels, kept.filters) == (changed.skill_levels, changed.filters)
        with begin(maya) as uow:
            bare = terms((ONLINE, 6_000), filters={"goal": []})
            assert service.update_offering(uow, offered.id, bare).offerings[0].filters == {}

    @pytest.mark.parametrize(
        ("filters", "wrong"),
        [
            ({"goal": ["self_defense", "hobby"]}, ["goal:self_defense"]),
            ({"medium": ["oil"]}, ["medium"]),
            ({"skill_level": ["beginner"]}, ["skill_level"]),
        ],
    )
    def test_say_only_what_the_catalog_has_for_them(
        self, begin: Begin, maya: Actor, filters: dict[str, list[str]], wrong: list[str]
    ) -> None:
        with begin(SYSTEM) as uow:
            piano = instructors.catalog_service(uow, "piano").id
        with pytest.raises(FilterNotAllowed) as refusal:
            add(begin, maya, piano, filters=filters)
        assert refusal.value.facts == {"filters": wrong}
        assert refusal.value.message == (
            f"Piano has no filter {wrong[0]}. Choose from goal: competition, performance, hobby,"
            " audition_prep. Levels go into skill_levels."
        )
        offered = add(begin, maya, piano).offerings[0]
        with pytest.raises(FilterNotAllowed), begin(maya) as uow:
            service.update_offering(uow, offered.id, terms((ONLINE, 6_000), filters=filters))

    def test_are_online_only_where_that_is_possible(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            pottery = instructors.catalog_service(uow, "test-pottery", online_capable=False).id
        with pytest.raises(OnlineImpossible):
            add(begin, maya, pottery)
        assert len(add(begin, maya, pottery, (HOST, 8_000)).offerings) == 1

    def test_are_of_the_catalog(self, begin: Begin, maya: Actor, theremin: str) -> None:
        with begin(SYSTEM) as uow:
            instructors.catalog_service(uow).is_active = False
        for unknown in (theremin, new_id()):
            with pytest.raises(ServiceUnknown):
                add(begin, maya, unknown)

    def test_are_20_at_most(self, begin: Begin, maya: Actor, theremin: str) -> None:
        with begin(SYSTEM) as uow:
            for number in range(20):
                known = instructors.catalog_service(uow, f"test-{number}")
                instructors.offering(uow, str(maya.id), known.id)
        with pytest.raises(TooManyOfferings):
            add(begin, maya, theremin)

    def test_belong_to_one_instructor(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            other = instructors.live_instructor(uow)
        calls: list[Callable[[Uow], OwnProfileView]] = [
            lambda uow: service.update_offering(uow, other.offering_id, terms((ONLINE, 6_000))),
            lambda uow: service.remove_offering(uow, other.offering_id),
        ]
        for call in calls:
            with pytest.raises(OfferingNotFound), begin(maya) as uow:
                call(uow)
        with begin(SYSTEM) as uow:
            assert service.offering(uow, other.offering_id).is_active


class TestAreas:
    def test_are_replaced_whole(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            for key in ("one", "two", "three"):
                instructors.area(uow, key, name=key.title())
        for wanted in (["one", "two"], ["two", "three", "two"], []):
            with begin(maya) as uow:
                view = service.replace_areas(uow, ReplaceAreas(area_keys=wanted))
            assert sorted(area.key for area in view.areas) == sorted(set(wanted))

    def test_are_known(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            instructors.area(uow)
        keys = ["nowhere", instructors.SQUARE, "elsewhere"]
        with pytest.raises(AreaUnknown) as refusal, begin(maya) as uow:
            service.replace_areas(uow, ReplaceAreas(area_keys=keys))
        assert refusal.value.facts == {"area_keys": ["elsewhere", "nowhere"]}
        with begin(maya) as uow:
            assert service.own(uow).areas == []


class TestPlaces:
    def test_are_shown_some_blocks_off(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            instructors.area(uow)
        (place,) = places(begin, maya, PlaceKind.TEACHING, STUDIO).places
        assert (place.latitude, place.longitude) == (40.41, -73.79)
        assert place.area_key == instructors.SQUARE
        exact = Point(place.latitude, place.longitude)
        shown = Point(place.public_latitude, place.public_longitude)
        away = addresses.meters_between(exact, shown)
        assert addresses.NEAREST_METERS - 1 <= away <= addresses.FARTHEST_METERS + 1

    def test_keep_their_point_when_the_address_is_spelled_otherwise(
        self, begin: Begin, maya: Actor
    ) -> None:
        (before,) = places(begin, maya, PlaceKind.TEACHING, STUDIO).places
        respelled = STUDIO.model_copy(
            update={"address_line": "742  EVERGREEN terrace", "label": "Attic", "latitude": 40.42}
        )
        (after,) = places(begin, maya, PlaceKind.TEACHING, respelled).places
        assert (after.id, after.label) == (before.id, "Attic")
        kept = before.model_dump(exclude={"label", "address_line"})
        assert after.model_dump(exclude={"label", "address_line"}) == kept

    def test_are_shown_at_the_same_point_when_they_come_back(
        self, begin: Begin, maya: Actor
    ) -> None:
        (before,) = places(begin, maya, PlaceKind.TEACHING, STUDIO).places
        assert places(begin, maya, PlaceKind.TEACHING).places == []
        (after,) = places(begin, maya, PlaceKind.TEACHING, STUDIO).places
        assert after.id != before.id
        assert after.public_latitude == before.public_latitude
        assert after.public_longitude == before.public_longitude

    def test_are_exact_where_they_are_public(self, begin: Begin, maya: Actor) -> None:
        places(begin, maya, PlaceKind.TEACHING, STUDIO)
        view = places(begin, maya, PlaceKind.PUBLIC, STUDIO)
        assert [place.kind for place in view.places] == [PlaceKind.TEACHING, PlaceKind.PUBLIC]
        public = view.places[1]
        assert (public.public_latitude, public.public_longitude) == (40.41, -73.79)

    def test_keep_their_order(self, begin: Begin, maya: Actor) -> None:
        attic = STUDIO.model_copy(update={"label": "Attic", "address_line": "1 Attic Street"})
        for wanted in ([STUDIO, attic], [attic, STUDIO]):
            view = places(begin, maya, PlaceKind.TEACHING, *wanted)
            assert [place.label for place in view.places] == [place.label for place in wanted]

    def test_are_in_the_city_and_named_once(self, begin: Begin, maya: Actor) -> None:
        far = STUDIO.model_copy(update={"longitude": 73.79})
        twice = [STUDIO, STUDIO.model_copy(update={"address_line": "742 evergreen terrace"})]
        with pytest.raises(OutsideCity):
            places(begin, maya, PlaceKind.TEACHING, far)
        with pytest.raises(PlaceRepeated):
            places(begin, maya, PlaceKind.TEACHING, *twice)
        with begin(maya) as uow:
            assert service.own(uow).places == []

    @pytest.mark.parametrize("secret", [b"", b"x" * 15])
    def test_wait_for_a_strong_secret(self, begin: Begin, maya: Actor, secret: bytes) -> None:
        with pytest.raises(PlacesUnavailable), begin(maya) as uow:
            service.replace_places(
                uow, PlaceKind.TEACHING, ReplacePlaces(places=[STUDIO]), secret=secret
            )


class TestGoingLive:
    def test_lists_what_others_do_not_confirm_after_what_the_profile_lacks(
        self, begin: Begin, maya: Actor, theremin: str
    ) -> None:
        add(begin, maya, theremin)
        with pytest.raises(NotReady) as refusal, begin(maya) as uow:
            service.go_live(uow, UNPROVEN)
        assert refusal.value.facts == {
            "missing": ["bio", "background_check", "identity", "payouts"]
        }
        assert refusal.value.message == (
            "A live profile needs a bio and a clear background check and a proof of who you are"
            " and an account that you can be paid to. Add what is missing first, or pause the"
            " profile."
        )

    def test_lists_everything_that_is_missing(
        self, begin: Begin, maya: Actor, theremin: str
    ) -> None:
        add(begin, maya, theremin, (TRAVEL, 12_000), (HOST, 9_000))
        with pytest.raises(NotReady) as refusal, begin(maya) as uow:
            service.go_live(uow, PROVEN)
        assert refusal.value.facts == {"missing": ["bio", "service_area", "teaching_place"]}
        with begin(maya) as uow:
            assert not service.own(uow).is_live
            assert announced(uow) == []

    def test_is_a_public_place_no_place_of_one_s_own(
        self, begin: Begin, maya: Actor, theremin: str
    ) -> None:
        add(begin, maya, theremin, (HOST, 9_000))
        assert Missing.TEACHING_PLACE in places(begin, maya, PlaceKind.PUBLIC, STUDIO).missing

    def test_starts_pauses_and_resumes(
        self, begin: Begin, maya: Actor, theremin: str, clock: SetClock
    ) -> None:
        add(begin, maya, theremin)
        with begin(maya) as uow:
            service.update_profile(uow, UpdateProfile(bio=BIO))
            for _ in range(2):
                assert service.go_live(uow, PROVEN).status is InstructorStatus.LIVE
            for _ in range(2):
                assert service.pause(uow).status is InstructorStatus.PAUSED
            assert service.go_live(uow, PROVEN).is_live
            assert milestones(uow, maya) == [
                Milestone.REGISTERED,
                Milestone.SERVICES_CONFIGURED,
                Milestone.PROFILE_SUBMITTED,
                Milestone.WENT_LIVE,
                Milestone.PAUSED,
                Milestone.REACTIVATED,
            ]
            assert announced(uow) == [
                "InstructorWentLive",
                "InstructorPaused",
                "InstructorWentLive",
            ]

    def test_keeps_a_live_profile_whole(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
        changes: list[tuple[str, Callable[[Uow], OwnProfileView]]] = [
            ("offering", lambda uow: service.remove_offering(uow, teacher.offering_id)),
            ("service_area", lambda uow: service.replace_areas(uow, ReplaceAreas(area_keys=[]))),
            (
                "teaching_place",
                lambda uow: service.replace_places(
                    uow, PlaceKind.TEACHING, ReplacePlaces(places=[]), secret=SECRET
                ),
            ),
        ]
        with begin(teacher.actor) as uow:
            before = service.own(uow)
        for missing, change in changes:
            with pytest.raises(NotReady) as refusal, begin(teacher.actor) as uow:
                change(uow)
            assert refusal.value.facts == {"missing": [missing]}
        with begin(teacher.actor) as uow:
            uow.session.expire_all()
            assert service.own(uow) == before
            assert announced(uow) == []

    def test_announces_what_changes_on_a_live_profile(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
        with begin(teacher.actor) as uow:
            service.update_profile(uow, UpdateProfile(bio=BIO))
            assert announced(uow) == ["InstructorChanged"]
