"""Searching: understand what is asked, find who answers, put them in order, write it down."""

from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.policy import Match, is_ambiguous
from instainstru_core.domains.catalog.types import MatchReason
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.errors import PlaceUnknown
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search import policy, repository
from instainstru_core.domains.search.errors import (
    DayOutOfReach,
    NothingAsked,
    PointIncomplete,
    PricesInverted,
)
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.repository import Wanted
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.service.views import results_page, understood_view
from instainstru_core.domains.search.types import Ranked, Understanding
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import BadCursor, decode_cursor, encode_cursor
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow

MAX_RESULTS = 50


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended, in which search."""

    score: int
    instructor_id: str
    position: int
    search_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted and where; with a point, around it. `text` is what goes on record."""

    wish: Understanding
    text: str
    point: tuple[float, float] | None

    @property
    def area_keys(self) -> tuple[str, ...] | None:
        """The areas to search in; None is the whole city, none at all is outside of it."""
        if self.wish.place is None:
            return None if self.point is None else ()
        return None if self.wish.place.kind is PlaceKind.CITY else self.wish.place.area_keys


@operation("search.search")
def search(
    uow: Uow, command: SearchInstructors, *, cursor: str | None = None, limit: int = 20
) -> ResultsView:
    """Live instructors who answer, best first, with how the search was understood. For everybody.

    The first page is written down as a search; the pages after it belong to it.
    """
    started = perf_counter()
    _check(uow, command)
    limit = min(max(limit, 1), MAX_RESULTS)
    scope = f"search:{command.model_dump_json()}"
    before = _decoded(cursor, scope)
    asked = _asked(uow, command)
    results, free = _found(uow, command, asked)
    search_id = before.search_id if before else _noted(uow, asked, len(results), started)
    rest = results
    if before is not None:
        rest = list(policy.after(results, before.score, before.instructor_id))
    shown = rest[:limit]
    first = before.position + 1 if before else 1
    following: str | None = None
    if len(rest) > limit:
        last = shown[-1]
        key = (last.score, last.offer.instructor_id, first + limit - 1, search_id)
        following = encode_cursor(key, scope=scope)
    return ResultsView(
        search_id=search_id,
        total=len(results),
        understood=understood_view(uow, asked.wish),
        items=results_page(uow, shown, free, place=asked.wish.place, first=first),
        next_cursor=following,
        hints=_hints(command, asked, found=bool(results)),
    )


def _check(uow: Uow, command: SearchInstructors) -> None:
    if command.service is None and (command.q is None or not policy.normalized(command.q)):
        raise NothingAsked(
            "Say in `q` what someone wants to learn, such as 'piano in park slope',"
            " or name a `service` of the catalog."
        )
    if (command.latitude is None) != (command.longitude is None):
        raise PointIncomplete("Send latitude and longitude together, or neither.")
    least, most = command.min_price_cents, command.max_price_cents
    if least is not None and most is not None and least > most:
        raise PricesInverted("The lowest price is above the highest. Exchange them.")
    if command.on and not policy.is_within_reach(command.on, local_day(uow.now)):
        raise DayOutOfReach(
            f"Search for today in New York or one of the {policy.MAX_DAYS_AHEAD} days after it.",
            today=local_day(uow.now).isoformat(),
        )


def _decoded(cursor: str | None, scope: str) -> After | None:
    if cursor is None:
        return None
    score, instructor_id, position, search_id = decode_cursor(
        cursor, scope=scope, kinds=(int, str, int, str)
    )
    if (
        not isinstance(score, int)
        or not isinstance(position, int)
        or not isinstance(instructor_id, str)
        or not isinstance(search_id, str)
    ):
        raise BadCursor("This cursor does not belong to this search. Start again without one.")
    return After(score, instructor_id, position, search_id)


