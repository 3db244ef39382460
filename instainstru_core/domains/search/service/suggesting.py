"""What someone may be about to type."""

from collections.abc import Iterator

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search.policy.meaning import suggesting as policy
from instainstru_core.domains.search.policy.meaning.suggesting import Suggester
from instainstru_core.domains.search.schemas.suggesting import (
    RangeView,
    SuggestionsView,
    SuggestionView,
)
from instainstru_core.domains.search.service import history, meaning, places
from instainstru_core.domains.search.service.keeping import Kept
from instainstru_core.domains.search.types.suggesting import Subject, Suggestion, SuggestionKind
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LOOKED_THROUGH = 50
"""So many of one's own last searches are looked through."""

MOST_RECENT = 3
SHOWN_PLACES = frozenset({PlaceKind.BOROUGH, PlaceKind.AREA, PlaceKind.SEVERAL, PlaceKind.LANDMARK})

_kept: Kept[Suggester] = Kept()


@operation("search.suggestions")
def suggestions(uow: Uow, typed: str, *, secret: str, limit: int = policy.MOST) -> SuggestionsView:
    """Services, groups and places that begin so, best first; before them what whoever is signed in
    searched for themselves. Nothing of anybody else.
    """
    own = _recent(uow, typed, secret=secret, limit=min(limit, MOST_RECENT))
    told = {one.text.casefold() for one in own}
    others = [
        one for one in _suggester(uow).suggested(typed, limit) if one.text.casefold() not in told
    ]
    return SuggestionsView(items=[_view(one) for one in [*own, *others][:limit]])


def prepare(uow: Uow) -> None:
    """Have at hand what may be suggested, which takes a third of a second to make."""
    _suggester(uow)


def forget() -> None:
    """Forget what this process knows, so that it looks again."""
    _kept.forget()


def _suggester(uow: Uow) -> Suggester:
    return _kept.get(
        uow,
        "suggester",
        lambda: (catalog.version(uow), places.names_version(uow)),
        lambda: Suggester(
            policy.subjects(meaning.lexicon(uow).entries, _places(places.gazetteer(uow)))
        ),
    )


def _places(names: Gazetteer) -> Iterator[Subject]:
    """Each place with all its names; those that may be several places are left out."""
    called: dict[Place, list[str]] = {}
    for name, place in names.places.items():
        if place.kind in SHOWN_PLACES and not place.ambiguous:
            called.setdefault(place, [place.name]).append(name)
    for place, own in called.items():
        yield Subject(SuggestionKind.PLACE, place.name, tuple(own))


def _recent(uow: Uow, typed: str, *, secret: str, limit: int) -> list[Suggestion]:
    if uow.actor.kind is not ActorKind.USER:
        return []
    made = history.recent_searches(uow, None, secret=secret, limit=LOOKED_THROUGH)
    return policy.of_recent((one.text for one in made.items), typed, limit)


def _view(one: Suggestion) -> SuggestionView:
    return SuggestionView(
        kind=one.kind,
        text=one.text,
        key=one.key,
        also=one.also,
        ranges=[RangeView(start=start, end=end) for start, end in one.ranges],
    )
