"""Queries over the audit trail."""

from typing import Any

from sqlalchemy import CTE, Select, bindparam, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.repository import Repository

WHOLE_SUBJECT = ".*"


class AuditEntries(Repository[AuditEntry]):
    """Rows of the trail. They are added and read, never changed."""


_ENTRIES = Base.metadata.tables[AuditEntry.__tablename__]
_WRITE = Direct(lambda: insert(_ENTRIES), *_ENTRIES.c.keys())


def written_after(work: CTE) -> ReturningInsert[*tuple[Any, ...]]:
    """A statement that does the work and writes one entry if that returns a row.

    Its values are those of an entry, each name with `entry_` before it.
    """
    values = [bindparam(f"entry_{one.name}", type_=one.type) for one in _ENTRIES.c]
    written = select(*values).select_from(work)
    return insert(_ENTRIES).from_select(list(_ENTRIES.c), written).returning(_ENTRIES.c.id)


def write(session: Session, **values: object) -> None:
    """Write one entry at once. It stands alone, so what else waits to be written keeps waiting."""
    _WRITE.within(session, values)


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
