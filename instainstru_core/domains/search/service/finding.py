"""Finding instructors: who answers a wish, and what is said of them and of the answer."""

from dataclasses import dataclass

from instainstru_core.domains.search.policy import caching, degrading, telling
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.schemas.finding import (
    DegradationView,
    ExplanationView,
    ResultView,
    StageView,
)
from instainstru_core.domains.search.service import narrowing, pages
from instainstru_core.domains.search.service.pages import Page, Turn
from instainstru_core.domains.search.service.results import Showing, results, signals_of
from instainstru_core.domains.search.service.showing import understood_view
from instainstru_core.domains.search.service.understanding import understood
from instainstru_core.domains.search.service.vocabulary import Vocabulary, vocabulary
from instainstru_core.domains.search.types.asked import Switches
from instainstru_core.domains.search.types.degrading import Lack
from instainstru_core.domains.search.types.finding import Prepared, Steps, Understood
from instainstru_core.domains.search.types.matching import Position
from instainstru_core.domains.search.types.meaning import Reason, ServiceMatch
from instainstru_core.domains.search.types.recording import FoundBy, Noted, Searcher, Shown
from instainstru_core.domains.search.types.wanted import Relaxable
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import bad_cursor, decode_cursor, encode_cursor
from instainstru_core.kernel.uow import Uow

MAX_RESULTS = 50
VECTORS = frozenset({Lack.VECTORS_TIMEOUT, Lack.VECTORS_FAILED})
"""Why there are no vectors, where that is known better than by whoever looks for services."""

ENOUGH = 5
"""With fewer who answer everything, others are looked for also elsewhere."""


@dataclass(frozen=True, slots=True)
class Order:
    """A search as it came in, which page of it, and what it is made with."""

    command: SearchInstructors
    cursor: str | None
    limit: int
    switches: Switches
    search_id: str
    embedder: Embedder | None
    deadline: Deadline
    steps: Steps

    @property
    def scope(self) -> str:
        """What a cursor belongs to: the same wish, in whatever capitals it was typed."""
        return f"search:{caching.canonical(self.command.q)}:{self.command.filters_alone}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A page with what is to be known for storing it and writing it down.

    `is_dated` says that it changes with the clock, `is_brief` that it depends on more people than
    it could name, `is_personal` that it is nobody else's, `is_located` that it tells where somebody
    is. `next` is the next page's cursor, without the
    search that it belongs to.
    """

    view: ResultsView
    note: Noted
    tags: tuple[str, ...]
    next: str | None
    is_dated: bool
    is_brief: bool
    is_personal: bool
    is_located: bool


def require_switches(actor: Actor, switches: Switches) -> None:
    """Only staff see how a search is made. Raises PermissionMissing."""
    if not switches.is_plain:
        require(actor, Permission.SEARCH_ANALYTICS_READ)


@dataclass(frozen=True, slots=True)
class _Made:
    """All that came of a search."""

    order: Order
    asked: Understood
    page: Page
    turn: Turn
    known: Vocabulary


@operation("search.search")
def search(uow: Uow, order: Order, prepared: Prepared) -> Answered:
    """The page that was ordered. For everybody. Raises QueryTooSlow where time runs out."""
    steps, deadline = order.steps, order.deadline
    known = vocabulary(uow)
    asked = understood(
        uow, order.command, prepared, known, embedder=order.embedder, deadline=deadline
    )
    if not VECTORS.intersection(steps.lacks):
        for reason in asked.meant.reasons:
            steps.lack(lack_of(reason))
    steps.done("services")
    turn = Turn(
        limit=min(max(order.limit, 1), MAX_RESULTS),
        after=position_in(order.cursor, order.scope),
        check_times=prepared.check_times,
    )
    page = pages.page(uow, asked, turn, deadline=deadline)
    steps.done("find")
    if deadline.left <= 0 or page.found.cut:
        steps.lack(Lack.OVER_BUDGET)
    return _answered(uow, _Made(order, asked, page, turn, known))


def lack_of(reason: str) -> Lack:
    """What the reason of `Meant` and of vectors is to an answer."""
    return {
        "embedding_off": Lack.VECTORS_SKIPPED,
        "embedding_skipped": Lack.VECTORS_SKIPPED,
        "embedding_timeout": Lack.VECTORS_TIMEOUT,
        "embeddings_missing": Lack.VECTORS_MISSING,
    }.get(reason, Lack.VECTORS_FAILED)


def position_in(cursor: str | None, scope: str) -> Position | None:
    """Where the page before ended. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        return Position.of(decode_cursor(cursor, scope=scope, kinds=Position.kinds))
    except ValueError as failure:
        raise bad_cursor() from failure


