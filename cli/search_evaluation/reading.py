"""How a query is understood, with the code that searches use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search.policy.grammar import Words, parse, words_of
from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex
from instainstru_core.domains.search.policy.places import ladder
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.service import embeddings, meaning
from instainstru_core.domains.search.types.parsed import Parsed, PlaceMention
from instainstru_core.kernel.deadline import Deadline

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
    """Understands queries by the catalog and the map of this release, and one model of vectors. It
    needs no database: what labels name is packaged.
    """

    def __init__(self, embedder: Embedder | None) -> None:
        entries = catalog.packaged_entries()
        self.embedder = embedder
        self.gazetteer: Gazetteer = regions.packaged_gazetteer()
        self.words: Words = words_of(entries, self.gazetteer)
        self.lookup = Lookup(Lexicon(entries))
        self.entries = entries
        self.vectors: VectorIndex | None = None
        self.by_id: Mapping[str, Entry] = self.lookup.entries
        self.by_slug: Mapping[str, Entry] = {entry.slug: entry for entry in entries}

    def read(self, text: str, today: date) -> Understood:
        """What a query means."""
        started = perf_counter()
        parsed = parse(text, self.words, today)
        parse_seconds = perf_counter() - started
        meant = meaning.meant_by(
            self.lookup,
            parsed,
            self._vectors_of,
            embedder=self.embedder,
            deadline=Deadline.within(BUDGET_SECONDS),
        )
        ranked = [
            [
                self.by_id[match.service_id].slug
                for match in wish.matches
                if match.service_id not in meant.excluded
            ]
            for wish in meant.wishes
        ]
        where = self._where(parsed)
        return Understood(parsed, ranked, where, parse_seconds, perf_counter() - started)

    def areas_of(self, borough: str) -> frozenset[str]:
        """The keys of all areas of a borough."""
        place = self.gazetteer.find(borough, similar=False)
        return frozenset() if place is None else frozenset(place.area_keys)

    def _vectors_of(self, embedder: Embedder) -> VectorIndex:
        """The vectors of the services by the one model, made when first needed."""
        if self.vectors is None:
            self.vectors = embeddings.vectors_of(self.entries, embedder)
        return self.vectors

    def _where(self, parsed: Parsed) -> Where | None:
        if parsed.place is None:
            return None
        if parsed.place.how is PlaceMention.NEAR_ME:
            return Where(is_near_me=True)
        place = ladder.resolve(parsed.place.text, self.gazetteer).place
        if place is None:
            return None
        return Where(
            is_city=place.kind is PlaceKind.CITY,
            areas=frozenset(place.area_keys),
            is_ambiguous=place.ambiguous,
        )
