"""Which services words mean, by what searches use: whoever looks up sees what searchers get."""

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.errors import QueryUnusable
from instainstru_core.domains.search.policy import caching
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.schemas.looking_up import LookupMatch, LookupView
from instainstru_core.domains.search.service import meaning
from instainstru_core.domains.search.service.understanding import with_wish
from instainstru_core.domains.search.service.vocabulary import vocabulary
from instainstru_core.domains.search.types.meaning import Meant, ServiceMatch
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow

MAX_LENGTH = 200
AMBIGUITY_MARGIN = 0.05
SECONDS = 0.5


@operation("search.lookup")
def lookup(uow: Uow, query: str, *, limit: int = 5, embedder: Embedder | None = None) -> LookupView:
    """The services that a search for these words would look for, best first; none is an answer too.
    What else the words say (where, when, for whom) is read and left out. For everybody.

    Without a local `embedder` it is the text alone that counts. Raises QueryUnusable.
    """
    if len(query) > MAX_LENGTH or not any(letter.isalnum() for letter in query):
        raise QueryUnusable(
            f"Say in 1 to {MAX_LENGTH} characters, with at least one letter or"
            " digit, what someone wants to learn, such as 'double bass'.",
            length=len(query),
        )
    known = vocabulary(uow)
    parsed = with_wish(parse(caching.folded(query), known.words, local_day(uow.now)))
    found = meaning.services_meant(
        uow, parsed, embedder=embedder, deadline=Deadline.within(SECONDS)
    )
    matches = _matches(found)
    shown = matches[:limit]
    near = found.nearest if not matches else ()
    views = catalog.services_by_ids(uow, [*(one.service_id for one in shown), *near])
    return LookupView(
        query=query,
        corrected=parsed.corrected,
        ambiguous=len(matches) > 1 and matches[0].score - matches[1].score < AMBIGUITY_MARGIN,
        matches=[
            LookupMatch(
                service=views[one.service_id],
                score=one.score,
                reason=one.reason,
                matched=one.matched or one.words,
            )
            for one in shown
        ],
        nearest=[views[one] for one in near],
        not_understood=" ".join(map(parsed.typed, found.missed)) or None,
    )


def _matches(found: Meant) -> list[ServiceMatch]:
    """What is meant, each service once, in the order of its best match."""
    best: dict[str, ServiceMatch] = {}
    for wish in found.wishes:
        for match in wish.matches:
            known = best.get(match.service_id)
            if match.service_id not in found.excluded and (
                known is None or match.score > known.score
            ):
                best[match.service_id] = match
    return sorted(best.values(), key=lambda match: (-match.score, match.service_id))
