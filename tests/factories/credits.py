"""Credit that was issued, and what is in a wallet."""

from datetime import datetime, timedelta

from sqlalchemy import select

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.credits.types import CreditSource, Expiry
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow

EXPENSE = Account(AccountKind.CREDIT_EXPENSE)


def lot(
    uow: Uow,
    user_id: str,
    cents: int,
    *,
    days: int | None = None,
    source: CreditSource = CreditSource.ADJUSTMENT,
    reference: str | None = None,
    expires_at: datetime | Expiry = Expiry.STANDARD,
) -> str:
    """Issue credit, ending in a year, or in so many days, or at this instant; its id."""
    issued = service.issue(
        uow,
        user_id=user_id,
        cents=cents,
        source=source,
        key=new_id(),
        funded_by=EXPENSE,
        reference=reference,
        expires_at=expires_at if days is None else uow.now + timedelta(days=days),
    )
    assert issued is not None
    return issued


def row(uow: Uow, lot_id: str) -> CreditLot:
    """The lot as the table has it now."""
    query = select(CreditLot).filter_by(id=lot_id)
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def amounts(uow: Uow, lot_id: str) -> dict[str, int]:
    """Where the cents of a lot are; what is nothing is left out."""
    found = row(uow, lot_id)
    names = ("available", "reserved", "consumed", "expired", "revoked", "forfeited", "claimed")
    each = {name: getattr(found, f"{name}_cents") for name in names}
    return {name: cents for name, cents in each.items() if cents}


def owed(uow: Uow, user_id: str) -> int:
    """What the books say a person may still spend."""
    return -ledger.balance(uow, Account(AccountKind.CREDITS_LIABILITY, user_id)).amount


def lots_of(uow: Uow, user_id: str) -> list[CreditLot]:
    """A person's lots as the table has them now, in order of issue."""
    query = select(CreditLot).filter_by(user_id=user_id).order_by(CreditLot.id)
    return list(uow.session.scalars(query.execution_options(populate_existing=True)))
