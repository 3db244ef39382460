"""How a query is understood, with the code that searches use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search.policy.grammar import Words, parse, words_of
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.service import meaning, places
from instainstru_core.domains.search.types.parsed import Parsed, PlaceMention
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.uow import Uow

BUDGET_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Where:
    """Where a query was taken to be: near whoever asks, the whole city, or some areas."""

    is_near_me: bool = False
    is_city: bool = False
    areas: frozenset[str] = frozenset()
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A query as it was understood: slugs of services for each wish, the best first.

    `where` is None where no place was found. The seconds are those of the grammar and of all.
    """

    parsed: Parsed
    ranked: Sequence[Sequence[str]]
    where: Where | None
    parse_seconds: float
    seconds: float


class Reader:
    """Understands queries with one catalog, one map and one model of vectors."""

    def __init__(self, uow: Uow, embedder: Embedder | None) -> None:
        entries = catalog.entries(uow)
        self.uow = uow
        self.embedder = embedder
        self.gazetteer: Gazetteer = places.gazetteer(uow)
        self.words: Words = words_of(entries, self.gazetteer)
        self.by_id: Mapping[str, Entry] = {entry.id: entry for entry in entries}
        self.by_slug: Mapping[str, Entry] = {entry.slug: entry for entry in entries}

    def read(self, text: str, today: date) -> Understood:
        """What a query means."""
        started = perf_counter()
        parsed = parse(text, self.words, today)
        parse_seconds = perf_counter() - started
        deadline = Deadline.within(BUDGET_SECONDS)
        meant = meaning.services_meant(self.uow, parsed, embedder=self.embedder, deadline=deadline)
        ranked = [
            [
                self.by_id[match.service_id].slug
                for match in wish.matches
                if match.service_id not in meant.excluded
            ]
            for wish in meant.wishes
        ]
        where = self._where(parsed, deadline)
        return Understood(parsed, ranked, where, parse_seconds, perf_counter() - started)

    def areas_of(self, borough: str) -> frozenset[str]:
        """The keys of all areas of a borough."""
        place = self.gazetteer.find(borough, similar=False)
        return frozenset() if place is None else frozenset(place.area_keys)

    def _where(self, parsed: Parsed, deadline: Deadline) -> Where | None:
        if parsed.place is None:
            return None
        if parsed.place.how is PlaceMention.NEAR_ME:
            return Where(is_near_me=True)
        place = places.resolve(self.uow, parsed.place, deadline=deadline).place
        if place is None:
            return None
        return Where(
            is_city=place.kind is PlaceKind.CITY,
            areas=frozenset(place.area_keys),
            is_ambiguous=place.ambiguous,
        )
