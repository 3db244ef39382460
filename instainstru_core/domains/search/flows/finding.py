"""From a text to a page of instructors within one deadline: read, ask models, find, say what lacks.

At most two units of work: one to read the text, usually without a statement, and one to find. In
between nothing is open, and that is where anybody is asked over a network.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter

from instainstru_core.domains.search.flows import places as guessing
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.measuring import measure
from instainstru_core.domains.search.flows.places import Guesser
from instainstru_core.domains.search.flows.reading import Read, Readings
from instainstru_core.domains.search.flows.recording import Recorder
from instainstru_core.domains.search.policy import budget, caching
from instainstru_core.domains.search.policy.budget import Step
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.meaning import fusion
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.schemas.suggesting import SuggestionsView
from instainstru_core.domains.search.service import (
    asking,
    embeddings,
    finding,
    index,
    meaning,
    places,
    recording,
    suggesting,
)
from instainstru_core.domains.search.service.finding import Answered, Order
from instainstru_core.domains.search.service.vocabulary import vocabulary
from instainstru_core.domains.search.types.asked import PLAIN, Switches
from instainstru_core.domains.search.types.degrading import Lack
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.finding import Prepared, Steps
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.domains.search.types.parsed import Parsed, PlaceMention, PlacePhrase
from instainstru_core.domains.search.types.places import Resolution, Tier, WhySkipped
from instainstru_core.domains.search.types.recording import (
    Noted,
    Searcher,
    SearchSource,
    Visitor,
)
from instainstru_core.kernel import direct
from instainstru_core.kernel.authority import SYSTEM, Actor, ActorKind
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.ids import ID_LENGTH, id_of, is_id
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Begin, QueryTooSlow, Uow

LEAST_SECONDS = 0.04
"""With less than that a search is not begun again without calendars."""

POINT_DECIMALS = 3
"""About 100 meters: enough to look around, and the same answer does for the neighbors."""

RANDOM_BITS = 80
NOBODY = Visitor()
PLACE_LACKS: Mapping[tuple[Tier, WhySkipped], Lack] = {
    (Tier.EMBEDDING, WhySkipped.NO_TIME): Lack.PLACE_VECTORS_SKIPPED,
    (Tier.EMBEDDING, WhySkipped.UNAVAILABLE): Lack.PLACE_VECTORS_FAILED,
    (Tier.MODEL, WhySkipped.NO_TIME): Lack.PLACE_MODEL_SKIPPED,
    (Tier.MODEL, WhySkipped.UNAVAILABLE): Lack.PLACE_MODEL_FAILED,
}
MODEL_LACKS: Mapping[ModelUse, Lack] = {
    ModelUse.TIMEOUT: Lack.MODEL_TIMEOUT,
    ModelUse.BUSY: Lack.MODEL_BUSY,
    ModelUse.REFUSED: Lack.MODEL_REFUSED,
    ModelUse.OPEN_CIRCUIT: Lack.MODEL_OPEN_CIRCUIT,
}


@dataclass(frozen=True, slots=True)
class Finder:
    """All that finding needs: transactions, the time, vectors, a reader, who writes it down.

    Without a recorder searches are written down at once. `secret` keys the hash of who searches.
    """

    begin: Begin
    clock: Clock
    vectors: QueryVectors
    readings: Readings
    recorder: Recorder | None
    secret: str
    budget_seconds: float = budget.SECONDS


@dataclass(frozen=True, slots=True)
class Wish:
    """A search as it came in. `cursor` is without the search that it belongs to."""

    command: SearchInstructors
    cursor: str | None
    limit: int
    switches: Switches
    search_id: str
    visitor: Visitor
    source: SearchSource


def find(
    finder: Finder, actor: Actor, wish: Wish, *, deadline: Deadline | None = None
) -> ResultsView:
    """Live instructors who answer, best first, with how the search was understood. For everybody.

    The first page is written down as a search; the pages after it belong to it.
    """
    started = perf_counter()
    answered = found(finder, actor, wish, deadline=deadline or begun(finder, wish))
    if wish.cursor is None:
        took_ms = (perf_counter() - started) * 1000
        record(finder, actor, wish, replace(answered.note, took_ms=took_ms))
    return answered.view


def begun(finder: Finder, wish: Wish) -> Deadline:
    """The deadline of a search that begins now, with nobody else around."""
    return Deadline.within(budget.seconds(finder.budget_seconds, loaded=wish.switches.high_load))


def known(finder: Finder, wish: Wish, actor: Actor) -> Searcher | None:
    """Who asks, where that can be told and noted without waiting for anybody."""
    if finder.recorder is None:
        return None
    user_id = actor.id if actor.kind is ActorKind.USER else None
    day = finder.clock().date()
    return recording.known_searcher(wish.visitor, user_id, day=day, secret=finder.secret)


def record(
    finder: Finder, actor: Actor, wish: Wish, note: Noted, *, who: Searcher | None = None
) -> None:
    """Have a search written down, from what is known of its answer and who asked."""
    noted = replace(note, search_id=wish.search_id, at=finder.clock(), source=wish.source)
    if finder.recorder is not None:
        who = who or finder.recorder.searcher(wish.visitor, actor)
        finder.recorder.note(replace(noted, searcher=who))
        return
    with finder.begin(actor) as uow:
        who = recording.searcher(uow, wish.visitor, secret=finder.secret)
        recording.note(uow, replace(noted, searcher=who))


def warm(finder: Finder) -> None:
    """Read what searches and suggestions need, so that the first one does not wait for it."""
    with finder.begin(SYSTEM) as uow:
        vocabulary(uow)
        index.fresh(uow)
        direct.release(uow.session)
        suggesting.prepare(uow)
        for view in (SearchInstructors, ResultsView, SuggestionsView):
            view.model_rebuild()
        embedder = finder.vectors.embedder
        embedder.prepare()
        for kind in (EmbeddingKind.SERVICE, EmbeddingKind.AREA):
            embeddings.vectors(uow, kind, embedder)


def found(
    finder: Finder,
    actor: Actor,
    wish: Wish,
    *,
    deadline: Deadline,
    lacks: tuple[Lack, ...] = (),
) -> Answered:
    """The page, not written down yet. `lacks` are known from before."""
    finding.require_switches(actor, wish.switches)
    today = local_day(finder.clock())
    asking.check(wish.command, today)
    run = _Run(finder, actor, wish, deadline, Steps(list(lacks)))
    prepared = run.prepared(today)
    try:
        answered = run.answered(prepared)
    except QueryTooSlow:
        if not deadline.affords(LEAST_SECONDS):
            raise
        run.steps.lack(Lack.TIMES_UNCHECKED)
        answered = run.answered(replace(prepared, check_times=False))
    run.steps.done("show")
    is_empty = wish.cursor is None and answered.note.result_count == 0
    measure(run.steps.took, answered.view.degradation.level, found_nobody=is_empty)
    return answered


def wish_of(
    finder: Finder,
    command: SearchInstructors,
    *,
    cursor: str | None = None,
    limit: int = 20,
    switches: Switches = PLAIN,
    visitor: Visitor = NOBODY,
    source: SearchSource = SearchSource.TYPED,
) -> Wish:
    """A search as a door takes it in: a point is rounded, and a cursor ends with the search that
    its page belongs to.
    """
    search_id = id_of(int(finder.clock().timestamp() * 1000), secrets.randbits(RANDOM_BITS))
    if cursor is not None and is_id(cursor[-ID_LENGTH:]):
        cursor, search_id = cursor[:-ID_LENGTH], cursor[-ID_LENGTH:]
    if command.latitude is not None and command.longitude is not None:
        about = {
            "latitude": round(command.latitude, POINT_DECIMALS),
            "longitude": round(command.longitude, POINT_DECIMALS),
        }
        command = SearchInstructors.model_validate(command.model_dump() | about)
    return Wish(command, cursor, limit, switches, search_id, visitor, source)


@dataclass(frozen=True, slots=True)
class _Run:
    """One search under way."""

    finder: Finder
    actor: Actor
    wish: Wish
    deadline: Deadline
    steps: Steps

    def prepared(self, today: date) -> Prepared:
        """The text as read, with what models add to it where it is worth their time."""
        text = caching.folded(self.wish.command.q or "")
        with self.finder.begin(self.actor) as uow:
            known = vocabulary(uow)
            lookup = meaning.lookup(uow)
            parsed = parse(text, known.words, today)
            self.steps.done("parse")
            place = _resolved(uow, parsed.place, self.deadline)
        read = self._read(parsed, lookup, today)
        if read.parsed.place != parsed.place:  # a model has read other words
            with self.finder.begin(self.actor) as uow:
                place = _resolved(uow, read.parsed.place, self.deadline)
        return Prepared(
            parsed=read.parsed,
            model=read.model,
            today=today,
            vectors=self._vectors(read.parsed, lookup),
            resolution=self._further(place),
        )

    def answered(self, prepared: Prepared) -> Answered:
        """The answer, in one transaction whose statements end before the deadline does."""
        wish, finder = self.wish, self.finder
        order = Order(
            command=wish.command,
            cursor=wish.cursor,
            limit=wish.limit,
            switches=wish.switches,
            search_id=wish.search_id,
            embedder=None if wish.switches.skip_vectors else finder.vectors.embedder,
            deadline=self.deadline,
            steps=self.steps,
        )
        with finder.begin(self.actor) as uow:
            return finding.search(uow, order, prepared)

    def _read(self, parsed: Parsed, lookup: Lookup, today: date) -> Read:
        """What a model makes of a text that the grammar is not certain of."""
        readings = self.finder.readings
        if not parsed.needs_model or not readings.reader.is_on:
            return readings.read(parsed, lookup, today, deadline=self.deadline)
        share = budget.share(self.deadline, Step.READING)
        if share is None or self.wish.switches.skip_model:
            self.steps.lack(Lack.MODEL_SKIPPED)
            return Read(parsed, ModelUse.TIMEOUT)
        read = readings.read(parsed, lookup, today, deadline=share)
        self.steps.lack(MODEL_LACKS.get(read.model))
        self.steps.done("model")
        return read

    def _vectors(self, parsed: Parsed, lookup: Lookup) -> Mapping[str, Vectors] | None:
        """The vectors of unclear wishes, where a remote model has to be asked for them."""
        vectors = self.finder.vectors
        if not vectors.embedder.is_remote or self.wish.switches.skip_vectors:
            return None
        unclear = fusion.unclear(parsed, lookup)
        share = budget.share(self.deadline, Step.VECTORS)
        if not unclear or share is None:
            return None
        asked = vectors.of(unclear, deadline=share)
        self.steps.done("vectors")
        if asked.reason is not None:
            self.steps.lack(finding.lack_of(asked.reason))
            return None
        return asked.vectors

    def _further(self, found: Resolution | None) -> Resolution | None:
        """What the words for a place mean; models are asked where nothing else decides."""
        command, switches = self.wish.command, self.wish.switches
        if found is None:
            return None
        if found.place is None and command.area is None and command.borough is None:
            finder = self.finder
            found = guessing.further(
                Guesser(finder.begin, finder.vectors, finder.readings),
                self.actor,
                found,
                deadline=self.deadline,
                skip_vectors=switches.skip_vectors,
                skip_model=switches.skip_model,
            )
        for step in found.skipped:
            self.steps.lack(PLACE_LACKS.get((step.tier, step.why)))
        self.steps.done("place")
        return found


def _resolved(uow: Uow, phrase: PlacePhrase | None, deadline: Deadline) -> Resolution | None:
    """What the words for a place mean by the steps that ask nobody."""
    if phrase is None or phrase.how is PlaceMention.NEAR_ME:
        return None
    return places.resolve(uow, phrase, deadline=deadline)
