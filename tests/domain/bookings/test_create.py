"""Booking a lesson: what it becomes, and everything that refuses it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from instainstru_core.domains.accounts.errors import AccountDeactivated, AccountSuspended
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability.errors import (
    SlotTaken,
)
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings.errors import (
    AddressRequired,
    NotAStudent,
    OwnOffering,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.schemas import BookingDetailView, LessonMoneyView
from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus, Side
from instainstru_core.domains.instructors.errors import (
    FormatNotOffered,
    OfferingNotFound,
    OutsideServiceArea,
    PointRequired,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.errors import PriceBelowFloor
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.idempotency import KeyReused
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.domain.bookings.conftest import Desk, at
from tests.factories import availability
from tests.factories.bookings import AT_HOME, STUDENT_PERMISSIONS, booking, lesson, student
from tests.factories.instructors import (
    EXACT_PLACE,
    INSIDE,
    ON_EDGE,
    OUTSIDE,
    SQUARE,
    LiveInstructor,
    live_instructor,
    person,
)

Counting = Callable[[], AbstractContextManager[list[str]]]


class TestCreate:
    def test_keeps_the_time_for_half_an_hour_at_the_price_of_the_moment(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher, student_note="The second bell."))

        assert made == BookingDetailView(
            id=made.id,
            chain_id=made.id,
            status=BookingStatus.PENDING,
            payment_status=PaymentStatus.NONE,
            seen_as=Side.STUDENT,
            student_id=jonas.id or "",
            student_name="Jonas L.",
            instructor_id=teacher.id,
            instructor_name="Maya O.",
            offering_id=teacher.offering_id,
            service_id=teacher.service_id,
            service_name=teacher.service_name,
            format=LessonFormat.ONLINE,
            starts_at=at("2026-06-18T20:00"),
            ends_at=at("2026-06-18T21:00"),
            starts_local=datetime(2026, 6, 18, 16, 0),  # noqa: DTZ001 - a wall clock
            timezone="America/New_York",
            duration_minutes=60,
            lesson_price_cents=8000,
            student_fee_cents=960,
            total_cents=8960,
            instructor_fee_cents=None,
            payout_cents=None,
            created_at=uow.now,
            cancelled_at=None,
            cancelled_by=None,
            hourly_rate_cents=8000,
            instructor_fee_rate=None,
            instructor_tier=None,
            pricing_version="2025-12",
            place=None,
            latitude=None,
            longitude=None,
            area_key=None,
            student_note="The second bell.",
            instructor_note=None,
            moved_from_id=None,
            moved_to_id=None,
            money=LessonMoneyView(
                is_locked=False,
                late_move_used=False,
                moves=0,
                outcome=None,
                settled_at=None,
                checkout_expires_at=at("2026-06-15T14:30"),
                hold_due_at=None,
                authorized_at=None,
                credit_cents=0,
                card_cents=8960,
                captured_cents=0,
                refunded_cents=0,
                credit_back_cents=0,
                owed_cents=None,
                paid_cents=None,
            ),
            confirmed_at=None,
            completed_at=None,
            cancellation_reason=None,
        )

    def test_keeps_the_instructors_part_of_the_price_too(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher))

        row = uow.session.get_one(Booking, made.id)
        assert (row.instructor_fee_cents, row.payout_cents) == (1200, 6800)
        assert (row.instructor_fee_rate, row.instructor_tier) == (Decimal("0.1500"), Tier.ENTRY)

    def test_takes_up_the_time_of_both(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher, **AT_HOME))

        taken = uow.session.scalars(select(OccupiedTime)).one()
        assert (taken.instructor_id, taken.student_id) == (teacher.id, jonas.id)
        assert (taken.span.lower, taken.span.upper) == (made.starts_at, made.ends_at)
        assert (taken.reference, taken.chain_id) == (f"booking:{made.id}", made.id)
        assert taken.travels
        assert taken.expires_at == at("2026-06-15T14:30")

    def test_announces_and_audits_once(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher))

        fact = uow.session.scalars(select(OutboxRow)).one()
        assert (fact.name, fact.payload) == (
            "BookingCreated",
            {
                "booking_id": made.id,
                "student_id": jonas.id,
                "instructor_id": teacher.id,
                "service_id": teacher.service_id,
                "starts_at": "2026-06-18T20:00:00+00:00",
                "ends_at": "2026-06-18T21:00:00+00:00",
            },
        )
        entry = uow.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id, entry.actor_id) == (
            "bookings.create",
            made.id,
            jonas.id,
        )
        assert entry.details == {"format": "online", "total_cents": 8960}

    def test_takes_eleven_statements(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, count_statements: Counting
    ) -> None:
        with count_statements() as seen:
            desk.book(jonas, lesson(teacher, **AT_HOME), key="k-1")

        assert len(seen) == 11

    def test_takes_nine_statements_without_a_key(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, count_statements: Counting
    ) -> None:
        with count_statements() as seen:
            desk.book(jonas, lesson(teacher))

        assert len(seen) == 9


class TestPrice:
    def test_counts_the_lesson_that_it_prices(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        for _ in range(4):
            booking(
                uow,
                teacher=teacher,
                starts_at=uow.now - timedelta(days=2),
                status=BookingStatus.COMPLETED,
            )

        row = uow.session.get_one(Booking, desk.book(jonas, lesson(teacher)).id)

        assert (row.instructor_tier, row.instructor_fee_cents) == (Tier.GROWTH, 960)

    def test_is_a_founders(self, desk: Desk, uow: Uow, jonas: Actor) -> None:
        founder = live_instructor(uow, founding=True)

        row = uow.session.get_one(Booking, desk.book(jonas, lesson(founder)).id)

        assert (row.instructor_tier, row.instructor_fee_cents) == (Tier.FOUNDING, 640)

    def test_is_that_of_the_studio_at_a_neutral_place(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        neutral = AT_HOME | {"format": LessonFormat.NEUTRAL_LOCATION}

        assert desk.book(jonas, lesson(teacher, **neutral)).lesson_price_cents == 9000

    @pytest.mark.parametrize(
        ("lesson_format", "hourly", "minutes", "facts"),
        [
            (LessonFormat.ONLINE, 5999, 60, ("remote", 5999, 6000)),
            (LessonFormat.ONLINE, 5998, 30, ("remote", 2999, 3000)),
            (LessonFormat.INSTRUCTOR_LOCATION, 7999, 60, ("in_person", 7999, 8000)),
            (LessonFormat.INSTRUCTOR_LOCATION, 7999, 45, ("in_person", 5999, 6000)),
        ],
    )
    def test_is_refused_a_cent_below_the_floor(
        self,
        desk: Desk,
        lesson_format: LessonFormat,
        hourly: int,
        minutes: int,
        facts: tuple[str, int, int],
    ) -> None:
        cheap = live_instructor(desk.uow, prices={lesson_format: hourly}, durations=(30, 45, 60))
        wish = lesson(cheap, format=lesson_format, duration_minutes=minutes)

        refusal = desk.refuses(PriceBelowFloor, student(desk.uow), wish)

        assert refusal.facts == {
            "modality": facts[0],
            "duration_minutes": minutes,
            "base_price_cents": facts[1],
            "required_floor_cents": facts[2],
        }

    @pytest.mark.parametrize(
        ("lesson_format", "hourly", "minutes", "price"),
        [
            (LessonFormat.ONLINE, 6000, 30, 3000),
            (LessonFormat.INSTRUCTOR_LOCATION, 8000, 45, 6000),
        ],
    )
    def test_may_be_the_floor_itself(
        self,
        desk: Desk,
        lesson_format: LessonFormat,
        hourly: int,
        minutes: int,
        price: int,
    ) -> None:
        cheap = live_instructor(desk.uow, prices={lesson_format: hourly}, durations=(30, 45, 60))
        wish = lesson(cheap, format=lesson_format, duration_minutes=minutes)

        assert desk.book(student(desk.uow), wish).lesson_price_cents == price

    def test_has_the_online_floor_where_the_place_is_a_call(
        self, desk: Desk, uow: Uow, jonas: Actor
    ) -> None:
        cheap = live_instructor(uow, prices={LessonFormat.STUDENT_LOCATION: 6000})

        made = desk.book(jonas, lesson(cheap, **AT_HOME | {"place": "Online, by video"}))

        assert made.lesson_price_cents == 6000


QUOTED = {
    "hourly_rate_cents": 1,
    "lesson_price_cents": 8001,
    "student_fee_cents": 0,
    "instructor_fee_cents": 0,
    "total_cents": 9999,
    "payout_cents": 9999,
    "instructor_fee_rate": Decimal("0.01"),
    "instructor_tier": Tier.PRO,
    "pricing_version": "2030-01",
}


class TestTheQuote:
    @pytest.mark.parametrize("column", sorted(QUOTED))
    def test_is_written_once(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor, column: str
    ) -> None:
        made = booking(uow, teacher=teacher)

        with pytest.raises(IntegrityError, match="are written once"), begin(SYSTEM) as later:
            later.session.execute(
                update(Booking).where(Booking.id == made.id).values({column: QUOTED[column]})
            )

    def test_lets_everything_else_move_on(self, uow: Uow, teacher: LiveInstructor) -> None:
        made = booking(uow, teacher=teacher)

        made.student_note = "Ring twice."
        uow.session.flush()

        note = select(Booking.student_note).where(Booking.id == made.id)
        assert uow.session.scalar(note) == "Ring twice."


class TestPlace:
    def test_is_the_students_own(self, desk: Desk, teacher: LiveInstructor, jonas: Actor) -> None:
        made = desk.book(jonas, lesson(teacher, **AT_HOME))

        assert (made.place, made.latitude, made.longitude) == ("9 Fillmore Street", *INSIDE)
        assert (made.area_key, made.lesson_price_cents) == (SQUARE, 12_000)

    def test_is_the_instructors_studio(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher, format=LessonFormat.INSTRUCTOR_LOCATION))

        assert made.place == "742 Evergreen Terrace, Apt 5"
        assert (made.latitude, made.longitude) == EXACT_PLACE

    def test_is_not_kept_online_even_when_it_is_sent(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        made = desk.book(jonas, lesson(teacher, **AT_HOME | {"format": LessonFormat.ONLINE}))

        assert (made.place, made.latitude, made.longitude, made.area_key) == (None,) * 4

    def test_may_lie_on_the_edge_of_the_area(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        edge = AT_HOME | {"latitude": ON_EDGE[0], "longitude": ON_EDGE[1]}

        assert desk.book(jonas, lesson(teacher, **edge)).area_key == SQUARE

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"place": None}, AddressRequired),
            ({"latitude": None}, PointRequired),
            ({"longitude": None}, PointRequired),
            ({"latitude": OUTSIDE[0], "longitude": OUTSIDE[1]}, OutsideServiceArea),
        ],
    )
    def test_has_to_be_told_and_served(
        self,
        desk: Desk,
        teacher: LiveInstructor,
        jonas: Actor,
        changes: dict[str, Any],
        kind: type[Refusal],
    ) -> None:
        desk.refuses(kind, jonas, lesson(teacher, **AT_HOME | changes))

    def test_need_not_be_served_where_the_student_comes_along(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        neutral = AT_HOME | {
            "format": LessonFormat.NEUTRAL_LOCATION,
            "latitude": OUTSIDE[0],
            "longitude": OUTSIDE[1],
        }

        assert desk.book(jonas, lesson(teacher, **neutral)).area_key is None

    @pytest.mark.parametrize(
        "lesson_format",
        [
            LessonFormat.STUDENT_LOCATION,
            LessonFormat.INSTRUCTOR_LOCATION,
            LessonFormat.NEUTRAL_LOCATION,
        ],
    )
    def test_is_online_only_where_nothing_else_is_offered(
        self, desk: Desk, uow: Uow, jonas: Actor, lesson_format: LessonFormat
    ) -> None:
        online = live_instructor(uow, prices={LessonFormat.ONLINE: 8000})

        refusal = desk.refuses(
            FormatNotOffered, jonas, lesson(online, **AT_HOME | {"format": lesson_format})
        )

        assert refusal.facts["formats"] == ["online"]


class TestWho:
    def test_has_to_be_allowed(self, desk: Desk, teacher: LiveInstructor, jonas: Actor) -> None:
        desk.refuses(PermissionMissing, Actor(id=jonas.id), lesson(teacher))

    def test_has_to_be_a_person(self, desk: Desk, teacher: LiveInstructor) -> None:
        desk.refuses(NotAStudent, SYSTEM, lesson(teacher))

    def test_is_not_the_instructor(self, desk: Desk, teacher: LiveInstructor) -> None:
        themselves = Actor(id=teacher.id, permissions=STUDENT_PERMISSIONS)

        desk.refuses(OwnOffering, themselves, lesson(teacher))

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (AccountStatus.SUSPENDED, AccountSuspended),
            (AccountStatus.DEACTIVATED, AccountDeactivated),
        ],
    )
    def test_has_an_active_account(
        self,
        desk: Desk,
        uow: Uow,
        teacher: LiveInstructor,
        status: AccountStatus,
        kind: type[Refusal],
    ) -> None:
        gone = Actor(id=person(uow, status=status), permissions=STUDENT_PERMISSIONS)

        desk.refuses(kind, gone, lesson(teacher))

    @pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DEACTIVATED])
    def test_books_no_instructor_without_an_active_account(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor, status: AccountStatus
    ) -> None:
        uow.session.execute(update(User).where(User.id == teacher.id).values(status=status))

        desk.refuses(OfferingNotFound, jonas, lesson(teacher))

    def test_books_no_instructor_who_paused(self, desk: Desk, uow: Uow, jonas: Actor) -> None:
        desk.refuses(OfferingNotFound, jonas, lesson(live_instructor(uow, live=False)))

    def test_books_nothing_unknown(self, desk: Desk, teacher: LiveInstructor, jonas: Actor) -> None:
        desk.refuses(OfferingNotFound, jonas, lesson(teacher, offering_id=new_id()))


class TestAKey:
    def test_gets_the_first_answer_again(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        first = desk.book(jonas, lesson(teacher), key="k-1")
        written = desk.written()

        assert desk.book(jonas, lesson(teacher), key="k-1") == first
        assert desk.written() == written

    def test_is_refused_for_another_lesson(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        desk.book(jonas, lesson(teacher), key="k-1")
        written = desk.written()

        with pytest.raises(KeyReused):
            desk.book(jonas, lesson(teacher, duration_minutes=30), key="k-1")
        assert desk.written() == written

    def test_is_each_students_own(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        first = desk.book(jonas, lesson(teacher), key="k-1")
        noon = lesson(teacher, starts_local="2026-06-18T12:00:00")

        assert desk.book(student(uow), noon, key="k-1").id != first.id

    def test_is_not_used_up_by_a_refusal(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        blocking = availability.occupied(
            uow, teacher.id, at("2026-06-18T20:00"), at("2026-06-18T21:00")
        )
        with pytest.raises(SlotTaken):
            desk.book(jonas, lesson(teacher), key="k-1")
        uow.session.delete(
            uow.session.scalars(select(OccupiedTime).filter_by(reference=blocking)).one()
        )
        uow.session.flush()

        assert desk.book(jonas, lesson(teacher), key="k-1").status is BookingStatus.PENDING
