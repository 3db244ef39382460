"""Which stored answers facts and changes make untrue."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from instainstru_core.adapters.search_cache import NoAnswers
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability.events import (
    AvailabilityDaysChanged,
    AvailabilityWeekSaved,
)
from instainstru_core.domains.bookings.events import BookingCancelled, BookingCreated
from instainstru_core.domains.instructors.events import (
    InstructorChanged,
    InstructorPaused,
    InstructorWentLive,
)
from instainstru_core.domains.reviews.events import ReviewChanged, ReviewHidden, ReviewPublished
from instainstru_core.domains.search.policy import caching
from instainstru_core.domains.search.service.overtaking import overtaken, overtaken_lately
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Uow
from instainstru_core.wiring import REACTIONS, reactions
from tests.factories import instructors
from tests.factories.instructors import LiveInstructor

MONDAY = date(2026, 6, 15)


@dataclass
class Told(NoAnswers):
    """Keeps what it is told to forget: implements search.ports.Answers."""

    tags: list[str] = field(default_factory=list[str])

    def touch(self, tags: object) -> None:
        assert isinstance(tags, list | tuple)
        self.tags += tags


def react(uow: Uow, event: Event) -> list[str]:
    """What the reactions of search make of a fact."""
    told = Told()
    for reaction in reactions(told)[type(event)]:
        if reaction not in REACTIONS.get(type(event), ()):
            reaction(uow, event)
    return told.tags


def all_of(maya: LiveInstructor) -> set[str]:
    return {
        f"instructor:{maya.id}",
        "everybody",
        f"service:{maya.service_id}",
        "area:test-square",
        f"pair:{maya.service_id}:test-square",
    }


class TestAFact:
    def test_of_somebody_s_time_concerns_answers_that_they_are_in(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        for event in (
            AvailabilityWeekSaved(instructor_id=maya.id, monday=MONDAY, version=2),
            AvailabilityDaysChanged(instructor_id=maya.id, first=MONDAY, last=MONDAY),
        ):
            assert react(uow, event) == [caching.of_instructor(maya.id)]

    def test_of_a_lesson_concerns_whoever_learns_too_for_they_may_teach(self, uow: Uow) -> None:
        maya, zoe = instructors.live_instructor(uow), instructors.live_instructor(uow)
        ids = {"booking_id": "b", "student_id": zoe.id, "instructor_id": maya.id}
        for event in (
            BookingCreated(
                **ids,
                service_id=maya.service_id,
                starts_at=uow.now,
                ends_at=uow.now + timedelta(hours=1),
            ),
            BookingCancelled(**ids, starts_at=uow.now, cancelled_by="student", notice="early"),
        ):
            assert react(uow, event) == [
                caching.of_instructor(maya.id),
                caching.of_instructor(zoe.id),
            ]

    def test_of_somebody_s_standing_concerns_who_looks_for_what_they_teach(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow, service="test-oboe")
        for event in (
            InstructorChanged(instructor_id=maya.id),
            InstructorPaused(instructor_id=maya.id),
            InstructorWentLive(instructor_id=maya.id, first=False),
            ReviewPublished(
                review_id="r",
                booking_id="b",
                instructor_id=maya.id,
                service_id=maya.service_id,
                stars=5,
            ),
            ReviewChanged(review_id="r", instructor_id=maya.id, change="edited"),
            ReviewHidden(review_id="r", instructor_id=maya.id, reason="abuse"),
        ):
            assert set(react(uow, event)) == all_of(maya)

    def test_of_nobody_concerns_no_answer(self, uow: Uow) -> None:
        assert react(uow, InstructorChanged(instructor_id="nobody")) == []

    def test_keeps_the_reactions_that_it_has(self) -> None:
        found = reactions(NoAnswers())
        assert REACTIONS.keys() < found.keys()
        for kind, before in REACTIONS.items():
            assert found[kind][: len(before)] == before


class TestAChange:
    def test_of_which_no_fact_tells_is_found_in_the_feed(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        uow.session.execute(
            update(User).where(User.id == maya.id).values(status=AccountStatus.SUSPENDED)
        )
        assert all_of(maya) <= set(overtaken_lately(uow, seconds=60))

    @pytest.mark.parametrize("ids", [[], ["nobody"]])
    def test_of_nobody_is_none(self, uow: Uow, ids: list[str]) -> None:
        assert overtaken(uow, ids) == ()
