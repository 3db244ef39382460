"""Scores of labelled queries: slot by slot, places, services, and how long it takes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import cast

from pydantic import BaseModel, ConfigDict

from cli.search_evaluation.labels import Half, Query, Wish
from cli.search_evaluation.reading import Reader, Understood, Where
from cli.search_evaluation.slots import SLOTS, Outcome, compared, corrupted

SLOTS_RIGHT, PLACES_RIGHT, FIRST_RIGHT = 0.98, 0.98, 0.95
"""What search is held to, beside that no right word is ever corrupted."""

FIRST, FEW = 1, 5
MILLISECONDS = 1_000
View = ConfigDict(frozen=True)


class SlotScore(BaseModel):
    """One slot over all queries that are scored in it."""

    model_config = View

    slot: str
    labelled: int
    right: int
    wrong: int
    missed: int
    invented: int
    precision: float
    recall: float


class ServiceScore(BaseModel):
    """How high the right services stand, over all wishes; and how often nothing was made up."""

    model_config = View

    wishes: int
    hit_at_1: float
    hit_at_5: float
    mean_reciprocal_rank: float
    without_wish: int
    nothing_made_up: float
    kept_out: float


class PlaceScore(BaseModel):
    """Places, over all queries in which one is named or was found."""

    model_config = View

    queries: int
    right: int
    accuracy: float


class Latency(BaseModel):
    """Milliseconds of the grammar, and of all of the understanding."""

    model_config = View

    grammar_p50: float
    grammar_p95: float
    all_p50: float
    all_p95: float


class Miss(BaseModel):
    """A query that was not understood as labelled, and how."""

    model_config = View

    query: str
    what: list[str]


class Scores(BaseModel):
    """The scoreboard of one set. Of the blind half no misses are listed."""

    model_config = View

    half: Half
    queries: int
    slots: list[SlotScore]
    slots_right: float
    services: ServiceScore
    places: PlaceScore
    corrupted_words: int
    fully_right: int
    latency: Latency
    misses: list[Miss] = []

    @property
    def meets_targets(self) -> bool:
        """Whether search is as good as it is held to be."""
        return (
            self.slots_right >= SLOTS_RIGHT
            and self.places.accuracy >= PLACES_RIGHT
            and self.services.hit_at_1 >= FIRST_RIGHT
            and self.corrupted_words == 0
        )


@dataclass(slots=True)
class _Tally:
    """What is counted while queries are read."""

    slots: Counter[tuple[str, Outcome]] = field(default_factory=Counter[tuple[str, Outcome]])
    ranks: list[int | None] = field(default_factory=list[int | None])
    nothing: list[bool] = field(default_factory=list[bool])
    kept_out: list[bool] = field(default_factory=list[bool])
    places: list[bool] = field(default_factory=list[bool])
    corrupted: int = 0
    grammar: list[float] = field(default_factory=list[float])
    whole: list[float] = field(default_factory=list[float])
    misses: list[Miss] = field(default_factory=list[Miss])


def score(half: Half, queries: Sequence[Query], reader: Reader) -> Scores:
    """Read all queries and compare them with their labels. The first pass warms up."""
    for query in queries:
        reader.read(query.text, query.today)
    tally = _Tally()
    for query in queries:
        understood = reader.read(query.text, query.today)
        what = [*_slots(query, understood, tally), *_services(query, understood, reader, tally)]
        what += _place(query, understood.where, reader, tally)
        tally.grammar.append(understood.parse_seconds)
        tally.whole.append(understood.seconds)
        if what:
            tally.misses.append(Miss(query=query.text, what=what))
    return _scores(half, queries, tally)


def _slots(query: Query, understood: Understood, tally: _Tally) -> Iterable[str]:
    for slot, outcome in compared(query, understood.parsed).items():
        tally.slots[slot, outcome] += 1
        if outcome not in {Outcome.RIGHT, Outcome.EMPTY}:
            yield f"{slot} {outcome}"
    broken = corrupted(query, understood.parsed)
    tally.corrupted += len(broken)
    for word in broken:
        yield f"{word} corrupted"


def _services(query: Query, understood: Understood, reader: Reader, tally: _Tally) -> Iterable[str]:
    found = {slug for ranking in understood.ranked for slug in ranking}
    if not query.wishes:
        tally.nothing.append(not found)
        if found:
            yield f"services made up: {', '.join(sorted(found)[:FEW])}"
    for wish in query.wishes:
        rank = _rank(wish, understood.ranked, reader)
        tally.ranks.append(rank)
        if rank != FIRST:
            yield f"{wish.group or ' or '.join(sorted(wish.slugs))} at rank {rank or 'none'}"
    if query.excluded_services:
        tally.kept_out.append(query.excluded_services.isdisjoint(found))
        if not tally.kept_out[-1]:
            yield "what is excluded was found"


def _rank(wish: Wish, ranked: Sequence[Sequence[str]], reader: Reader) -> int | None:
    """The best rank of a right service among the answers to any one wish."""
    return min(
        (
            at
            for ranking in ranked
            for at, slug in enumerate(ranking, start=1)
            if _is_right(wish, slug, reader)
        ),
        default=None,
    )


def _is_right(wish: Wish, slug: str, reader: Reader) -> bool:
    if wish.group is None:
        return slug in wish.slugs
    kind, _, name = wish.group.partition(":")
    entry = reader.by_slug[slug]
    return name == (entry.category if kind == "category" else entry.subcategory).slug


def _place(query: Query, where: Where | None, reader: Reader, tally: _Tally) -> Iterable[str]:
    if "place" in query.unscored:
        return
    is_named = "place" in query.slots
    if not is_named and where is None:
        return
    right = is_named and _is_there(query.slots["place"], where, reader)
    if right and query.slots.get("ambiguous"):
        right = where is not None and where.is_ambiguous
    tally.places.append(right)
    if not right:
        yield "place wrong" if where is not None else "place not found"


def _is_there(label: object, where: Where | None, reader: Reader) -> bool:
    if where is None or label is None:
        return where is None and label is None
    if label == "near_me":
        return where.is_near_me
    if label == "city":
        return where.is_city
    wanted = cast(Mapping[str, object], label)
    if "borough" in wanted:
        return where.areas == reader.areas_of(str(wanted["borough"])) and not where.is_city
    needed = frozenset(cast(list[str], wanted["areas"]))
    allowed = needed | frozenset(cast(list[str], wanted.get("may", [])))
    return needed <= where.areas <= allowed


def _scores(half: Half, queries: Sequence[Query], tally: _Tally) -> Scores:
    slots = [_slot_score(slot, tally) for slot in SLOTS]
    right = sum(slot.right for slot in slots)
    judged = right + sum(slot.wrong + slot.missed + slot.invented for slot in slots)
    ranks = tally.ranks
    return Scores(
        half=half,
        queries=len(queries),
        slots=slots,
        slots_right=_share(right, judged),
        services=ServiceScore(
            wishes=len(ranks),
            hit_at_1=_share(sum(rank == FIRST for rank in ranks), len(ranks)),
            hit_at_5=_share(sum(rank is not None and rank <= FEW for rank in ranks), len(ranks)),
            mean_reciprocal_rank=_share(sum(1 / rank for rank in ranks if rank), len(ranks)),
            without_wish=len(tally.nothing),
            nothing_made_up=_share(sum(tally.nothing), len(tally.nothing)),
            kept_out=_share(sum(tally.kept_out), len(tally.kept_out)),
        ),
        places=PlaceScore(
            queries=len(tally.places),
            right=sum(tally.places),
            accuracy=_share(sum(tally.places), len(tally.places)),
        ),
        corrupted_words=tally.corrupted,
        fully_right=len(queries) - len(tally.misses),
        latency=Latency(
            grammar_p50=_percentile(tally.grammar, 50),
            grammar_p95=_percentile(tally.grammar, 95),
            all_p50=_percentile(tally.whole, 50),
            all_p95=_percentile(tally.whole, 95),
        ),
        misses=[] if half is Half.BLIND else tally.misses,
    )


def _slot_score(slot: str, tally: _Tally) -> SlotScore:
    right, wrong, missed, invented = (
        tally.slots[slot, outcome]
        for outcome in (Outcome.RIGHT, Outcome.WRONG, Outcome.MISSED, Outcome.INVENTED)
    )
    return SlotScore(
        slot=slot,
        labelled=right + wrong + missed,
        right=right,
        wrong=wrong,
        missed=missed,
        invented=invented,
        precision=_share(right, right + wrong + invented),
        recall=_share(right, right + wrong + missed),
    )


def _share(part: float, whole: int) -> float:
    """A share of 1; where there was nothing to get wrong, 1."""
    return round(part / whole, 4) if whole else 1.0


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return round(quantiles(seconds, n=100)[percent - 1] * MILLISECONDS, 3)
