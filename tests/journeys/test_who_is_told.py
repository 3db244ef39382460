"""What happens to a lesson is told to those whom it concerns, in order, and to nobody else.

Facts are relayed to their reactions as the worker does it; what is looked at are the messages.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import Absent, NoShowResolution
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import AccountSeen, PayoutSeen, PayoutStatus
from instainstru_core.kernel import events, outbox
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.wiring import REACTIONS
from tests.factories import acts, money
from tests.factories.gateways import decline
from tests.factories.money import Market

S, I = "student", "instructor"  # noqa: E741 - the two sides, in tables
LEASE = timedelta(seconds=30)


class Post:
    """The messages of a market, from the last look on."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._seen: set[str] = set()

    def facts(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, reader and facts of every new message, in order."""
        with self._market.runtime.begin(SYSTEM) as uow:
            rows = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=1_000)
            for row in rows:
                fact = events.decode(row.name, row.payload)
                for reaction in REACTIONS.get(type(fact), ()):
                    reaction(uow, fact)
            outbox.settle(uow.session, {row.id: () for row in rows}, now=uow.now)
            uow.session.flush()
            made = uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
            new = [row for row in made if row.id not in self._seen]
        self._seen.update(row.id for row in new)
        sides = {self._market.student.id: S, self._market.teacher.id: I}
        return [(row.template.value, sides[row.user_id], row.facts) for row in new]

    def told(self) -> list[tuple[str, str]]:
        """Kind and reader of every new message, in order."""
        return [(template, side) for template, side, _ in self.facts()]


@pytest.fixture
def post(market: Market) -> Post:
    return Post(market)


def booked(market: Market, post: Post) -> BookingDetailView:
    """A lesson three days ahead, which both have heard of."""
    lesson = market.confirmed()
    assert post.told() == [("booking_confirmed", S), ("booking_confirmed", I)]
    return lesson


def refusing(market: Market) -> str:
    """A card of the student that refuses every charge."""
    with market.runtime.begin(SYSTEM) as uow:
        return money.card(
            uow,
            market.stripe,
            market.student.id or "",
            kind="pm_card_chargeCustomerFail",
            default=False,
        )


CANCELLED = [("booking_cancelled", S), ("booking_cancelled", I)]
RESOLVED = [("no_show_resolved", S), ("no_show_resolved", I)]


class TestALesson:
    def test_that_takes_place_is_told_when_it_is_certain_and_when_it_is_paid_out(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)

        market.at(market.after(lesson, hours=24))
        market.run_jobs()

        ((kind, side, facts),) = post.facts()
        assert (kind, side, facts["payout_cents"]) == ("payout_sent", I, 10_560)

    def test_whose_hold_is_refused_is_the_students_matter_until_it_is_dropped(
        self, market: Market, post: Post
    ) -> None:
        lesson = market.pay(market.book().id, card_id=refusing(market)).booking
        post.told()

        market.at(market.before(lesson, hours=18))
        assert post.told() == [("hold_failed", S)]
        market.at(market.before(lesson, hours=12, minutes=30))
        assert post.told() == [("final_warning", S)]
        market.at(market.before(lesson, hours=11))
        assert post.told() == [
            ("booking_dropped_student", S),
            ("booking_dropped_instructor", I),
        ]

    def test_that_is_moved_is_told_with_both_times(self, market: Market, post: Post) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))

        market.move(lesson.id, "2026-06-22T16:00:00")

        assert [(kind, side, facts["was_starts_local"]) for kind, side, facts in post.facts()] == [
            ("booking_rescheduled", S, "2026-06-18T16:00:00"),
            ("booking_rescheduled", I, "2026-06-18T16:00:00"),
        ]


class TestACheckout:
    def test_that_is_never_paid_is_told_to_its_student_alone(
        self, market: Market, post: Post
    ) -> None:
        market.book()

        market.at(market.clock.now + timedelta(minutes=31))

        assert post.told() == [("booking_dropped_student", S)]

    def test_that_is_cancelled_is_nobodys_news(self, market: Market, post: Post) -> None:
        market.cancel(market.book().id)

        assert post.told() == []


class TestACancellation:
    def test_late_tells_each_side_its_own_money_and_then_of_the_payout(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=6))

        market.cancel(lesson.id)

        found = post.facts()
        assert [(kind, side) for kind, side, _ in found] == [*CANCELLED, ("payout_sent", I)]
        assert [
            (facts["credit_cents"], facts["refund_cents"], facts["payout_cents"])
            for _, _, facts in found[:2]
        ] == [(6_000, 0, 5_280)] * 2
        assert found[2][2]["payout_cents"] == 5_280

    def test_of_locked_money_by_the_instructor_tells_the_student_of_the_refund(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))
        child = market.move(lesson.id, "2026-06-22T16:00:00")
        post.told()

        market.cancel(child.id, actor=market.instructor)

        found = post.facts()
        assert [(kind, side) for kind, side, _ in found] == [*CANCELLED, ("refunded", S)]
        assert [facts["refund_cents"] for _, _, facts in found if "refund_cents" in facts] == [
            13_440
        ] * 3

    def test_by_staff_who_refund_what_is_only_held_is_told_to_both(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=20))

        market.refund(lesson.id)

        found = post.facts()
        assert [(kind, side) for kind, side, _ in found] == CANCELLED
        assert {
            (facts["cancelled_by"], facts["is_charged"], facts["payout_cents"])
            for _, _, facts in found
        } == {("admin", False, 0)}

    def test_by_a_refund_in_the_dashboard_is_told_to_both(self, market: Market, post: Post) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))
        child = market.move(lesson.id, "2026-06-22T16:00:00")
        post.told()

        market.refund_by_hand(child.id)
        market.run_jobs()

        assert sorted(post.told()) == [
            ("booking_cancelled", I),
            ("booking_cancelled", S),
            ("refunded", S),
        ]

    def test_by_a_bank_that_kept_the_money_of_a_lesson_ahead_is_told_to_both(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))
        child = market.move(lesson.id, "2026-06-22T16:00:00")
        post.told()

        market.close(market.dispute(child.id), won=False)
        market.run_jobs()

        assert post.told() == [("account_restricted", S), *CANCELLED]

    def test_by_a_decision_about_a_report_is_told_to_both(self, market: Market, post: Post) -> None:
        lesson = booked(market, post)
        market.at(market.after(lesson, hours=1))
        acts.report(market, lesson.id, Absent.INSTRUCTOR, actor=market.student)
        assert post.told() == [("no_show_reported", I)]

        acts.resolve(market, lesson.id, NoShowResolution.CANCELLED)

        assert post.told() == CANCELLED


class TestAReport:
    def reported(self, market: Market, post: Post, absent: Absent) -> BookingDetailView:
        """A lesson of which somebody says an hour after its end that somebody did not come."""
        lesson = booked(market, post)
        market.at(market.after(lesson, hours=1))
        actor = market.student if absent is Absent.INSTRUCTOR else market.instructor
        acts.report(market, lesson.id, absent, actor=actor)
        assert post.told() == [("no_show_reported", absent.value)]
        return lesson

    @pytest.mark.parametrize(
        ("absent", "result", "then"),
        [
            (Absent.INSTRUCTOR, "instructor_absent", []),
            (Absent.STUDENT, "student_absent", [("payout_sent", I)]),
        ],
    )
    def test_that_nobody_objects_to_is_told_to_both_when_it_counts(
        self,
        market: Market,
        post: Post,
        absent: Absent,
        result: str,
        then: list[tuple[str, str]],
    ) -> None:
        lesson = self.reported(market, post, absent)

        market.at(market.after(lesson, hours=26))

        found = post.facts()
        assert [(kind, side) for kind, side, _ in found] == [*RESOLVED, *then]
        assert [facts["result"] for _, _, facts in found[:2]] == [result] * 2

    @pytest.mark.parametrize(
        ("resolution", "result", "then"),
        [
            (NoShowResolution.CONFIRMED_AFTER_REVIEW, "instructor_absent", []),
            (NoShowResolution.DISPUTE_UPHELD, "took_place", [("payout_sent", I)]),
            (NoShowResolution.DISMISSED, "goes_on", []),
        ],
    )
    def test_that_staff_decide_is_told_to_both(
        self,
        market: Market,
        post: Post,
        resolution: NoShowResolution,
        result: str,
        then: list[tuple[str, str]],
    ) -> None:
        lesson = self.reported(market, post, Absent.INSTRUCTOR)
        acts.object_to(market, lesson.id, actor=market.instructor)
        assert post.told() == []

        acts.resolve(market, lesson.id, resolution)

        found = post.facts()
        assert [(kind, side) for kind, side, _ in found] == [*RESOLVED, *then]
        assert [facts["result"] for _, _, facts in found[:2]] == [result] * 2

    def test_about_a_lesson_that_a_bank_ended_meanwhile_says_nothing_more(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))
        child = market.move(lesson.id, "2026-06-22T16:00:00")
        market.at(market.after(child, hours=1))
        acts.report(market, child.id, Absent.INSTRUCTOR, actor=market.student)
        acts.object_to(market, child.id, actor=market.instructor)
        post.told()
        market.close(market.dispute(child.id), won=False)
        assert post.told() == [("account_restricted", S)]

        acts.resolve(market, child.id, NoShowResolution.DISMISSED)

        assert post.told() == []


class TestAnAmountThatIsRefused:
    def test_is_the_students_matter_once_and_when_the_account_is_locked(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=23))
        gateway = market.troubled()
        gateway.before("capture", decline, times=1_000)

        market.at(market.after(lesson, hours=24 + 71))
        assert post.told() == [("capture_failed", S)]
        market.at(market.after(lesson, hours=24 + 73))
        assert post.told() == [("account_locked", S), ("payout_sent", I)]


class TestAChargeThatTheBankTakesBack:
    def test_is_told_to_nobody_and_a_payout_that_follows_is(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.after(lesson, hours=25))
        assert post.told() == [("payout_sent", I)]

        dispute = market.dispute(lesson.id)
        market.run_jobs()
        assert post.told() == []
        market.close(dispute, won=True)
        market.run_jobs()

        assert post.told() == [("payout_sent", I)]

    def test_for_good_is_told_to_the_student_who_cannot_book_now(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.after(lesson, hours=25))
        post.told()

        market.close(market.dispute(lesson.id), won=False)

        assert market.standing() == (False, True, 0)
        assert post.facts() == [("account_restricted", S, {"is_lost": True})]

    def test_whose_credit_is_spent_is_told_when_it_begins_and_with_the_debt(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.before(lesson, hours=18))
        market.cancel(lesson.id)
        later = market.confirmed("2026-07-02T16:00:00", credit=12_000)
        market.at(market.after(later, hours=25))
        post.told()

        dispute = market.dispute(lesson.id)
        assert post.facts() == [("account_restricted", S, {"is_lost": False})]
        market.hear(dispute)
        assert post.facts() == []
        market.close(dispute, won=False)

        assert post.facts() == [("debt_opened", S, {"because": "lesson", "owed_cents": 12_000})]


class TestAPayout:
    def test_that_the_bank_sends_back_is_told_to_its_instructor(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        market.at(market.after(lesson, hours=25))
        post.told()

        with market.runtime.begin(SYSTEM) as uow:
            account = payments.payee(uow, lesson.instructor_id)
            assert account is not None
            for status, code in (
                (PayoutStatus.PAID, None),
                (PayoutStatus.FAILED, "account_closed"),
                (PayoutStatus.FAILED, "account_closed"),
            ):
                seen = PayoutSeen(
                    id="po_1",
                    cents=10_560,
                    status=status,
                    is_instant=False,
                    arrives_at=uow.now,
                    failure_code=code,
                )
                payments.note_payout(uow, account.vendor_id, seen, asked_at=uow.now)

        assert post.facts() == [
            ("payout_failed", I, {"failed_cents": 10_560, "failure_code": "account_closed"})
        ]


class TestAPayoutAccount:
    def test_that_the_provider_closes_is_told_to_its_instructor_each_time(
        self, market: Market, post: Post
    ) -> None:
        lesson = booked(market, post)
        told = {"blocked_reason": "requirements.past_due"}

        self.heard(market, lesson, "requirements.past_due")
        self.heard(market, lesson, "requirements.past_due")
        assert post.facts() == [("payee_blocked", I, told)]
        self.heard(market, lesson, None)
        assert post.facts() == []
        self.heard(market, lesson, "requirements.past_due")
        assert post.facts() == [("payee_blocked", I, told)]

    def heard(self, market: Market, lesson: BookingDetailView, reason: str | None) -> None:
        """The provider says how the instructor's account stands."""
        market.clock.advance(timedelta(minutes=1))
        with market.runtime.begin(SYSTEM) as uow:
            account = payments.payee(uow, lesson.instructor_id)
            assert account is not None
            seen = AccountSeen(
                id=account.vendor_id,
                charges_enabled=True,
                payouts_enabled=reason is None,
                details_submitted=True,
                disabled_reason=reason,
                payout_interval="weekly",
                payout_anchor="tuesday",
            )
            payments.note_account(uow, seen, asked_at=uow.now)
