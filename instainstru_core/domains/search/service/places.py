"""What the words for a place mean, by what the map knows and by what searches have taught."""

from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.search.policy.places import ladder
from instainstru_core.domains.search.types.parsed import PlacePhrase
from instainstru_core.domains.search.types.places import Resolution, Skipped, Tier, WhySkipped
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LEAST_SECONDS = 0.02
"""What asking further takes at the least."""


def gazetteer(uow: Uow) -> Gazetteer:
    """Every name of every place, with those that were learned; for the parser, too."""
    return regions.gazetteer(uow)


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
