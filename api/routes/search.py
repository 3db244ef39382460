"""Finding an instructor."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from api.deps import PublicUowDep
from api.routing import Router
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.schemas import (
    ResultsView,
    SearchInstructors,
)

router = Router(prefix="/search", tags=["search"])


class SearchQuery(SearchInstructors):
    """What someone looks for, and which page of the results."""

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=50)


@router.get("", operation_id="search.search", summary="Find instructors", responses={404: {}})
def search(
    uow: PublicUowDep, response: Response, query: Annotated[SearchQuery, Query()]
) -> ResultsView:
    """Best first. Keep the filters the same from page to page."""
    response.headers["Cache-Control"] = "private, no-store"
    command = SearchInstructors(**query.model_dump(exclude={"cursor", "limit"}))
    return searches.search(uow, command, cursor=query.cursor, limit=query.limit)
