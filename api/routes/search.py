"""Finding an instructor."""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Query, Request, Response
from pydantic import Field, ValidationError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api import auth, etag, guests, metrics, searching
from api.auth import Caller
from api.deps import CallerDep, RuntimeDep
from api.guests import GuestDep
from api.routing import Route, Router
from api.searching import Desk
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.types.asked import Switches
from instainstru_core.domains.search.types.recording import SearchSource, Visitor
from instainstru_core.kernel.authority import Actor
from instainstru_core.runtime import Runtime

WISHES = tuple(SearchInstructors.model_fields)
MOST_REMEMBERED = 200
"""About 2 KB each: what is asked over and over, not everything that was ever asked."""

LONGEST_REMEMBERED = 1_000
LONGEST_SESSION = 64


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


@dataclass(frozen=True, slots=True)
class Read:
    """A query that was read and judged."""

    command: SearchInstructors
    cursor: str | None
    limit: int
    switches: Switches
    source: SearchSource

    @classmethod
    def of(cls, query: SearchQuery) -> "Read":
        """The parts of a query, which were judged with it."""
        return cls(
            command=SearchInstructors.model_construct(
                **{name: getattr(query, name) for name in WISHES if name in query.model_fields_set}
            ),
            cursor=query.cursor,
            limit=query.limit,
            switches=Switches(
                explain=query.explain,
                skip_model=query.skip_model,
                skip_vectors=query.skip_vectors,
                high_load=query.high_load,
            ),
            source=query.source,
        )


REMEMBERED: dict[bytes, Read] = {}
"""By query string, the oldest first."""


def read_at_once(given: bytes) -> Read | None:
    """A query string that is as it should be, in a twentieth of the time that FastAPI takes for
    thirty parameters; None where something is wrong or said twice, for FastAPI to judge and tell.
    """
    known = REMEMBERED.get(given)
    if known is not None:
        return known
    pairs = parse_qsl(given.decode("latin-1"), keep_blank_values=True)
    values = dict(pairs)
    if len(values) < len(pairs) or b"%00" in given:
        return None
    try:
        read = Read.of(SearchQuery.model_validate(values))
    except ValidationError:
        return None
    if len(given) <= LONGEST_REMEMBERED:
        if len(REMEMBERED) >= MOST_REMEMBERED:
            del REMEMBERED[next(iter(REMEMBERED))]
        REMEMBERED[given] = read
    return read


class Swift(Route):
    """Reads queries of guests at once. What is refused is read again by FastAPI, for its words, and
    so is every request with a token.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            given: bytes = request.scope["query_string"]
            desk: Desk = request.app.state.searches
            if desk.turns.is_full and given not in REMEMBERED:
                raise await desk.busy(time.perf_counter())
            guest = request.headers.get(guests.HEADER) or request.cookies.get(guests.COOKIE)
            query = None
            if "authorization" not in request.headers and len(guest or "") <= LONGEST_SESSION:
                query = read_at_once(given)
            if query is None:
                return await answer(request)
            with metrics.IN_PROGRESS.labels("GET", self.path).track_inprogress():
                runtime: Runtime = request.app.state.runtime
                caller = Caller(token=None, request_id=request.state.request_id)
                visitor = await guests.visitor(request, guest)
                found = await told(request, runtime, caller, visitor, query)
                return etag.conditional(request, found)

        return handle


router = Router(prefix="/search", tags=["search"])
router.route_class = Swift


@router.get(
    "",
    operation_id="search.search",
    summary="Find instructors",
    response_model=ResultsView,
    responses={401: {}, 403: {}, 404: {}, 503: {}},
)
async def search(
    request: Request,
    runtime: RuntimeDep,
    caller: CallerDep,
    guest: GuestDep,
    query: Annotated[SearchQuery, Query()],
) -> Response:
    """Best first. Keep the filters the same from page to page."""
    return await told(request, runtime, caller, guest, Read.of(query))


async def told(
    request: Request, runtime: Runtime, caller: Caller, guest: Visitor, query: Read
) -> Response:
    """The answer to a query, for whoever asks."""
    actor = await _actor(runtime, caller)
    is_new = caller.token is None and guest.guest is None
    visitor = replace(guest, guest=guests.minted()) if is_new else guest
    wish = finding.wish_of(
        runtime.finder,
        query.command,
        cursor=query.cursor,
        limit=query.limit,
        switches=query.switches,
        visitor=visitor,
        source=query.source,
    )
    desk: Desk = request.app.state.searches
    gzip = "gzip" in request.headers.get("accept-encoding", "")
    found = await desk.tell(actor, wish, gzip=gzip)
    answer = searching.response(
        found.answer,
        wish.search_id,
        gzip=gzip,
        is_public=found.answer.is_public and caller.token is None and not is_new,
    )
    if found.note is not None:
        # Who gets a 304 has the answer already, and with it the search that it belongs to.
        answer.background = BackgroundTask(desk.record, actor, wish, found.note)
    if visitor.guest is not None and is_new:
        guests.hand_over(visitor.guest, answer, runtime.settings)
    return answer


async def _actor(runtime: Runtime, caller: Caller) -> Actor:
    """Who asks. Only a token takes a thread and a statement to find out."""

    def known() -> Actor:
        with auth.known(runtime, caller) as actor:
            return actor

    return known() if caller.token is None else await run_in_threadpool(known)
