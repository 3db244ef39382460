"""Finding an instructor."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import auth, guests, searching
from api.auth import Caller
from api.deps import CallerDep, RuntimeDep
from api.guests import GuestDep
from api.routing import Router
from api.searching import Desk
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.types.asked import Switches
from instainstru_core.domains.search.types.recording import SearchSource
from instainstru_core.kernel.authority import Actor
from instainstru_core.runtime import Runtime

router = Router(prefix="/search", tags=["search"])

SWITCHES = frozenset({"explain", "skip_model", "skip_vectors", "high_load"})
PAGING = frozenset({"cursor", "limit", "source"})


class SearchQuery(SearchInstructors):
    """What someone looks for, which page of the results, and what staff may switch."""

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=50)
    source: SearchSource = Field(
        default=SearchSource.TYPED, description="Where the search came from."
    )
    explain: bool = Field(default=False, description="For staff: say how the answer came about.")
    skip_model: bool = Field(default=False, description="For staff: ask no language model.")
    skip_vectors: bool = Field(default=False, description="For staff: find services by words only.")
    high_load: bool = Field(default=False, description="For staff: take the time of a busy hour.")


@router.get(
    "",
    operation_id="search.search",
    summary="Find instructors",
    response_model=ResultsView,
    responses={403: {}, 404: {}, 503: {}},
)
async def search(
    request: Request,
    runtime: RuntimeDep,
    caller: CallerDep,
    guest: GuestDep,
    query: Annotated[SearchQuery, Query()],
) -> Response:
    """Best first. Keep the filters the same from page to page."""
    actor = await _actor(runtime, caller)
    is_new = caller.token is None and guest.guest is None
    visitor = replace(guest, guest=guests.minted()) if is_new else guest
    wish = finding.wish_of(
        runtime.finder,
        SearchInstructors(**query.model_dump(exclude={*SWITCHES, *PAGING})),
        cursor=query.cursor,
        limit=query.limit,
        switches=Switches(**query.model_dump(include=set(SWITCHES))),
        visitor=visitor,
        source=query.source,
    )
    desk: Desk = request.app.state.searches
    told = await desk.tell(actor, wish)
    answer = searching.response(
        told.answer,
        wish.search_id,
        gzip="gzip" in request.headers.get("accept-encoding", ""),
        is_public=told.answer.is_public and caller.token is None and not is_new,
    )
    if visitor.guest is not None and is_new:
        guests.hand_over(visitor.guest, answer, runtime.settings)
    return answer


async def _actor(runtime: Runtime, caller: Caller) -> Actor:
    """Who asks. Only a token takes a thread and a statement to find out."""

    def known() -> Actor:
        with auth.known(runtime, caller) as actor:
            return actor

    return known() if caller.token is None else await run_in_threadpool(known)
