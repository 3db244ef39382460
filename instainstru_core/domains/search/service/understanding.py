"""What a search asks for: the text, the filters, the place and the services as one wish."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.policy import fold, inferred_filters
from instainstru_core.domains.catalog.types import SKILL_LEVEL
from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.policy import again as again_policy
from instainstru_core.domains.search.policy import wanting
from instainstru_core.domains.search.policy.grammar.prices import priced
from instainstru_core.domains.search.policy.wanting import Prices
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.repository import taught
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.service import asking, meaning, places
from instainstru_core.domains.search.service.vocabulary import Vocabulary
from instainstru_core.domains.search.types.finding import AgainLacks, Prepared, Understood
from instainstru_core.domains.search.types.meaning import Meant
from instainstru_core.domains.search.types.parsed import Parsed, Phrase, PlaceMention
from instainstru_core.domains.search.types.places import Here, Resolution
from instainstru_core.domains.search.types.wanted import Where
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.uow import Uow

ANYWHERE, OUTSIDE = Where(), Where(frozenset())


@dataclass(frozen=True, slots=True)
class Located:
    """Where to look, and how that was found out."""

    where: Where = ANYWHERE
    place: Place | None = None
    resolution: Resolution | None = None
    is_near_me: bool = False
    here: Here | None = None


def understood(
    uow: Uow,
    command: SearchInstructors,
    prepared: Prepared,
    known: Vocabulary,
    *,
    embedder: Embedder | None,
    deadline: Deadline,
) -> Understood:
    """The wish as a whole. Raises NotFound for names that were given and that nobody knows."""
    given = asking.given(command, known)
    parsed = with_wish(prepared.parsed, is_scoped=given.services is not None)
    meant = meaning.services_meant(
        uow, parsed, embedder=embedder, vectors=prepared.vectors, deadline=deadline
    )
    chosen = wanting.services(given, meant)
    again, again_lacks = _again(uow, parsed, chosen)
    located = _located(uow, command, prepared, deadline=deadline)
    wanted = wanting.wanted(
        given,
        parsed,
        meant,
        where=located.where,
        prices=wanting.prices(given, _said(parsed, chosen or (), known)),
        today=prepared.today,
        instructors=again,
    )
    inferred = _inferred(parsed, meant, known)
    return Understood(
        parsed=replace(parsed, rest=_unsaid(parsed.rest, inferred)),
        given=given,
        meant=meant,
        wanted=wanted,
        model=prepared.model,
        place=located.place,
        resolution=located.resolution,
        is_near_me=located.is_near_me,
        here=located.here,
        again_lacks=again_lacks,
        inferred=inferred,
    )


def with_wish(parsed: Parsed, *, is_scoped: bool = False) -> Parsed:
    """Where a text has no wish but words that mean nothing, those are what is wished for."""
    if parsed.services or is_scoped or not parsed.rest:
        return parsed
    return replace(parsed, services=(Phrase(parsed.rest, 0, 0),), rest="")


def _located(
    uow: Uow, command: SearchInstructors, prepared: Prepared, *, deadline: Deadline
) -> Located:
    """What was given beats what was typed, and that beats where the device is."""
    given = asking.given_place(uow, command, deadline=deadline)
    phrase = prepared.parsed.place
    is_near_me = phrase is not None and phrase.how is PlaceMention.NEAR_ME
    resolution = prepared.resolution
    if given is not None:
        return Located(given.where, given.place, resolution, is_near_me)
    if resolution is not None and resolution.place is not None:
        return Located(resolution.where, resolution.place, resolution)
    if resolution is not None and resolution.elsewhere is not None:
        return Located(OUTSIDE, None, resolution)
    has_point = command.latitude is not None
    if resolution is not None or not (is_near_me or has_point):
        return Located(resolution=resolution)
    found = places.here(uow, latitude=command.latitude, longitude=command.longitude)
    return Located(found.where, found.area, None, is_near_me, found)


def _again(
    uow: Uow, parsed: Parsed, services: Mapping[str, float] | None
) -> tuple[frozenset[str] | None, AgainLacks | None]:
    """Who taught them before, where the text asks for that; or why that is not known."""
    if parsed.again is None:
        return None, None
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        return None, AgainLacks.SIGN_IN
    had = taught.taught(uow.session, uow.actor.id, now=uow.now)
    found = again_policy.meant(parsed.again, had, services)
    return (found, None) if found else (None, AgainLacks.LESSONS)


def _said(parsed: Parsed, services: Iterable[str], known: Vocabulary) -> Prices:
    """What the text says an hour may cost. How much is cheap depends on what is taught."""
    categories = {known.entries[one].category.slug for one in services if one in known.entries}
    price = priced(parsed.price, sorted(categories))
    return Prices() if price is None else Prices(price.min_cents, price.max_cents)


def _unsaid(rest: str, inferred: Mapping[str, frozenset[str]]) -> str:
    """The words of the rest that no filter is offered for."""
    heard = {
        word for values in inferred.values() for value in values for word in fold(value).split()
    }
    return " ".join(word for word in rest.split() if fold(word) not in heard)


def _inferred(parsed: Parsed, meant: Meant, known: Vocabulary) -> Mapping[str, frozenset[str]]:
    """The filters that the text speaks of, where it is clear of which subcategory."""
    groups = {
        (known.entries[one].category.slug, known.entries[one].subcategory.slug)
        for one in meant.services or ()
        if one in known.entries
    }
    if len(groups) != 1:
        return {}
    taken = () if parsed.skill is None else (SKILL_LEVEL,)
    return inferred_filters(
        parsed.corrected or parsed.text, catalog.filter_definitions(*groups.pop()), taken=taken
    )
