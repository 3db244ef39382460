"""Counts over whole tables, for watching the system."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.ledger.models import LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.payments.models import Chargeback, PaymentCommand, Reconciliation
from instainstru_core.domains.payments.types import CommandState
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.types.recording import Device
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.time import Span, local_day

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
State = TypeVar("State", bound=StrEnum)


class PaymentCounts(NamedTuple):
    """How lessons' money stands, in numbers of lessons."""

    pending_holds: int
    pending_captures: int
    failed_holds: int
    failed_captures: int
    escalated: int


def bookings_today(session: Session, now: datetime) -> dict[BookingStatus, int]:
    query = select(Booking.status, func.count()).where(Booking.lesson_day == local_day(now))
    return _by_state(session, query.group_by(Booking.status))


def bookings_upcoming(session: Session, now: datetime) -> dict[BookingStatus, int]:
    """The day narrows by index; the instant decides."""
    query = select(Booking.status, func.count()).where(
        Booking.lesson_day >= local_day(now), Booking.starts_at > now
    )
    return _by_state(session, query.group_by(Booking.status))


def users(session: Session) -> dict[AccountStatus, int]:
    return _by_state(session, select(User.status, func.count()).group_by(User.status))


def task_executions(session: Session, now: datetime) -> dict[TaskState, int]:
    query = select(TaskExecution.state, func.count()).where(TaskExecution.started_at > now - HOUR)
    return _by_state(session, query.group_by(TaskExecution.state))


def attempts(session: Session, span: Span) -> dict[TaskState, int]:
    query = select(TaskExecution.state, func.count()).where(
        TaskExecution.started_at >= span.start, TaskExecution.started_at < span.end
    )
    return _by_state(session, query.group_by(TaskExecution.state))


def searches(session: Session, now: datetime) -> tuple[int, int]:
    """How many searches of people there were in a day, and how many of them found nothing."""
    nothing = func.count().filter(SearchQuery.result_count == 0)
    query = select(func.count(), nothing).where(
        SearchQuery.at > now - DAY, SearchQuery.at <= now, SearchQuery.device != Device.PROGRAM
    )
    every, empty = session.execute(query).one()
    return every, empty


def supply(session: Session, now: datetime) -> tuple[int, int, int]:
    """Live instructors, pending invites, claimed founding slots."""
    live = (
        select(func.count())
        .select_from(Instructor)
        .join(User, User.id == Instructor.id)
        .where(Instructor.is_live, User.status == AccountStatus.ACTIVE)
    )
    pending = (
        select(func.count())
        .select_from(Invite)
        .where(Invite.used_at.is_(None), Invite.revoked_at.is_(None), Invite.expires_at > now)
    )
    claimed = select(func.count()).select_from(FoundingSlot)
    instructors, invites, slots = session.execute(
        select(live.scalar_subquery(), pending.scalar_subquery(), claimed.scalar_subquery())
    ).one()
    return instructors, invites, slots


def deliveries_waiting(session: Session) -> tuple[int, datetime | None]:
    """How many messages have not reached their carrier, and since when the oldest waits."""
    query = select(func.count(), func.min(Delivery.created_at)).where(
        Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
    )
    count, oldest = session.execute(query).one()
    return count, oldest


def _by_state(session: Session, query: Select[State, int]) -> dict[State, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def payment_figures(session: Session, *, since: datetime, now: datetime) -> PaymentCounts:
    """How lessons that are not settled stand, and what failed since then. One statement."""
    money, status = LessonMoney, Booking.status
    ahead = (status == BookingStatus.CONFIRMED) & (Booking.starts_at > now)
    row = session.execute(
        select(
            func.count().filter(ahead & money.authorized_at.is_(None)),
            func.count().filter(money.authorized_at.is_not(None) & money.captured_at.is_(None)),
            func.count().filter(money.hold_last_failed_at >= since),
            func.count().filter(money.capture_failures > 0, money.settled_at.is_(None)),
            func.count().filter(money.escalated_at >= since),
        )
        .join(Booking, Booking.id == money.booking_id)
        .where((money.settled_at.is_(None)) | (money.settled_at >= since))
    ).one()
    return PaymentCounts._make(row)


class MoneyCount(NamedTuple):
    """One figure about money: of what, of which kind of it, how much, and since when."""

    what: str
    kind: str
    amount: int
    since: datetime | None


WATCHED = (
    AccountKind.INSTRUCTOR_PAYABLE,
    AccountKind.TIPS_PAYABLE,
    AccountKind.CREDITS_LIABILITY,
    AccountKind.STUDENT_DEBT,
)
"""The accounts that say who is still owed something."""


def money_standing(
    session: Session, *, late: datetime, unasked: datetime, since: datetime
) -> list[MoneyCount]:
    """How work on money stands; what was due before `late` is overdue or stuck. One statement.

    Disputes were to be asked about before `unasked`; escalations are counted from `since` on.
    """
    asked = {"late": late, "unasked": unasked, "since": since}
    return [MoneyCount._make(row) for row in session.execute(_MONEY, asked)]


def _money() -> CompoundSelect[str, str, int, datetime | None]:
    late = bindparam("late", type_=DateTime(timezone=True))
    since = bindparam("since", type_=DateTime(timezone=True))
    nothing, how_many = literal("", String), func.count()
    lessons, command, webhook = LessonMoney, PaymentCommand, WebhookEvent
    waiting = webhook.state.in_((WebhookState.RECEIVED, WebhookState.FAILED))
    books = select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1).subquery()
    differing = func.jsonb_array_length(books.c.differences["items"], type_=Integer)
    return union_all(
        select(
            literal("overdue"), cast(lessons.due_kind, String), how_many, func.min(lessons.due_at)
        )
        .where(lessons.due_at < late)
        .group_by(lessons.due_kind),
        select(literal("review"), nothing, how_many, func.min(lessons.review_since)).where(
            lessons.review_since.is_not(None)
        ),
        select(literal("stuck"), nothing, how_many, func.min(command.due_at)).where(
            command.state.in_((CommandState.REQUESTED, CommandState.SENT)), command.due_at < late
        ),
        select(literal("unasked"), nothing, how_many, func.min(Chargeback.ask_at)).where(
            Chargeback.ask_at < bindparam("unasked", type_=DateTime(timezone=True))
        ),
        select(literal("escalated"), nothing, how_many, func.min(lessons.escalated_at)).where(
            lessons.review_since.is_not(None), lessons.escalated_at >= since
        ),
        select(literal("webhooks"), nothing, how_many, func.min(webhook.received_at)).where(
            waiting
        ),
        select(literal("dead"), nothing, how_many, func.min(webhook.received_at)).where(
            webhook.state == WebhookState.DEAD
        ),
        select(literal("books"), nothing, differing, books.c.compared_at),
        select(
            literal("ledger"),
            cast(LedgerEntry.account, String),
            cast(func.sum(LedgerEntry.cents), BigInteger),
            null(),
        )
        .where(LedgerEntry.account.in_(WATCHED))
        .group_by(LedgerEntry.account),
    )


_MONEY = _money()