def _asked(uow: Uow, command: SearchInstructors) -> Asked:
    """What is wanted, by text and by filters."""
    gazetteer = regions.gazetteer(uow)
    asked = Understanding((), None, "")
    if command.q is not None:
        asked = policy.understood(command.q, catalog.term_index(uow), gazetteer)
    text = command.q or ""
    if command.service is not None:
        service = catalog.service(uow, command.service)
        named = Match(service.id, 1.0, MatchReason.EXACT_NAME, service.name)
        asked = replace(asked, matches=(named,), unknown="")
        text = text or service.name
    place = _named_place(command, asked.place, gazetteer)
    latitude, longitude = command.latitude, command.longitude
    if place is not None or latitude is None or longitude is None:
        return Asked(replace(asked, place=place), text, None)
    key = regions.key_at(uow, latitude=latitude, longitude=longitude)
    place = None if key is None else gazetteer.by_key(key)
    return Asked(replace(asked, place=place), text, (latitude, longitude))


def _named_place(
    command: SearchInstructors, typed: Place | None, gazetteer: Gazetteer
) -> Place | None:
    """The place that is named: one by itself beats one in the text."""
    place = typed
    if command.area is not None:
        place = gazetteer.by_key(command.area) or gazetteer.find(command.area)
        if place is None:
            raise PlaceUnknown("No place is called so. List the areas and use one of their keys.")
    if command.borough is not None:
        borough = gazetteer.find(command.borough.value)
        place = borough if place is None or borough is None else _common(place, borough)
    return place


def _common(place: Place, borough: Place) -> Place:
    if place.kind is PlaceKind.CITY:
        return borough
    keys = tuple(key for key in place.area_keys if key in borough.area_keys)
    return replace(place, area_keys=keys, borough=borough.borough, ambiguous=False)


def _found(
    uow: Uow, command: SearchInstructors, asked: Asked
) -> tuple[list[Ranked], dict[str, datetime]]:
    """Everybody who answers, best first, and from when they are free on the day."""
    wish = asked.wish
    if wish.unknown and not wish.matches:
        return [], {}
    offers = repository.candidates(
        uow.session,
        Wanted(
            service_ids=wish.services.keys() if wish.matches else None,
            area_keys=asked.area_keys,
            point=asked.point,
            lesson_format=command.format,
            min_cents=command.min_price_cents,
            max_cents=command.max_price_cents,
        ),
    )
    free: dict[str, datetime] = {}
    if command.on is not None:
        free = availability.free_for(
            uow,
            {offer.instructor_id for offer in offers},
            command.on,
            minutes=command.minutes,
            lesson_format=command.format,
        )
        offers = [offer for offer in offers if offer.instructor_id in free]
    somewhere = asked.area_keys is not None and command.format is not LessonFormat.ONLINE
    return policy.ranked(offers, wish.services, somewhere=somewhere), free


def _noted(uow: Uow, asked: Asked, count: int, started: float) -> str:
    """Write the search down. One service or one area is on record only if it is the only one."""
    services, place = asked.wish.matches, asked.wish.place
    best = services[0].service_id if services and not is_ambiguous(services) else None
    keys = () if place is None else place.area_keys
    row = SearchQuery(
        id=new_id(),
        at=uow.now,
        user_id=uow.actor.id if uow.actor.kind is ActorKind.USER else None,
        text=asked.text,
        normalized_text=policy.normalized(asked.text),
        service_id=best,
        area_key=keys[0] if len(keys) == 1 else None,
        result_count=count,
        took_ms=round((perf_counter() - started) * 1000),
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


def _hints(command: SearchInstructors, asked: Asked, *, found: bool) -> list[str]:
    """What was not understood, and what to change when nobody was found."""
    wish = asked.wish
    hints: list[str] = []
    if wish.unknown and not wish.matches:
        hints.append(
            f'No service is called "{wish.unknown}". Look through the categories,'
            " or say it in other words."
        )
    elif wish.unknown:
        hints.append(f'"{wish.unknown}" means no service and no place here and was left out.')
    if wish.place is not None and wish.place.ambiguous:
        hints.append(f"{wish.place.name}: it is not clear which is meant, so all of them count.")
    if found or (wish.unknown and not wish.matches):
        return hints
    narrowing = (
        (asked.area_keys is not None, "another place, or online lessons"),
        (command.on is not None, "another day"),
        (command.max_price_cents is not None, "a higher price"),
        (command.min_price_cents is not None, "a lower price"),
        (command.format is not None, "another format"),
    )
    wider = [words for given, words in narrowing if given]
    if wider:
        return [*hints, f"Nobody was found. Try {' or '.join(wider)}."]
    return [*hints, "Nobody teaches this yet."]
