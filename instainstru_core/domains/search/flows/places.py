"""Asking models about words for a place that the map does not know: first what lies near by vector,
then a language model that picks from the names there are. No transaction is open meanwhile.
"""

from dataclasses import dataclass

from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.reading import Readings
from instainstru_core.domains.search.policy import budget
from instainstru_core.domains.search.policy.budget import Step
from instainstru_core.domains.search.policy.meaning.texts import place_text
from instainstru_core.domains.search.policy.places import guessing
from instainstru_core.domains.search.service import aliases, embeddings, places
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.places import Resolution, Skipped, Tier, WhySkipped
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

LOCAL_SECONDS = 0.02
"""What a model in this process takes at the most, once it is loaded."""

MOST_NEAR = 8

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who is asked about places that the map does not know."""

    begin: Begin
    vectors: QueryVectors
    readings: Readings


def further(
    guesser: Guesser,
    actor: Actor,
    found: Resolution,
    *,
    deadline: Deadline,
    skip_vectors: bool = False,
    skip_model: bool = False,
) -> Resolution:
    """What words mean that the steps without a model found nothing for. Each step is taken or noted
    as skipped with the reason. Whatever goes wrong, the resolution is the given one at least.

    What a language model picked waits for staff to look at it: no name yet, and nobody's word.
    """
    if found.place is not None or found.skipped or not found.text:
        return found
    with guesser.begin(actor) as uow:
        names = places.gazetteer(uow)
    near = _near(guesser, actor, found, names, deadline=deadline, skip=skip_vectors)
    if isinstance(near, Resolution):
        return near.without(Skipped(Tier.MODEL, WhySkipped.NOT_NEEDED))
    found = found.without(*near)
    picked = _picked(guesser, found, names, deadline=deadline, skip=skip_model)
    if isinstance(picked, Skipped):
        return found.without(picked)
    if picked is None:
        return found
    _propose(guesser, picked)
    return picked.without(*found.skipped)


def _near(
    guesser: Guesser,
    actor: Actor,
    found: Resolution,
    names: Gazetteer,
    *,
    deadline: Deadline,
    skip: bool,
) -> Resolution | tuple[Skipped, ...]:
    """What lies near by vector; else why nobody was asked, or nothing where nothing is near."""
    embedder = guesser.vectors.embedder
    until: Deadline | None = deadline if deadline.affords(LOCAL_SECONDS) else None
    if embedder.is_remote:
        until = budget.share(deadline, Step.PLACE_VECTORS)
    if skip:
        return _skipped(Tier.EMBEDDING, WhySkipped.OFF)
    if not guessing.is_name_like(found.text, names):
        return _skipped(Tier.EMBEDDING, WhySkipped.NOT_A_NAME)
    if until is None:
        return _skipped(Tier.EMBEDDING, WhySkipped.NO_TIME)
    text = place_text(found.text)
    asked = guesser.vectors.of([text], deadline=until)
    if text not in asked.vectors:
        return _skipped(Tier.EMBEDDING, WhySkipped.UNAVAILABLE)
    with guesser.begin(actor) as uow:
        areas = embeddings.vectors(uow, EmbeddingKind.AREA, embedder)
    if not areas.subjects:
        return _skipped(Tier.EMBEDDING, WhySkipped.UNAVAILABLE)
    near = areas.nearest(asked.vectors[text], most=MOST_NEAR)
    chosen = guessing.nearest(found.text, near, names, needs_word=not embedder.is_remote)
    return () if chosen is None else chosen


def _picked(
    guesser: Guesser, found: Resolution, names: Gazetteer, *, deadline: Deadline, skip: bool
) -> Resolution | Skipped | None:
    """What a language model picks from the names there are; else why it was not asked."""
    if skip or not guesser.readings.reader.is_on:
        return Skipped(Tier.MODEL, WhySkipped.OFF)
    until = budget.share(deadline, Step.PLACE_MODEL)
    if until is None:
        return Skipped(Tier.MODEL, WhySkipped.NO_TIME)
    allowed = list(guessing.area_names(names))
    try:
        chosen = guesser.readings.pick_area(found.text, allowed, deadline=until)
    except ModelUnavailable:
        return Skipped(Tier.MODEL, WhySkipped.UNAVAILABLE)
    return guessing.picked(found.text, chosen, names)


def _propose(guesser: Guesser, picked: Resolution) -> None:
    """Have staff look at it. A search never fails over that."""
    if picked.place is None:
        return
    try:
        with guesser.begin(SYSTEM) as uow:
            aliases.propose_place_alias(uow, picked.text, picked.place.area_keys)
    except Refusal as refusal:
        _log.warning("place_not_proposed", code=refusal.code)


def _skipped(tier: Tier, why: WhySkipped) -> tuple[Skipped, ...]:
    return (Skipped(tier, why),)
