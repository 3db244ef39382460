"""What happened in a window, and since when such things are on record."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.kernel.time import Span

START = bindparam("start", type_=DateTime(timezone=True))
END = bindparam("end", type_=DateTime(timezone=True))
NOT_MADE = (BookingStatus.PENDING, BookingStatus.PAYMENT_FAILED)


class InvitesMade(NamedTuple):
    """Invites of a window, how many of them have been used, and the first on record."""

    made: int
    used: int
    since: datetime | None


def people_joined(session: Session, span: Span) -> tuple[int, datetime | None]:
    """People who signed up, and since when people are on record."""
    return _pair(session, _PEOPLE, span)


def bookings_made(session: Session, span: Span) -> tuple[int, datetime | None]:
    """Bookings that were made and went past checkout, and since when they are on record."""
    return _pair(session, _BOOKINGS, span)


def invites_made(session: Session, span: Span) -> InvitesMade:
    row = session.execute(_INVITES, {"start": span.start, "end": span.end}).one()
    return InvitesMade._make(row)


def _pair(
    session: Session, query: Select[int | None, datetime | None], span: Span
) -> tuple[int, datetime | None]:
    count, since = session.execute(query, {"start": span.start, "end": span.end}).one()
    return count or 0, since


def _within(instant: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return (instant >= START) & (instant < END)


def _counted_since(
    instant: InstrumentedAttribute[Any], *also: ColumnElement[bool]
) -> Select[int | None, datetime | None]:
    """How many there are in the window, and when the first of all was."""
    return select(
        select(func.count()).where(_within(instant), *also).scalar_subquery(),
        select(func.min(instant)).scalar_subquery(),
    )


_PEOPLE = _counted_since(User.created_at)
_BOOKINGS = _counted_since(Booking.created_at, Booking.status.not_in(NOT_MADE))
_INVITES = select(
    func.count().filter(_within(Invite.created_at)),
    func.count().filter(_within(Invite.created_at), Invite.used_at.is_not(None)),
    func.min(Invite.created_at),
)
