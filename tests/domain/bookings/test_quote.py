"""What a lesson would cost: the price that booking it would be made at."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.errors import DurationNotOffered
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.errors import (
    FormatNotOffered,
    OfferingNotFound,
    OutsideServiceArea,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.errors import PriceBelowFloor
from instainstru_core.domains.pricing.schemas import QuoteLesson, QuoteLine, QuoteView
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import ANONYMOUS, Actor, Permission
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import booking, lesson, student
from tests.factories.instructors import OUTSIDE, LiveInstructor, live_instructor

Counting = Callable[[], AbstractContextManager[list[str]]]

STAFF = Actor(id=new_id(), permissions=frozenset({Permission.INSTRUCTORS_READ_ANY}))


def wish(teacher: LiveInstructor, **changes: object) -> QuoteLesson:
    wanted: dict[str, object] = {
        "offering_id": teacher.offering_id,
        "format": LessonFormat.ONLINE,
        "duration_minutes": 90,
    }
    return QuoteLesson.model_validate(wanted | changes)


def quoted(begin: Begin, actor: Actor, command: QuoteLesson) -> QuoteView:
    with begin(actor) as theirs:
        return service.quote(theirs, command)


class TestQuote:
    def test_tells_everyone_what_a_student_pays(
        self, begin: Begin, teacher: LiveInstructor
    ) -> None:
        assert quoted(begin, ANONYMOUS, wish(teacher)) == QuoteView(
            offering_id=teacher.offering_id,
            format=LessonFormat.ONLINE,
            duration_minutes=90,
            currency="USD",
            hourly_rate_cents=8000,
            lesson_price_cents=12_000,
            student_fee_rate=0.12,
            student_fee_cents=1440,
            total_cents=13_440,
            credit_cents=0,
            card_cents=13_440,
            lines=[
                QuoteLine(label="Lesson, 90 minutes", amount_cents=12_000),
                QuoteLine(label="Booking fee (12%)", amount_cents=1440),
            ],
            instructor_tier=None,
            instructor_fee_rate=None,
            instructor_fee_cents=None,
            payout_cents=None,
            pricing_version="2025-12",
        )

    def test_tells_that_instructor_and_staff_what_is_earned(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor
    ) -> None:
        for actor in (teacher.actor, STAFF):
            seen = quoted(begin, actor, wish(teacher))
            assert (seen.instructor_tier, seen.instructor_fee_rate) == (Tier.ENTRY, 0.15)
            assert (seen.instructor_fee_cents, seen.payout_cents) == (1800, 10_200)
        other = live_instructor(uow)
        assert quoted(begin, other.actor, wish(teacher)).payout_cents is None

    def test_is_the_price_that_booking_has(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor
    ) -> None:
        for _ in range(10):
            booking(
                uow,
                teacher=teacher,
                starts_at=uow.now - timedelta(days=2),
                status=BookingStatus.COMPLETED,
            )

        seen = quoted(begin, teacher.actor, wish(teacher, duration_minutes=60))
        with begin(student(uow)) as theirs:
            made = service.create(theirs, lesson(teacher))
        with begin(teacher.actor) as theirs:
            kept = service.detail(theirs, made.id)

        assert (made.lesson_price_cents, made.total_cents) == (
            seen.lesson_price_cents,
            seen.total_cents,
        )
        assert (kept.instructor_tier, kept.payout_cents) == (Tier.PRO, 7200)
        assert (seen.instructor_tier, seen.payout_cents) == (Tier.PRO, 7200)

    def test_takes_two_statements(
        self, begin: Begin, teacher: LiveInstructor, count_statements: Counting
    ) -> None:
        with count_statements() as seen:
            quoted(begin, ANONYMOUS, wish(teacher))

        assert len(seen) == 2


class TestNoQuote:
    def test_is_there_for_a_length_that_is_not_offered(
        self, begin: Begin, teacher: LiveInstructor
    ) -> None:
        with pytest.raises(DurationNotOffered):
            quoted(begin, ANONYMOUS, wish(teacher, duration_minutes=45))

    def test_is_there_for_a_format_that_is_not_offered(self, begin: Begin, uow: Uow) -> None:
        online = live_instructor(uow, prices={LessonFormat.ONLINE: 8000})

        with pytest.raises(FormatNotOffered):
            quoted(begin, ANONYMOUS, wish(online, format=LessonFormat.INSTRUCTOR_LOCATION))

    def test_is_there_where_the_instructor_does_not_travel(
        self, begin: Begin, teacher: LiveInstructor
    ) -> None:
        far = wish(
            teacher,
            format=LessonFormat.STUDENT_LOCATION,
            latitude=OUTSIDE[0],
            longitude=OUTSIDE[1],
        )

        with pytest.raises(OutsideServiceArea):
            quoted(begin, ANONYMOUS, far)

    def test_is_there_below_the_floor(self, begin: Begin, uow: Uow) -> None:
        cheap = live_instructor(uow, prices={LessonFormat.ONLINE: 5999})

        with pytest.raises(PriceBelowFloor):
            quoted(begin, ANONYMOUS, wish(cheap))

    def test_is_there_of_someone_who_paused(self, begin: Begin, uow: Uow) -> None:
        with pytest.raises(OfferingNotFound):
            quoted(begin, ANONYMOUS, wish(live_instructor(uow, live=False)))
