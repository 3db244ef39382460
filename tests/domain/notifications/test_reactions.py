"""Who is told what when something happens to a lesson, and who is not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDropped,
    BookingRescheduled,
    CaptureFailed,
    DebtOpened,
    HoldFailed,
    HoldWarned,
    InstructorPaid,
    LessonRefunded,
    NoShowReported,
    PayerLocked,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy, Notice, Outcome
from instainstru_core.domains.notifications import flows
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.reviews.events import ReviewPublished
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Begin, Uow
from instainstru_core.wiring import REACTIONS
from tests.factories.bookings import booking
from tests.factories.instructors import LiveInstructor, live_instructor, person
from tests.factories.notifications import ScriptedMailer

CANCELLED = BookingStatus.CANCELLED
UNSETTLED: dict[str, Any] = {"outcome": None, "settled_at": None}


def happen(uow: Uow, event: Event) -> None:
    """Let everybody react who does."""
    for reaction in REACTIONS[type(event)]:
        reaction(uow, event)


@pytest.fixture
def teacher(uow: Uow) -> LiveInstructor:
    return live_instructor(uow)


@pytest.fixture
def jonas(uow: Uow) -> str:
    return person(uow, first_name="Jonas", last_name="Lindqvist")


@pytest.fixture
def lesson(uow: Uow, teacher: LiveInstructor, jonas: str) -> Booking:
    """An hour at $120.00 tomorrow: $134.40 for the student, $102.00 for the instructor."""
    return lesson_of(uow, teacher, jonas)


def lesson_of(uow: Uow, teacher: LiveInstructor, jonas: str, **changes: Any) -> Booking:
    return booking(uow, teacher=teacher, student_id=jonas, **changes)


def told(uow: Uow) -> dict[tuple[str, str], dict[str, Any]]:
    """The facts of every message by its kind and its reader."""
    rows = uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    sides = {row.id: (row.student_id, row.instructor_id) for row in lessons(uow)}
    found = {}
    for row in rows:
        student_id, _ = sides[(row.reference or "").removeprefix("booking:")]
        side = "student" if row.user_id == student_id else "instructor"
        found[row.template.value, side] = row.facts
    return found


def lessons(uow: Uow) -> list[Booking]:
    return list(uow.session.scalars(select(Booking)))


def cancelled(row: Booking, by: CancelledBy, notice: Notice) -> BookingCancelled:
    return BookingCancelled(
        booking_id=row.id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        starts_at=row.starts_at,
        cancelled_by=by,
        notice=notice,
    )


class TestTheStudentAlone:
    """No instructor needs to know how somebody pays."""

    def test_learns_of_a_card_that_could_not_be_held(self, uow: Uow, lesson: Booking) -> None:
        happen(uow, HoldFailed(booking_id=lesson.id, reason="payments.card_declined", attempt=1))
        ((key, facts),) = told(uow).items()
        assert key == ("hold_failed", "student")
        assert facts["total_cents"] == 13_440
        assert facts["reason"] == "payments.card_declined"
        by = lesson.starts_at - timedelta(hours=12)
        assert facts["pay_by_at"] == by.isoformat().replace("+00:00", "Z")

    def test_learns_of_the_first_refusal_only(self, uow: Uow, lesson: Booking) -> None:
        for attempt in (1, 2, 3):
            event = HoldFailed(booking_id=lesson.id, reason=f"refusal {attempt}", attempt=attempt)
            happen(uow, event)
        assert told(uow)["hold_failed", "student"]["reason"] == "refusal 1"
        assert len(uow.session.scalars(select(Delivery.id)).all()) == 1

    def test_is_asked_for_what_the_card_pays_beside_credit(
        self, uow: Uow, teacher: LiveInstructor, jonas: str
    ) -> None:
        row = lesson_of(uow, teacher, jonas, money={"credit_cents": 4_000, "card_cents": 9_440})
        happen(uow, HoldWarned(booking_id=row.id))
        assert told(uow)["final_warning", "student"]["total_cents"] == 9_440

    @pytest.mark.parametrize(
        ("kind", "template"),
        [
            (HoldWarned, "final_warning"),
            (CaptureFailed, "capture_failed"),
        ],
    )
    def test_learns_of_what_is_due(
        self, uow: Uow, lesson: Booking, kind: type[Any], template: str
    ) -> None:
        happen(uow, kind(booking_id=lesson.id))
        assert list(told(uow)) == [(template, "student")]

    def test_learns_of_a_locked_account(self, uow: Uow, lesson: Booking, jonas: str) -> None:
        happen(uow, PayerLocked(booking_id=lesson.id, student_id=jonas))
        assert told(uow)["account_locked", "student"]["total_cents"] == 13_440
        assert len(told(uow)) == 1

    def test_learns_each_time_of_what_a_bank_left_open(self, uow: Uow, jonas: str) -> None:
        event = DebtOpened(student_id=jonas, reference="topup:1", because="credit", cents=3_000)
        happen(uow, event)
        happen(uow, event)
        rows = uow.session.scalars(select(Delivery)).all()
        assert [(row.user_id, row.reference, row.facts) for row in rows] == [
            (jonas, "topup:1", {"because": "credit", "owed_cents": 3_000})
        ] * 2

    def test_learns_of_a_checkout_that_ran_out(self, uow: Uow, lesson: Booking) -> None:
        happen(uow, BookingDropped(booking_id=lesson.id, was_confirmed=False))
        assert list(told(uow)) == [("booking_dropped_student", "student")]
        assert told(uow)["booking_dropped_student", "student"]["was_confirmed"] is False

    def test_learns_of_every_refund(self, uow: Uow, lesson: Booking) -> None:
        for _ in range(2):
            happen(uow, LessonRefunded(booking_id=lesson.id, cents=5_000))
        rows = uow.session.scalars(select(Delivery)).all()
        assert [(row.user_id, row.facts["refund_cents"]) for row in rows] == [
            (lesson.student_id, 5_000)
        ] * 2


class TestTheInstructorAlone:
    def test_learns_of_every_payout(self, uow: Uow, lesson: Booking, teacher: Any) -> None:
        for cents in (10_000, 200):
            event = InstructorPaid(booking_id=lesson.id, instructor_id=teacher.id, cents=cents)
            happen(uow, event)
        rows = uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        assert [(row.user_id, row.facts["payout_cents"]) for row in rows] == [
            (teacher.id, 10_000),
            (teacher.id, 200),
        ]

    def test_learns_of_a_review_once(
        self, uow: Uow, lesson: Booking, teacher: LiveInstructor
    ) -> None:
        event = ReviewPublished(
            review_id=lesson.id,
            booking_id=lesson.id,
            instructor_id=teacher.id,
            service_id=teacher.service_id,
            stars=4,
        )
        happen(uow, event)
        happen(uow, event)
        (letter,) = told(uow).items()
        assert letter[0] == ("review_published", "instructor")
        assert (letter[1]["with_name"], letter[1]["stars"]) == ("Jonas L.", 4)


class TestBoth:
    def test_learn_that_a_lesson_is_certain(self, uow: Uow, lesson: Booking) -> None:
        happen(uow, BookingConfirmed(booking_id=lesson.id))
        found = told(uow)
        assert found["booking_confirmed", "student"]["amount_cents"] == 13_440
        assert found["booking_confirmed", "instructor"]["amount_cents"] == 10_200

    def test_are_told_of_each_other_by_first_name_and_initial(
        self, uow: Uow, lesson: Booking
    ) -> None:
        happen(uow, BookingConfirmed(booking_id=lesson.id))
        found = told(uow)
        assert found["booking_confirmed", "instructor"]["with_name"] == "Jonas L."
        names = found["booking_confirmed", "student"]["with_name"]
        assert names == public_name(*names.removesuffix(".").split(" "))

    def test_learn_that_a_confirmed_lesson_is_dropped(self, uow: Uow, lesson: Booking) -> None:
        happen(uow, BookingDropped(booking_id=lesson.id, was_confirmed=True))
        assert set(told(uow)) == {
            ("booking_dropped_student", "student"),
            ("booking_dropped_instructor", "instructor"),
        }

    def test_learn_when_a_lesson_is_now(
        self, uow: Uow, lesson: Booking, teacher: LiveInstructor, jonas: str
    ) -> None:
        later = booking(
            uow,
            teacher=teacher,
            student_id=jonas,
            starts_at=lesson.starts_at + timedelta(days=1),
            chain_id=lesson.chain_id,
        )
        happen(uow, BookingRescheduled(booking_id=lesson.id, to_booking_id=later.id))
        for side in ("student", "instructor"):
            facts = told(uow)["booking_rescheduled", side]
            assert facts["was_starts_local"] == lesson.starts_local.isoformat()
            assert facts["starts_local"] == later.starts_local.isoformat()

    def test_are_told_once_however_often_a_fact_is_seen(self, uow: Uow, lesson: Booking) -> None:
        for _ in range(3):
            happen(uow, BookingConfirmed(booking_id=lesson.id))
        assert len(uow.session.scalars(select(Delivery.id)).all()) == 2


class TestAReport:
    @pytest.mark.parametrize(
        ("absent", "sides"),
        [
            ("student", {"student"}),
            ("instructor", {"instructor"}),
            ("mutual", {"student", "instructor"}),
        ],
    )
    def test_is_told_to_whom_it_is_about(
        self, uow: Uow, lesson: Booking, absent: str, sides: set[str]
    ) -> None:
        happen(uow, NoShowReported(booking_id=lesson.id, absent=absent))
        assert {side for _, side in told(uow)} == sides
        assert {facts["is_mutual"] for facts in told(uow).values()} == {absent == "mutual"}


class TestACancellation:
    def money(self, uow: Uow, row: Booking, event: BookingCancelled) -> dict[str, Any]:
        """What both sides are told of their money, which is the same facts."""
        happen(uow, event)
        found = told(uow)
        shares = [
            {name: found["booking_cancelled", side][name] for name in SHARE}
            for side in ("student", "instructor")
        ]
        assert shares[0] == shares[1]
        return shares[0]

    @pytest.mark.parametrize(
        ("how", "share"),
        [
            ((CancelledBy.STUDENT, Notice.EARLY), (False, 0, 0, 0)),
            ((CancelledBy.STUDENT, Notice.MIDDLE), (True, 12_000, 0, 0)),
            ((CancelledBy.STUDENT, Notice.LATE), (True, 6_000, 0, 5_100)),
            ((CancelledBy.INSTRUCTOR, Notice.LATE), (False, 0, 0, 0)),
            ((CancelledBy.ADMIN, Notice.LATE), (None, 0, 0, 0)),
        ],
    )
    def test_is_told_with_what_the_rules_give_each_side(
        self,
        uow: Uow,
        teacher: LiveInstructor,
        jonas: str,
        how: tuple[CancelledBy, Notice],
        share: tuple[bool | None, int, int, int],
    ) -> None:
        row = lesson_of(uow, teacher, jonas, status=CANCELLED, cancelled_by=how[0], money=UNSETTLED)
        found = self.money(uow, row, cancelled(row, *how))
        assert tuple(found.values()) == share

    def test_of_locked_money_never_returns_it_to_the_card(
        self, uow: Uow, teacher: LiveInstructor, jonas: str
    ) -> None:
        money = {"locked_at": uow.now, "captured_at": uow.now, "captured_cents": 13_440}
        row = lesson_of(uow, teacher, jonas, status=CANCELLED, money=money | UNSETTLED)
        found = self.money(uow, row, cancelled(row, CancelledBy.STUDENT, Notice.EARLY))
        assert tuple(found.values()) == (True, 12_000, 0, 0)

    def test_of_locked_money_by_the_instructor_returns_all_of_it(
        self, uow: Uow, teacher: LiveInstructor, jonas: str
    ) -> None:
        money = {"locked_at": uow.now, "captured_at": uow.now, "captured_cents": 13_440}
        row = lesson_of(uow, teacher, jonas, status=CANCELLED, money=money | UNSETTLED)
        found = self.money(uow, row, cancelled(row, CancelledBy.INSTRUCTOR, Notice.EARLY))
        assert tuple(found.values()) == (False, 0, 13_440, 0)

    @pytest.mark.parametrize(
        ("outcome", "share"),
        [
            (Outcome.STUDENT_CANCEL_GT24_NO_CHARGE, (False, 0, 0, 0)),
            (Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50, (True, 6_000, 0, 5_100)),
            (Outcome.ADMIN_NO_REFUND, (True, 0, 0, 10_200)),
            (Outcome.BEFORE_PAYMENTS, (False, 0, 0, 0)),
        ],
    )
    def test_whose_money_is_settled_is_told_as_it_was_settled(
        self,
        uow: Uow,
        teacher: LiveInstructor,
        jonas: str,
        outcome: Outcome,
        share: tuple[bool, int, int, int],
    ) -> None:
        money = {"outcome": outcome, "settled_at": uow.now}
        row = lesson_of(uow, teacher, jonas, status=CANCELLED, money=money)
        found = self.money(uow, row, cancelled(row, CancelledBy.ADMIN, Notice.LATE))
        assert tuple(found.values()) == share

    def test_of_a_checkout_is_nobodys_news(
        self, uow: Uow, teacher: LiveInstructor, jonas: str
    ) -> None:
        row = lesson_of(uow, teacher, jonas, status=CANCELLED, confirmed_at=None)
        happen(uow, cancelled(row, CancelledBy.STUDENT, Notice.EARLY))
        assert told(uow) == {}

    def test_of_a_lesson_that_was_booked_before_there_were_payments_is_told(
        self, uow: Uow, teacher: LiveInstructor, jonas: str
    ) -> None:
        row = booking(uow, teacher=teacher, student_id=jonas, status=CANCELLED)
        found = self.money(uow, row, cancelled(row, CancelledBy.STUDENT, Notice.EARLY))
        assert tuple(found.values()) == (False, 0, 0, 0)


SHARE = ("is_charged", "credit_cents", "refund_cents", "payout_cents")


def test_from_a_fact_to_a_mail(begin: Begin) -> None:
    with begin(SYSTEM) as uow:
        row = lesson_of(
            uow, live_instructor(uow), person(uow, first_name="Jonas", last_name="Lindqvist")
        )
        happen(uow, HoldFailed(booking_id=row.id, reason="payments.card_expired", attempt=1))
    mailer = ScriptedMailer()
    assert flows.send_due(begin, mailer, actor=SYSTEM).sent == 1
    (mail,) = mailer.asked
    assert mail.key == f"hold_failed:{row.id}:student"
    assert mail.text.startswith("Hi Jonas,\n")
    assert "The card has expired." in " ".join(mail.text.split())
    assert "Lindqvist" not in mail.text + mail.html
