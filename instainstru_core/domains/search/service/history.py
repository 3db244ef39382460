"""What somebody searched for: theirs to see, to delete, and to take along when they sign in."""

from datetime import timedelta

from instainstru_core.domains.search.errors import GuestUnknown, HistoryNotFound
from instainstru_core.domains.search.models import SearchHistory
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import histories, recording
from instainstru_core.domains.search.schemas.history import (
    ForgottenView,
    HistoriesView,
    HistoryView,
)
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import Page, moment_after, page_of
from instainstru_core.kernel.uow import Uow

RECENT = 3
KEPT_OF_ONE = 1_000
"""How many texts of one owner are kept; older ones are deleted by the daily job."""

KEEP_DELETED = timedelta(days=90)
KEEP_CONVERTED = timedelta(days=90)
KEEP_GUESTS = timedelta(days=120)
KEEP_SHOWN = timedelta(days=90)
KEEP_PEOPLE = timedelta(days=400)
KEEP_SEARCHES = timedelta(days=800)
"""Two years and some, so that a month can be set beside the same one of two years before."""

KEEP_SALTS = timedelta(days=2)
CLICKS_WAIT = policy.CLICKABLE_FOR + timedelta(hours=1)

Owner = tuple[str | None, str | None]


@operation("search.recent_searches")
def recent_searches(
    uow: Uow, guest: str | None, *, secret: str, limit: int = RECENT
) -> HistoriesView:
    """What whoever asks searched for last, the latest first; categories that were opened are left
    out. Refused with GuestUnknown where nobody asks.
    """
    query = histories.recent(*_owner(uow, guest, secret)).where(histories.typed()).limit(limit)
    rows = uow.session.scalars(query)
    return HistoriesView(items=[_view(row) for row in rows])


@operation("search.searches_made")
def searches_made(
    uow: Uow, guest: str | None, *, secret: str, cursor: str | None = None, limit: int = 20
) -> Page[HistoryView]:
    """All that whoever asks searched for, the latest first."""
    owner = _owner(uow, guest, secret)
    scope = f"search_history:{owner}"
    query = histories.recent(*owner)
    after = moment_after(cursor, scope)
    if after is not None:
        query = query.where(histories.before(*after))
    return page_of(
        uow.session.scalars(query.limit(limit + 1)).all(),
        limit=limit,
        scope=scope,
        key=lambda row: (row.last_at.isoformat(), row.id),
        view=_view,
    )


@operation("search.forget_search")
def forget_search(uow: Uow, history_id: str, guest: str | None, *, secret: str) -> None:
    """Delete one of one's own. Refused with HistoryNotFound for what is not, or is no more."""
    owner = _owner(uow, guest, secret)
    gone = is_id(history_id) and histories.forget(
        uow.session, *owner, now=uow.now, row_id=history_id
    )
    if not gone:
        raise HistoryNotFound("There is no such search in your history. List it again.")


@operation("search.forget_searches")
def forget_searches(uow: Uow, guest: str | None, *, secret: str) -> ForgottenView:
    """Delete all of one's own."""
    owner = _owner(uow, guest, secret)
    return ForgottenView(deleted=histories.forget(uow.session, *owner, now=uow.now, row_id=None))


@operation("search.take_searches_along")
def take_searches_along(uow: Uow, guest: str, *, secret: str) -> int:
    """Give a guest's history to who has just signed in: how many texts were new to theirs.

    Counts, times and deletions come along; a text that they have already stays as it is. The
    guest's rows say who took them, and are taken once.
    """
    hashed = policy.guest_hash(secret, guest)
    user_id = uow.actor.id
    if hashed is None or user_id is None or uow.actor.kind is not ActorKind.USER:
        return 0
    rows = histories.guest_rows(uow.session, hashed)
    if not rows:
        return 0
    copied = histories.copy(uow.session, rows, user_id)
    histories.convert(uow.session, hashed, user_id, now=uow.now)
    return copied


@operation("search.forget_old_searches")
def forget_old_searches(uow: Uow, *, limit: int) -> int:
    """Remove history rows whose time is over, some at a time; how many."""
    return histories.drop(
        uow.session,
        deleted_before=uow.now - KEEP_DELETED,
        converted_before=uow.now - KEEP_CONVERTED,
        guests_before=uow.now - KEEP_GUESTS,
        limit=limit,
    )


@operation("search.trim_histories")
def trim_histories(uow: Uow, *, limit: int) -> int:
    """Delete the oldest of whoever has more than a thousand texts, some at a time; how many."""
    return histories.trim(uow.session, keep=KEPT_OF_ONE, now=uow.now, limit=limit)


@operation("search.forget_shown")
def forget_shown(uow: Uow, *, limit: int) -> int:
    """Remove what old searches showed, clicks without a search, old salts, from searches of more
    than a year ago who made them, and those of more than two years, some at a time; how many rows
    of whichever were most.
    """
    recording.drop_salts(uow.session, before=(uow.now - KEEP_SALTS).date())
    strays = recording.drop_stray_clicks(uow.session, before=uow.now - CLICKS_WAIT, limit=limit)
    shown = recording.drop_candidates(uow.session, before=uow.now - KEEP_SHOWN, limit=limit)
    unlinked = histories.unlink_old(uow.session, before=uow.now - KEEP_PEOPLE, limit=limit)
    gone = recording.drop_searches(uow.session, before=uow.now - KEEP_SEARCHES, limit=limit)
    return max(strays, shown, unlinked, gone)


def _owner(uow: Uow, guest: str | None, secret: str) -> Owner:
    """Whose history this is: the signed-in person's, else the guest's."""
    if uow.actor.kind is ActorKind.USER and uow.actor.id is not None:
        return uow.actor.id, None
    hashed = policy.guest_hash(secret, guest)
    if not secret:
        raise GuestUnknown("Histories of guests are not kept on this server. Sign in to keep one.")
    if hashed is None:
        raise GuestUnknown(
            "Sign in, or send the guest session that a search answered with as X-Guest-Session."
        )
    return None, hashed


def _view(row: SearchHistory) -> HistoryView:
    return HistoryView(
        id=row.id,
        text=row.text,
        source=row.source,
        result_count=row.result_count,
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
    )
