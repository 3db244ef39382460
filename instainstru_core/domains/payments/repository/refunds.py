"""Named queries over refunds, whoever made them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import Charge, Refund


def charge_of_intent(session: Session, intent_id: str) -> Charge | None:
    """The charge of an intent, held until the transaction ends: who tells of it takes turns."""
    return session.scalars(
        select(Charge)
        .where(Charge.intent_id == intent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def known(session: Session, vendor_ids: Collection[str]) -> dict[str, Refund]:
    """Those of these refunds that we know, by the provider's id."""
    query = select(Refund).where(Refund.vendor_id.in_(vendor_ids))
    return {row.vendor_id: row for row in session.scalars(query)}
