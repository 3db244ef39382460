"""Looking at bookings."""

from collections.abc import Sequence
from datetime import datetime

from instainstru_core.domains.bookings import repository
from instainstru_core.domains.bookings.schemas import BookingDetailView, BookingView
from instainstru_core.domains.bookings.service.views import detailed, summary, visible
from instainstru_core.domains.bookings.types import BookingStatus, OwnSide, When
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, BadCursor, Page, decode_cursor, page_of
from instainstru_core.kernel.uow import Uow


@operation("bookings.detail")
def detail(uow: Uow, booking_id: str) -> BookingDetailView:
    """One booking, for its two sides and for staff. The address is for the two sides only."""
    named, side = visible(uow, booking_id)
    return detailed(named, side)


@operation("bookings.listing")
def listing(
    uow: Uow,
    *,
    side: OwnSide,
    when: When = When.ALL,
    statuses: Sequence[BookingStatus] = (),
    cursor: str | None = None,
    limit: int = 20,
) -> Page[BookingView]:
    """The actor's own bookings from one side: upcoming ones soonest first, others latest first."""
    require(uow.actor, Permission.BOOKINGS_VIEW_OWN)
    user_id = uow.actor.id or ""
    limit = max(1, min(limit, MAX_PAGE))
    wanted = sorted(set(statuses))
    scope = f"bookings:{user_id}:{side}:{when}:{','.join(wanted)}"
    rows = repository.of_side(
        uow.session,
        user_id,
        side,
        when=when,
        statuses=wanted,
        now=uow.now,
        after=_after(cursor, scope),
        limit=limit,
    )
    return page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda named: (named.booking.starts_at.isoformat(), named.booking.id),
        view=lambda named: BookingView(**summary(named, side)),
    )


def _after(cursor: str | None, scope: str) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    starts_at, booking_id = decode_cursor(cursor, scope=scope, kinds=(str, str))
    try:
        return datetime.fromisoformat(str(starts_at)), str(booking_id)
    except ValueError as failure:
        raise BadCursor("This cursor is damaged. Start again without one.") from failure
