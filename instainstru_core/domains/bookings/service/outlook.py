"""What the rules say comes next, without doing any of it."""

from collections.abc import Collection
from datetime import datetime

from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.policy import agenda, moves
from instainstru_core.domains.bookings.policy.agenda import Case
from instainstru_core.domains.bookings.policy.moves import Situation
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.repository.money import Found
from instainstru_core.domains.bookings.schemas.outlook import OutlookView
from instainstru_core.domains.bookings.service.lesson import Lesson, case_of
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("bookings.outlooks")
def outlooks(uow: Uow, chain_ids: Collection[str]) -> dict[str, OutlookView]:
    """What is next for the money of these lessons, by chain, in one statement. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    rows = repository.lessons(uow.session, chain_ids)
    return {money.chain_id: _outlook(money, found, uow.now) for money, found in rows}


def _outlook(money: LessonMoney, found: Found, now: datetime) -> OutlookView:
    case = case_of(Lesson(money, found.booking, found.report, found.is_asked))
    decided = agenda.decide(case, now)
    report = found.report
    situation = Situation(
        case=case,
        cancelled_by=found.booking.cancelled_by,
        was_confirmed=found.booking.confirmed_at is not None,
        was_reported=report is not None,
        report_is_open=report is not None and report.resolution is None,
        is_reviewed=money.review_since is not None,
    )
    return OutlookView(
        chain_id=money.chain_id,
        booking_id=money.booking_id,
        step=decided.step,
        step_cents=decided.cents,
        due_at=decided.due_at,
        due_kind=decided.due_kind,
        hold_at=_hold_at(case, now),
        charge_at=_charge_at(case),
        is_under_way=found.is_asked,
        staff_may=moves.staff_moves(situation, now),
    )


def _hold_at(case: Case, now: datetime) -> datetime | None:
    """When the card's part is held; None where it is held, taken, or never will be."""
    ahead = case.status is BookingStatus.CONFIRMED and case.ending is None
    if not ahead or now >= case.starts_at or case.is_held or case.is_captured:
        return None
    return case.hold_due_at or agenda.hold_due_at(case.starts_at)


def _charge_at(case: Case) -> datetime | None:
    """When the amount is taken, if the lesson takes place and nobody objects."""
    stands = case.status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}
    if not stands or case.ending is not None or case.is_captured:
        return None
    return case.closes_at