def _answered(uow: Uow, made: _Made) -> Answered:
    """The page as a view, and all that is to be known of it."""
    order, asked, page, turn, known = made.order, made.asked, made.page, made.turn, made.known
    found, steps = page.found, order.steps
    showing = Showing(
        asked=asked,
        entries=known.entries,
        areas=page.areas,
        explain=order.switches.explain,
        times_checked=turn.check_times,
    )
    items = results(found.items, page.cards, showing, first=turn.first)
    following = None if found.next is None else encode_cursor(found.next.key(), scope=order.scope)
    tags = _tags(asked, page)
    view = ResultsView(
        total=found.total,
        total_is_exact=found.exact,
        understood=understood_view(asked, known.entries),
        items=items,
        facets=narrowing.facet_views(found.facets, asked),
        relaxed=list(found.relaxed),
        relaxation_note=telling.relaxation_note(found),
        degradation=DegradationView(level=degrading.level(steps.lacks), reasons=list(steps.lacks)),
        hints=telling.hints(
            asked,
            found,
            times_checked=turn.check_times,
            nearest=[
                known.entries[one].name for one in asked.meant.nearest if one in known.entries
            ],
        ),
        explanation=_explained(asked, steps, tags) if order.switches.explain else None,
        next_cursor=None if following is None else following + order.search_id,
        search_id=order.search_id,
    )
    return Answered(
        view=view,
        note=_note(uow, made, items),
        tags=tags,
        next=following,
        is_dated=asked.wanted.when is not None or asked.wanted.urgent,
        is_brief=len(page.calendars) > caching.MOST_INSTRUCTORS,
        is_personal=asked.is_personal,
        is_located=asked.is_located,
    )


def _tags(asked: Understood, page: Page) -> tuple[str, ...]:
    """What the answer depends on. Where few answer, others from all over the city may."""
    wanted, found = asked.wanted, page.found
    keys = wanted.where.area_keys
    if wanted.where.point is not None or found.total < ENOUGH or Relaxable.PLACE in found.relaxed:
        keys = None
    named = page.calendars if len(page.calendars) <= caching.MOST_INSTRUCTORS else ()
    return caching.tags_of_answer(
        services=wanted.services,
        area_keys=keys,
        instructor_ids=(*named, *(one.instructor_id for one in found.items)),
    )


def _note(uow: Uow, made: _Made, items: list[ResultView]) -> Noted:
    """What goes on record, but for who asked."""
    order, asked, page, steps = made.order, made.asked, made.page, made.order.steps
    services = sorted((asked.wanted.services or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    keys = asked.wanted.where.area_keys
    matches = {match.service_id: match for wish in asked.meant.wishes for match in wish.matches}
    signals = {one.instructor_id: one.best.signals for one in page.found.items}
    return Noted(
        search_id=order.search_id,
        at=uow.now,
        searcher=Searcher(),
        text=order.command.q or _named(order.command, made.known),
        result_count=max(page.found.total, len(items)),
        took_ms=0.0,
        parsed=asked.parsed if order.command.q else None,
        service_ids=tuple(one for one, _ in services),
        service_scores=tuple(score for _, score in services),
        area_keys=None if keys is None else tuple(sorted(keys)),
        unresolved_place=asked.place_not_found,
        strict_count=page.found.total,
        relaxed=tuple(page.found.relaxed),
        level=degrading.level(steps.lacks),
        skipped=tuple(steps.lacks),
        stages=dict(steps.took),
        shown=tuple(
            Shown(
                position=one.position,
                instructor_id=one.instructor_id,
                service_id=one.service_id,
                score=one.score,
                found_by=_found_by(matches.get(one.service_id)),
                signals=signals_of(signals[one.instructor_id]),
                relaxed=tuple(one.relaxed),
            )
            for one in items
        ),
    )


def _named(command: SearchInstructors, known: Vocabulary) -> str:
    """What was looked for by filters alone, in the words of the catalog."""
    if command.service is not None:
        return known.entries[next(iter(known.services[command.service]))].name
    if command.subcategory is not None:
        return known.entries[next(iter(known.subcategories[command.subcategory]))].subcategory.name
    if command.category is not None:
        return known.entries[next(iter(known.categories[command.category]))].category.name
    return command.area or command.borough or "near me"


def _found_by(match: ServiceMatch | None) -> FoundBy:
    if match is None:
        return FoundBy.NONE
    if match.vector is not None:
        return FoundBy.VECTOR if match.text is None else FoundBy.BOTH
    return FoundBy.EXACT if match.reason in {Reason.NAME, Reason.SYNONYM} else FoundBy.TEXT


def _explained(asked: Understood, steps: Steps, tags: tuple[str, ...]) -> ExplanationView:
    skipped = () if asked.resolution is None else asked.resolution.skipped
    return ExplanationView(
        stages=[
            StageView(name=name, milliseconds=round(took, 3)) for name, took in steps.took.items()
        ],
        grammar_reasons=list(asked.parsed.reasons),
        services_by=asked.meant.by,
        places_skipped=[f"{one.tier}: {one.why}" for one in skipped],
        tags=len(tags),
    )
