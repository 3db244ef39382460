"""Queries over the audit trail."""

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.repository import Repository

WHOLE_SUBJECT = ".*"


class AuditEntries(Repository[AuditEntry]):
    """Rows of the trail. They are added and read, never changed."""


_WRITE = insert(Base.metadata.tables[AuditEntry.__tablename__])


def write(session: Session, **values: object) -> None:
    """Write one entry at once. It stands alone, so what else waits to be written keeps waiting."""
    session.execute(_WRITE, values, execution_options={"autoflush": False})


def matching(filters: AuditFilters, *, before_id: str | None, limit: int) -> Select[AuditEntry]:
    """The newest matching entries, those before an id when one is given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    exact = filters.model_dump(
        include={"actor_id", "subject_kind", "subject_id", "outcome", "door", "request_id"},
        exclude_none=True,
    )
    query = query.filter_by(**exact)
    if filters.action and filters.action.endswith(WHOLE_SUBJECT):
        subject = filters.action.removesuffix("*")
        query = query.where(AuditEntry.action.startswith(subject, autoescape=True))
    elif filters.action:
        query = query.where(AuditEntry.action == filters.action)
    if filters.since:
        query = query.where(AuditEntry.at >= filters.since)
    if filters.until:
        query = query.where(AuditEntry.at < filters.until)
    return query.where(AuditEntry.id < before_id) if before_id else query
