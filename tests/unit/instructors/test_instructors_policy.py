"""Prices by format, what an offering can do, and what going live needs."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.instructors import policy
from instainstru_core.domains.instructors.policy import Capabilities, Readiness
from instainstru_core.domains.instructors.types import (
    InstructorStatus,
    LessonFormat,
    Milestone,
    Missing,
)
from instainstru_core.domains.pricing import policy as pricing

ONLINE = LessonFormat.ONLINE
TRAVEL = LessonFormat.STUDENT_LOCATION
HOST = LessonFormat.INSTRUCTOR_LOCATION
NEUTRAL = LessonFormat.NEUTRAL_LOCATION


class TestHourlyRate:
    @pytest.mark.parametrize(
        ("prices", "expected"),
        [
            ({HOST: 9_000, TRAVEL: 12_000, ONLINE: 6_000}, 9_000),
            ({TRAVEL: 12_000, ONLINE: 6_000}, 12_000),
            ({ONLINE: 6_000}, None),
        ],
    )
    def test_of_a_neutral_place_is_never_the_online_one(
        self, prices: dict[LessonFormat, int], expected: int | None
    ) -> None:
        assert policy.hourly_rate(prices, NEUTRAL) == expected


class TestCapabilities:
    def test_follow_from_the_prices(self) -> None:
        assert policy.capabilities({TRAVEL}) == Capabilities(True, False, False)
        assert policy.capabilities({HOST, ONLINE}) == Capabilities(False, True, True)
        assert policy.capabilities({HOST}).in_person
        assert not policy.capabilities({ONLINE}).in_person

    @pytest.mark.parametrize(
        ("lesson_format", "priced", "expected"),
        [
            (TRAVEL, {TRAVEL}, True),
            (TRAVEL, {TRAVEL, HOST}, True),
            (NEUTRAL, {TRAVEL}, True),
            (NEUTRAL, {TRAVEL, HOST}, False),
            (NEUTRAL, {HOST}, False),
            (HOST, {TRAVEL, HOST}, False),
            (ONLINE, {TRAVEL, ONLINE}, False),
        ],
    )
    def test_decide_whether_the_place_must_be_in_the_areas(
        self, lesson_format: LessonFormat, priced: set[LessonFormat], expected: bool
    ) -> None:
        assert policy.needs_coverage(lesson_format, policy.capabilities(priced)) is expected


class TestFloors:
    def test_are_those_of_pricing(self) -> None:
        rules = pricing.rules_at(datetime(2026, 6, 15, tzinfo=UTC))
        assert policy.floor_cents(ONLINE) == rules.online_floor.amount
        for lesson_format in (TRAVEL, HOST):
            assert policy.floor_cents(lesson_format) == rules.in_person_floor.amount

    def test_are_high_enough_at_the_floor_itself(self) -> None:
        assert policy.below_floor({ONLINE: 6_000, HOST: 8_000}) is None
        assert policy.below_floor({ONLINE: 6_000, HOST: 7_999}) is HOST


class TestDurations:
    def test_are_quarters_that_the_catalog_allows(self) -> None:
        allowed = {15, 30, 50, 60, 300}
        assert policy.unfit_durations([30, 60], allowed) == []
        assert policy.unfit_durations([15, 50, 90, 300], allowed) == [15, 50, 90, 300]


class TestSlug:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [("Zoë M.", "zoe-m-5b1n0d8f"), ("李 M.", "m-5b1n0d8f"), ("李", "instructor-5b1n0d8f")],
    )
    def test_is_plain(self, name: str, expected: str) -> None:
        assert policy.slug(name, "01JZ8M4T6Q3V9K2X7C5B1N0D8F") == expected

    @given(st.text(max_size=40))
    def test_has_only_letters_digits_and_hyphens(self, name: str) -> None:
        made = policy.slug(name, "01JZ8M4T6Q3V9K2X7C5B1N0D8F")
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


class TestMissing:
    def test_lists_everything_at_once(self) -> None:
        nothing = Readiness(False, 0, Capabilities(False, False, False), 0, 0)
        assert policy.missing(nothing) == (Missing.BIO, Missing.OFFERING)
        teaching = Readiness(False, 1, Capabilities(True, True, True), 0, 0)
        assert policy.missing(teaching) == (
            Missing.BIO,
            Missing.SERVICE_AREA,
            Missing.TEACHING_PLACE,
        )

    def test_asks_for_no_place_online(self) -> None:
        online = Readiness(True, 1, Capabilities(False, False, True), 0, 0)
        assert policy.missing(online) == ()


class TestStatus:
    @pytest.mark.parametrize(
        ("is_live", "was_live", "active", "expected"),
        [
            (True, True, 0, InstructorStatus.LIVE),
            (False, True, 1, InstructorStatus.PAUSED),
            (False, False, 1, InstructorStatus.ONBOARDING),
            (False, False, 0, InstructorStatus.REGISTERED),
        ],
    )
    def test_is_derived(
        self, is_live: bool, was_live: bool, active: int, expected: InstructorStatus
    ) -> None:
        found = policy.status(is_live=is_live, was_live=was_live, active_offerings=active)
        assert found is expected


class TestMilestones:
    def test_are_written_once_in_whatever_order_they_come(self) -> None:
        assert policy.milestones_due(
            {Milestone.SERVICES_CONFIGURED}, has_bio=True, active_offerings=1
        ) == [Milestone.REGISTERED, Milestone.PROFILE_SUBMITTED]
        assert policy.milestones_due(set(), has_bio=False, active_offerings=0) == [
            Milestone.REGISTERED
        ]


class TestAddresses:
    def test_are_the_same_in_another_spelling(self) -> None:
        assert policy.same_address(" 742  Evergreen\tTERRACE ") == "742 evergreen terrace"

    def test_are_named_once_when_repeated(self) -> None:
        assert policy.repeated(["b", "a", "b", "a", "b", "c"]) == ["a", "b"]

    @pytest.mark.parametrize(
        ("latitude", "longitude", "expected"),
        [
            (40.7484, -73.9857, True),
            (40.30, -74.30, True),
            (41.10, -73.50, True),
            (40.29999, -74.0, False),
            (40.7484, 73.9857, False),
            (0, 0, False),
        ],
    )
    def test_lie_in_the_city(self, latitude: float, longitude: float, expected: bool) -> None:
        assert policy.is_in_city(latitude, longitude) is expected
