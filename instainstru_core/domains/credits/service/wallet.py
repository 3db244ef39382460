"""What is in a wallet, for its owner and for staff, and what staff may change in it."""

from collections.abc import Sequence

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.credits import policy, repository
from instainstru_core.domains.credits.errors import PersonNotFound
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.credits.schemas import CreditView, WalletView
from instainstru_core.domains.credits.service.lots import as_lot
from instainstru_core.kernel import paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import CURRENCY
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow


@operation("credits.wallet")
def wallet(uow: Uow) -> WalletView:
    """What the actor may spend."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    return _wallet(uow, uow.actor.id or "", staff=False)


@operation("credits.history")
def history(uow: Uow, *, cursor: str | None = None, limit: int = 20) -> Page[CreditView]:
    """All credit that the actor ever got, the newest first."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    user_id = uow.actor.id or ""
    limit = max(1, min(limit, MAX_PAGE))
    scope = f"credits:{user_id}"
    before_id: str | None = None
    if cursor is not None:
        (key,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(key)
    return paging.page_of(
        repository.history_of(uow.session, user_id, before_id=before_id, limit=limit + 1),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=lambda row: _view(uow, row, staff=False),
    )


@operation("credits.wallet_of")
def wallet_of(uow: Uow, user_id: str) -> WalletView:
    """What somebody may spend. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    refuse_stranger(uow, user_id)
    return _wallet(uow, user_id, staff=True)


def refuse_stranger(uow: Uow, user_id: str) -> None:
    """Raise PersonNotFound unless there is such a person."""
    if not is_id(user_id) or user_id not in accounts.cards(uow, [user_id]):
        raise PersonNotFound(
            "There is no person with this id. Look the person up by e-mail or name first.",
            user_id=user_id,
        )


def _wallet(uow: Uow, user_id: str, *, staff: bool) -> WalletView:
    rows = sorted(
        repository.lots_of(uow.session, user_id),
        key=lambda row: policy.spending_order(as_lot(row)),
    )
    known = [as_lot(row) for row in rows]
    usable = [lot for lot in known if policy.is_spendable(lot, uow.now) and lot.available_cents]
    ending = [lot.expires_at for lot in usable if lot.expires_at is not None]
    soon = uow.now + policy.SOON
    return WalletView(
        user_id=user_id,
        currency=CURRENCY,
        available_cents=sum(lot.available_cents for lot in usable),
        reserved_cents=sum(row.reserved_cents for row in rows),
        frozen_cents=sum(
            lot.available_cents
            for lot in known
            if lot.is_frozen and not policy.is_expired(lot.expires_at, uow.now)
        ),
        expiring_soon_cents=sum(
            lot.available_cents for lot in usable if policy.is_expired(lot.expires_at, soon)
        ),
        next_expires_at=min(ending, default=None),
        lots=_shown(uow, rows, staff=staff),
    )


def _shown(uow: Uow, rows: Sequence[CreditLot], *, staff: bool) -> list[CreditView]:
    """What is left of them, without what has ended and waits for the sweep."""
    views = (_view(uow, row, staff=staff) for row in rows)
    left = [view for view in views if view.available_cents or view.reserved_cents]
    return left[:MAX_PAGE]


def _view(uow: Uow, row: CreditLot, *, staff: bool) -> CreditView:
    ended = row.available_cents if policy.is_expired(row.expires_at, uow.now) else 0
    return CreditView(
        id=row.id,
        source=row.source,
        reference=row.reference,
        issued_cents=row.issued_cents,
        available_cents=row.available_cents - ended,
        reserved_cents=row.reserved_cents,
        consumed_cents=row.consumed_cents,
        forfeited_cents=row.forfeited_cents,
        expired_cents=row.expired_cents + ended,
        revoked_cents=row.revoked_cents,
        is_frozen=row.frozen_at is not None,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        note=row.note if staff else None,
    )
