"""How the payment provider calls people."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import ConnectAccount, PaymentCustomer


class ProviderIds(NamedTuple):
    """A person's ids at the provider, as payer and as payee."""

    customer_id: str | None
    account_id: str | None


NOBODY = ProviderIds(None, None)


def provider_ids(session: Session, ids: Collection[str]) -> dict[str, ProviderIds]:
    """Those of these people whom the provider knows. One statement."""
    user_id = func.coalesce(PaymentCustomer.user_id, ConnectAccount.instructor_id)
    rows = session.execute(
        select(user_id, PaymentCustomer.vendor_id, ConnectAccount.vendor_id)
        .select_from(PaymentCustomer)
        .join(ConnectAccount, ConnectAccount.instructor_id == PaymentCustomer.user_id, full=True)
        .where(user_id.in_(ids))
    )
    return {found: ProviderIds(customer, account) for found, customer, account in rows}
