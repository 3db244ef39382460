"""Queries over what came in, by New York days: lessons by their day, money by that of each fact."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from instainstru_core.domains.bookings.models import Booking, LessonMoney, Tip
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.reporting.repository.bookings import is_counted
from instainstru_core.domains.reporting.repository.money import Movement
from instainstru_core.domains.reporting.types import Days, Interval, RevenueGroup
from instainstru_core.kernel.time import BUSINESS_ZONE, Span

OF_NO_LESSON = "no lesson"
"""Money that belongs to no lesson: credit bought or given, and the provider's other fees."""
ONLINE, ELSEWHERE = "online", "unknown"

_ZONE = literal_column(f"'{BUSINESS_ZONE}'", Text)
_DAY = cast(func.timezone(_ZONE, Journal.occurred_at), Date)


class Turnover(NamedTuple):
    """Lessons that stand and their prices."""

    lessons: int
    gmv_cents: int


NOTHING = Turnover(0, 0)


class Since(NamedTuple):
    """Where the records begin."""

    ledger: datetime | None
    lessons: date | None


def since(session: Session) -> Since:
    """The first money fact and the first lesson day on record, in one statement."""
    ledger = select(func.min(Journal.occurred_at)).scalar_subquery()
    lessons = select(func.min(Booking.lesson_day)).scalar_subquery()
    return Since._make(session.execute(select(ledger, lessons)).one())


def movements_by(session: Session, span: Span, interval: Interval) -> dict[date, list[Movement]]:
    """What happened to money, by the first day of each interval of the calendar."""
    return _gathered(session, _movements(_truncated(_DAY, interval), span))


def turnover_by(session: Session, days: Days, interval: Interval) -> dict[date, Turnover]:
    """Lessons that stand, by the first day of each interval of the calendar."""
    bucket = _truncated(Booking.lesson_day, interval)
    return _turned(session, select(bucket, *_figures()).where(*_within(days)).group_by(bucket))


def turnover(session: Session, days: Days) -> Turnover:
    """Lessons that stand, in all."""
    return Turnover._make(session.execute(select(*_figures()).where(*_within(days))).one())


def movements_of(session: Session, span: Span, group: RevenueGroup) -> dict[str, list[Movement]]:
    """What happened to money, by what its lesson is of."""
    kind = func.split_part(Journal.reference, ":", 1)
    its_lesson = and_(
        kind.in_(("booking", "debt")),
        LessonMoney.chain_id == func.split_part(Journal.reference, ":", 2),
    )
    its_tip = and_(kind == "tip", Tip.id == func.split_part(Journal.reference, ":", 2))
    named = case((Booking.id.is_(None), literal(OF_NO_LESSON)), else_=_name_of(group))
    query = (
        _movements(named, span)
        .outerjoin(LessonMoney, its_lesson)
        .outerjoin(Tip, its_tip)
        .outerjoin(Booking, Booking.id == func.coalesce(LessonMoney.booking_id, Tip.booking_id))
    )
    return _gathered(session, _joined(query, group))


def turnover_of(session: Session, days: Days, group: RevenueGroup) -> dict[str, Turnover]:
    """Lessons that stand, by what they are of."""
    name = _name_of(group)
    query = select(name, *_figures()).select_from(Booking).where(*_within(days)).group_by(name)
    return _turned(session, _joined(query, group))


def _movements(key: ColumnElement[Any], span: Span) -> Select[*tuple[Any, ...]]:
    return (
        select(
            key,
            Journal.fact,
            LedgerEntry.account,
            cast(func.sum(LedgerEntry.cents), BigInteger),
            func.count(func.distinct(Journal.id)),
        )
        .select_from(Journal)
        .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
        .where(Journal.occurred_at >= span.start, Journal.occurred_at < span.end)
        .group_by(key, Journal.fact, LedgerEntry.account)
    )


def _joined(query: Select[*tuple[Any, ...]], group: RevenueGroup) -> Select[*tuple[Any, ...]]:
    """With whatever the name of the group is read from."""
    if group is RevenueGroup.BOROUGH:
        return query.outerjoin(DisplayArea, DisplayArea.key == Booking.area_key)
    return (
        query.outerjoin(Service, Service.id == Booking.service_id)
        .outerjoin(Subcategory, Subcategory.id == Service.subcategory_id)
        .outerjoin(Category, Category.id == Subcategory.category_id)
    )


def _name_of(group: RevenueGroup) -> ColumnElement[str]:
    if group is RevenueGroup.CATEGORY:
        return func.coalesce(Category.name, literal(ELSEWHERE))
    return case(
        (Booking.format == LessonFormat.ONLINE, literal(ONLINE)),
        else_=func.coalesce(cast(DisplayArea.borough, Text), literal(ELSEWHERE)),
    )


def _truncated(
    day: ColumnElement[date] | InstrumentedAttribute[date], interval: Interval
) -> ColumnElement[date]:
    unit = literal_column(f"'{interval.value}'", Text)
    return cast(func.date_trunc(unit, day), Date)


def _figures() -> Sequence[ColumnElement[int]]:
    prices = func.coalesce(func.sum(Booking.lesson_price_cents), 0)
    return func.count(), cast(prices, BigInteger)


def _within(days: Days) -> list[ColumnElement[bool]]:
    return [is_counted(), Booking.lesson_day >= days.first, Booking.lesson_day < days.end]


def _gathered(session: Session, query: Select[*tuple[Any, ...]]) -> dict[Any, list[Movement]]:
    found: dict[Any, list[Movement]] = {}
    for key, *figures in session.execute(query):
        found.setdefault(key, []).append(Movement(*figures))
    return found


def _turned(session: Session, query: Select[*tuple[Any, ...]]) -> dict[Any, Turnover]:
    return {key: Turnover(*figures) for key, *figures in session.execute(query)}
