"""From what was found to views, in one statement for a whole page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.instructors.schemas import AreaView
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.repository.cards import Card
from instainstru_core.domains.search.schemas.finding import (
    NearPlace,
    OfferView,
    RatingView,
    ResultView,
    SignalsView,
)
from instainstru_core.domains.search.types.finding import Understood
from instainstru_core.domains.search.types.matching import Matched, Offer, Signals
from instainstru_core.domains.search.types.wanted import Relaxable
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local

SCALE = 10_000
DECIMALS = 4
RATED = 1
"""Reviews from which on a mean is shown."""

GIVEN_UP: Mapping[Relaxable, str] = {
    Relaxable.TIME: "Free at another time of day.",
    Relaxable.DATE: "Free on another day.",
    Relaxable.PRICE: "Dearer than asked for.",
}


@dataclass(frozen=True, slots=True)
class Showing:
    """What all results of a page are shown with."""

    asked: Understood
    entries: Mapping[str, Entry]
    areas: Areas
    explain: bool
    times_checked: bool


def results(
    items: Sequence[Matched], cards: Mapping[str, Card], showing: Showing, *, first: int
) -> list[ResultView]:
    """These results, the first at this position. Who cannot be seen any more is left out."""
    seen = [one for one in items if one.instructor_id in cards]
    return [
        _result(one, cards[one.instructor_id], showing, position)
        for position, one in enumerate(seen, first)
        if one.best.service_id in cards[one.instructor_id].offerings
    ]


def signals_of(found: Signals) -> dict[str, float]:
    """The signals as shares of one."""
    return {
        "relevance": found.relevance / SCALE,
        "quality": found.quality / SCALE,
        "distance": found.distance / SCALE,
        "price": found.price / SCALE,
        "freshness": found.freshness / SCALE,
        "completeness": found.completeness / SCALE,
        "audience": found.audience / SCALE,
        "skill": found.skill / SCALE,
        "founding": found.founding / SCALE,
    }


def _result(one: Matched, card: Card, showing: Showing, position: int) -> ResultView:
    entry = showing.entries[one.best.service_id]
    return ResultView(
        position=position,
        instructor_id=card.id,
        slug=card.slug,
        name=public_name(card.first_name, card.last_name),
        bio=card.bio,
        years_experience=card.years_experience,
        is_founding=card.is_founding,
        rating=None
        if one.review_count < RATED
        else RatingView(mean=round(one.star_sum / one.review_count, 2), count=one.review_count),
        offering_id=card.offerings[entry.id],
        service_id=entry.id,
        service_slug=entry.slug,
        service_name=entry.name,
        formats=sorted(one.best.formats),
        from_hourly_rate_cents=one.best.from_cents,
        others=[
            _other(offer, showing) for offer in one.others if offer.service_id in showing.entries
        ],
        offering_count=one.offering_count,
        areas=_areas(showing.areas, card.area_keys),
        places=[
            NearPlace(latitude=latitude, longitude=longitude, area_key=key)
            for latitude, longitude, key in card.places
        ],
        distance_km=None if one.meters is None else round(one.meters / 1000, 1),
        free_at=one.free_from,
        relaxed=list(one.relaxed),
        score=round(one.best.score / SCALE, DECIMALS),
        signals=SignalsView(**signals_of(one.best.signals)) if showing.explain else None,
        why=_why(one, entry.name, card, showing),
    )


def _areas(areas: Areas, keys: Sequence[str]) -> list[AreaView]:
    """The views of these areas, in the order of the map."""
    views = _views(areas)
    return [views[area.key] for area in areas.named(keys)]


@lru_cache(maxsize=1)
def _views(areas: Areas) -> Mapping[str, AreaView]:
    """The view of each area, made once: a page shows hundreds."""
    return {
        key: AreaView(key=key, name=area.name, borough=area.borough)
        for key, area in areas.names.items()
    }


def _other(offer: Offer, showing: Showing) -> OfferView:
    entry = showing.entries[offer.service_id]
    return OfferView(
        service_id=entry.id,
        service_slug=entry.slug,
        service_name=entry.name,
        formats=sorted(offer.formats),
        from_hourly_rate_cents=offer.from_cents,
        score=round(offer.score / SCALE, DECIMALS),
        signals=SignalsView(**signals_of(offer.signals)) if showing.explain else None,
    )


def _why(one: Matched, service: str, card: Card, showing: Showing) -> list[str]:
    """What speaks for a result, and what was given up for it, in words."""
    said = [f"Teaches {service}.", *_where(one, showing.asked)]
    if one.free_from is not None:
        said.append(_free(one.free_from))
    elif not showing.times_checked and showing.asked.wanted.when is not None:
        said.append("Not checked: whether there is room then.")
    if one.review_count >= RATED:
        times = "1 review" if one.review_count == 1 else f"{one.review_count} reviews"
        said.append(f"Rated {one.star_sum / one.review_count:.1f} in {times}.")
    if card.is_founding:
        said.append("Is a founding instructor.")
    away = "Beside that place." if not one.meters else f"{one.meters / 1000:.1f} km from there."
    given_up = {**GIVEN_UP, Relaxable.PLACE: away}
    return [*said, *(given_up[given] for given in one.relaxed)]


def _where(one: Matched, asked: Understood) -> list[str]:
    formats, place = one.best.formats, asked.place
    if formats == frozenset({LessonFormat.ONLINE}):
        return ["Teaches online."]
    if one.meters is None or Relaxable.PLACE in one.relaxed:
        return []
    if one.meters > 0:
        return [f"Teaches about {one.meters / 1000:.1f} km away."]
    name = place.name if place is not None and place.kind is not PlaceKind.CITY else "there"
    said: list[str] = []
    if LessonFormat.STUDENT_LOCATION in formats:
        said.append(f"Travels to {name}.")
    if LessonFormat.INSTRUCTOR_LOCATION in formats:
        said.append(f"Teaches in or near {name}." if said else f"Teaches in {name}.")
    return said


@lru_cache(maxsize=1_000)
def _free(at: datetime) -> str:
    local = to_local(at, BUSINESS_ZONE)
    return f"Free on {local:%A}, {local:%B} {local.day}, from {local:%H:%M}."
