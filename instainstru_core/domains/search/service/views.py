"""From what was found to views, in as many statements for fifty results as for one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.schemas import ServiceCard
from instainstru_core.domains.instructors.schemas import AreaView
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search import repository
from instainstru_core.domains.search.repository import Area, Person, Spot
from instainstru_core.domains.search.schemas import (
    NearPlace,
    PlaceMeant,
    ResultView,
    ServiceMeant,
    SignalsView,
    UnderstoodView,
)
from instainstru_core.domains.search.types import Candidate, Ranked, Understanding
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local
from instainstru_core.kernel.uow import Uow

DECIMALS = 4


class Parts(NamedTuple):
    """What results say beside the ranking, by id."""

    people: Mapping[str, Person]
    areas: Mapping[str, list[Area]]
    places: Mapping[str, list[Spot]]
    services: Mapping[str, ServiceCard]
    free: Mapping[str, datetime]


def understood_view(uow: Uow, asked: Understanding) -> UnderstoodView:
    """How the search was understood."""
    cards = catalog.cards(uow, list(asked.services))
    place = asked.place
    return UnderstoodView(
        services=[
            ServiceMeant(
                id=match.service_id,
                slug=cards[match.service_id].slug,
                name=cards[match.service_id].name,
                score=match.score,
                reason=match.reason,
            )
            for match in asked.matches
        ],
        place=None
        if place is None
        else PlaceMeant(
            name=place.name,
            borough=place.borough,
            area_keys=list(place.area_keys),
            ambiguous=place.ambiguous,
        ),
        not_understood=asked.unknown or None,
    )


def results_page(
    uow: Uow,
    shown: Sequence[Ranked],
    free: Mapping[str, datetime],
    *,
    place: Place | None,
    first: int,
) -> list[ResultView]:
    """These results, the first of them at this position."""
    if not shown:
        return []
    ids = [one.offer.instructor_id for one in shown]
    parts = Parts(
        people=repository.people(uow.session, ids),
        areas=repository.areas(uow.session, ids),
        places=repository.places(uow.session, ids),
        services=catalog.cards(uow, {one.offer.service_id for one in shown}),
        free=free,
    )
    return [_result(one, parts, place, position) for position, one in enumerate(shown, first)]


def _result(one: Ranked, parts: Parts, place: Place | None, position: int) -> ResultView:
    offer = one.offer
    person, service = parts.people[offer.instructor_id], parts.services[offer.service_id]
    signals = one.signals
    return ResultView(
        position=position,
        instructor_id=person.id,
        slug=person.slug,
        name=public_name(person.first_name, person.last_name),
        bio=person.bio,
        years_experience=offer.years_experience,
        is_founding=offer.is_founding,
        offering_id=offer.offering_id,
        service_id=service.id,
        service_slug=service.slug,
        service_name=service.name,
        formats=list(offer.formats),
        from_hourly_rate_cents=offer.from_cents,
        areas=[
            AreaView(key=area.key, name=area.name, borough=area.borough)
            for area in parts.areas.get(person.id, [])
        ],
        places=[
            NearPlace(latitude=spot.latitude, longitude=spot.longitude, area_key=spot.area_key)
            for spot in parts.places.get(person.id, [])
        ],
        distance_km=None if offer.meters is None else round(offer.meters / 1000, 1),
        free_at=parts.free.get(person.id),
        score=round(one.score / 10_000, DECIMALS),
        signals=SignalsView(
            match=signals.match,
            place=round(signals.place, DECIMALS),
            price=round(signals.price, DECIMALS),
            experience=round(signals.experience, DECIMALS),
            founding=signals.founding,
        ),
        why=_why(offer, service.name, place, parts.free.get(person.id)),
    )


def _why(
    offer: Candidate, service: str, place: Place | None, free_at: datetime | None
) -> list[str]:
    """What speaks for a result, in words."""
    where = place.name if place is not None and place.kind is not PlaceKind.CITY else "there"
    said = [f"Teaches {service}."]
    if offer.travels_there:
        said.append(f"Travels to {where}.")
    if offer.hosts_there and offer.meters is None:
        said.append(f"Teaches in {where}.")
    elif offer.hosts_there and offer.meters is not None:
        said.append(f"Teaches about {offer.meters / 1000:.1f} km away.")
    if free_at is not None:
        local = to_local(free_at, BUSINESS_ZONE)
        said.append(f"Free on {local:%A}, {local:%B} {local.day}, from {local:%H:%M}.")
    if offer.is_founding:
        said.append("Is a founding instructor.")
    return said
