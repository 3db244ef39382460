"""Queries over proposed changes."""

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from instainstru_core.domains.confirmations.models import Confirmation
from instainstru_core.kernel.repository import Repository


class Confirmations(Repository[Confirmation]):
    """What was proposed."""


def with_token(token: str) -> Select[Confirmation]:
    return select(Confirmation).where(Confirmation.id == token)


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest of those proposed before this, and say how many."""
    old = (
        select(Confirmation.id)
        .where(Confirmation.proposed_at < before)
        .order_by(Confirmation.proposed_at)
        .limit(limit)
    )
    gone = session.scalars(
        delete(Confirmation)
        .where(Confirmation.id.in_(old))
        .returning(Confirmation.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
