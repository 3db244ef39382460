"""Write down who did what, and look it up again."""

from typing import Any

from sqlalchemy import CTE

from instainstru_core.domains.audit import repository
from instainstru_core.domains.audit.repository import AuditEntries
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel import log, paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow


@operation("audit.record")
def record(
    uow: Uow,
    action: str,
    *,
    subject_kind: str | None = None,
    subject_id: str | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    code: str | None = None,
    arguments_hash: str | None = None,
    duration_ms: int | None = None,
    details: dict[str, Any] | None = None,
) -> str:
    """Write down an action of the unit of work's actor; it stays only if the work does.

    Anyone's action is recorded, so nothing is authorized here. Details are cleaned like log lines,
    as a second fence: callers pass counts and names of fields, not values.
    """
    values = _entry(
        uow,
        action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        outcome=outcome,
        code=code,
        arguments_hash=arguments_hash,
        duration_ms=duration_ms,
        details=details or {},
    )
    repository.write(uow.session, **values)
    return str(values["id"])


def recorded_with(work: CTE) -> Direct:
    """A statement that does the work and, if that returns a row, records it. Build it once.

    What it needs are the work's own values and those of `entry_of`; it returns a row when done.
    """
    return Direct(lambda: repository.written_after(work))


def entry_of(
    uow: Uow, action: str, *, subject_kind: str, subject_id: str, details: dict[str, Any]
) -> dict[str, Any]:
    """The values that a statement of `recorded_with` writes down: a success."""
    values = _entry(
        uow,
        action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        outcome=Outcome.SUCCESS,
        code=None,
        arguments_hash=None,
        duration_ms=None,
        details=details,
    )
    return {f"entry_{name}": value for name, value in values.items()}


def _entry(uow: Uow, action: str, *, details: dict[str, Any], **given: object) -> dict[str, Any]:
    """An entry of the unit's actor. Who asks through a program, and for whom, is said as well."""
    behind = {"client_id": uow.actor.client_id, "operator": uow.actor.operator}
    details = {**{name: value for name, value in behind.items() if value}, **details}
    return {
        "id": new_id(),
        "at": uow.now,
        "actor_kind": uow.actor.kind,
        "actor_id": uow.actor.id,
        "door": uow.actor.door,
        "action": action,
        "request_id": uow.actor.request_id,
        "details": dict(log.redact(None, action, details)),
        **given,
    }


@operation("audit.search")
def search(
    uow: Uow, filters: AuditFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[AuditEntryView]:
    """The newest entries that match, page by page. For staff."""
    require(uow.actor, Permission.AUDIT_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"audit:{filters.model_dump_json()}"
    before_id: str | None = None
    if cursor is not None:
        (key,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(key)
    query = repository.matching(filters, before_id=before_id, limit=limit + 1)
    return paging.page_of(
        AuditEntries(uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=AuditEntryView.model_validate,
    )
