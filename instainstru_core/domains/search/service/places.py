"""What the words for a place mean, by what the map knows and by what searches have taught."""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.policy.gazetteer import joined
from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.policy.places import ladder
from instainstru_core.domains.search.repository import places as repository
from instainstru_core.domains.search.repository.places import Taught
from instainstru_core.domains.search.types.parsed import PlacePhrase
from instainstru_core.domains.search.types.places import (
    Here,
    HereSource,
    Missing,
    Resolution,
    Skipped,
    Tier,
    WhySkipped,
)
from instainstru_core.kernel.authority import ActorKind, PermissionMissing
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LEAST_SECONDS = 0.02
"""What asking further takes at the least."""

LOOK_AGAIN_SECONDS = 1.0
"""How old the names may be in a process that did not change them itself."""


@dataclass(slots=True)
class _Known:
    """The names as they were under a token, and when that was last looked at."""

    token: Hashable
    names: Gazetteer
    looked_at: float


_known: WeakKeyDictionary[Engine | Connection, _Known] = WeakKeyDictionary()


def gazetteer(uow: Uow) -> Gazetteer:
    """Every name of every place, with those that were taught; for the parser, too.

    The same object as long as no name changes. It is looked for changes once a second, in one short
    statement; on a connection that is held from outside, each time.
    """
    return _fresh(uow).names


def names_version(uow: Uow) -> Hashable:
    """What is another value after each change of a name, for whatever is made from all of them."""
    return _fresh(uow).token


def forget_places(uow: Uow) -> None:
    """Look for changes at once the next time."""
    _known.pop(uow.session.get_bind(), None)


@operation("search.resolve_place")
def resolve(uow: Uow, phrase: PlacePhrase | str, *, deadline: Deadline) -> Resolution:
    """What the words mean by the steps that need no model: exact, alias, substring, fuzzy.

    They always run. Where they find nothing and no time is left to ask further, that is noted.
    """
    text = phrase.text if isinstance(phrase, PlacePhrase) else phrase
    found = ladder.resolve(text, gazetteer(uow))
    if found.skipped or deadline.affords(LEAST_SECONDS):
        return found
    return found.without(
        *(Skipped(tier, WhySkipped.NO_TIME) for tier in (Tier.EMBEDDING, Tier.MODEL))
    )


@operation("search.here")
def here(uow: Uow, *, latitude: float | None = None, longitude: float | None = None) -> Here:
    """Where whoever asks is: where the device says, else their default address, if it has a point.

    Without either, it says what is missing. A point outside the city has no area.
    """
    if latitude is not None and longitude is not None:
        return _here(uow, latitude, longitude, HereSource.DEVICE)
    if uow.actor.kind is not ActorKind.USER:
        return Here(missing=Missing.SIGN_IN)
    try:
        home = addresses.default_point(uow)
    except PermissionMissing:
        home = None
    if home is None:
        return Here(missing=Missing.ADDRESS)
    return _here(uow, home.latitude, home.longitude, HereSource.ADDRESS)


def _here(uow: Uow, latitude: float, longitude: float, source: HereSource) -> Here:
    key = regions.key_at(uow, latitude=latitude, longitude=longitude)
    area = None if key is None else gazetteer(uow).by_key(key)
    return Here(point=(latitude, longitude), source=source, area=area)


def _fresh(uow: Uow) -> _Known:
    """The names as they are, at most so old."""
    bind = uow.session.get_bind()
    known, now = _known.get(bind), time.monotonic()
    is_young = known is not None and now - known.looked_at < LOOK_AGAIN_SECONDS
    if known is not None and is_young and isinstance(bind, Engine):
        return known
    token = repository.version(uow.session)
    if known is None or known.token != token:
        names = _with_taught(regions.gazetteer(uow), repository.active(uow.session))
        known = _known[bind] = _Known(token, names, now)
    known.looked_at = now
    return known


@lru_cache(maxsize=8)
def _taught(names: tuple[Taught, ...], areas: tuple[tuple[str, Place], ...]) -> dict[str, Place]:
    """What the names mean; an area that is gone does not count."""
    by_key = dict(areas)
    meant: dict[str, Place] = {}
    for taught in names:
        parts = [by_key[key] for key in taught.area_keys if key in by_key]
        if parts:
            meant[taught.name] = joined(parts, ambiguous=taught.is_ambiguous and len(parts) > 1)
    return meant


def _with_taught(names: Gazetteer, taught: tuple[Taught, ...]) -> Gazetteer:
    if not taught:
        return names
    return names.taught(_taught(taught, tuple(names.areas.items())))
