"""The audit trail. For staff."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.audit import service
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/audit", tags=["audit"])


class AuditQuery(AuditFilters):
    """Which entries, and which page of them."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@router.get("", operation_id="audit.search", summary="Who did what, newest first")
def search(uow: UowDep, query: Annotated[AuditQuery, Query()]) -> Page[AuditEntryView]:
    """Filters narrow the list; keep them the same from page to page."""
    filters = AuditFilters(**query.model_dump(exclude={"cursor", "limit"}))
    return service.search(uow, filters, cursor=query.cursor, limit=query.limit)
