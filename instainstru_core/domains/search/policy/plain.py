"""What a text asks for, how results are ordered, how searches are compared and counted. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from instainstru_core.domains.catalog.policy import AMBIGUITY_MARGIN, Match, TermIndex, remainder
from instainstru_core.domains.regions.policy import MAX_NAME_WORDS, Gazetteer
from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.types.plain import Candidate, Ranked, Signals, Understanding

MAX_DAYS_AHEAD = 180
MAX_CLICKS = 200
CLICKABLE_FOR = timedelta(days=1)
NEAR_METERS = 5_000.0
CLOSE_METERS = 1_000.0

LEAST_MATCH = 0.46
CERTAIN_MATCH = 0.9
MAX_WORDS = 8

MATCH_WEIGHT = 0.5
PLACE_WEIGHT = 0.2
PRICE_WEIGHT = 0.15
EXPERIENCE_WEIGHT = 0.1
FOUNDING_WEIGHT = 0.05
DEAR_CENTS = 20_000
EXPERIENCED_YEARS = 20
SCALE = 10_000

NO_PLACE = 0.7
FAR_PLACE = 0.5

LEADS_TO_PLACE = frozenset({"around", "at", "by", "from", "in", "near", "on"})
NO_PLACES = frozenset({"home", "me", "my home", "my place", "person", "the city", "us"})


def normalized(text: str) -> str:
    """The text without case, accents, edge punctuation and repeated spaces: one key per wish."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    kept = "".join(char if char.isalnum() or char in "'&+#" else " " for char in plain)
    return " ".join(kept.split())


# --- what is asked -------------------------------------------------------------------------------


def understood(text: str, terms: TermIndex, gazetteer: Gazetteer) -> Understanding:
    """The services and the place that a text asks for, and the words that mean neither."""
    words = normalized(text).split()
    named = _named_place(words, gazetteer)
    if named is None:
        named = _mentioned_place(words, gazetteer)
        if named is not None and _is_certain(terms.matches(text)):
            named = None
    place, rest = (None, words) if named is None else named
    wish = " ".join(rest)
    if not remainder(wish):
        return Understanding((), place, "")
    matches, unknown = _services(wish, terms)
    return Understanding(matches, place, unknown)


def _named_place(words: Sequence[str], gazetteer: Gazetteer) -> tuple[Place, list[str]] | None:
    """The place after a word that leads to one, and the other words: "piano in park slope"."""
    for similar in (False, True):
        for at, word in enumerate(words):
            if word not in LEADS_TO_PLACE:
                continue
            for size in range(min(MAX_NAME_WORDS, len(words) - at - 1), 0, -1):
                phrase = " ".join(words[at + 1 : at + 1 + size])
                if phrase in NO_PLACES:
                    break
                place = gazetteer.find(phrase, similar=similar)
                if place is not None:
                    return place, [*words[:at], *words[at + 1 + size :]]
    return None


def _mentioned_place(words: Sequence[str], gazetteer: Gazetteer) -> tuple[Place, list[str]] | None:
    """The longest name of a place among the words, the last of those, and the other words."""
    for size in range(min(MAX_NAME_WORDS, len(words)), 0, -1):
        for at in range(len(words) - size, -1, -1):
            place = gazetteer.find(" ".join(words[at : at + size]), similar=False)
            if place is not None:
                return place, [*words[:at], *words[at + size :]]
    return None


def _services(wish: str, terms: TermIndex) -> tuple[tuple[Match, ...], str]:
    """The services that the words mean, and those words that did not help to find them."""
    matches = _kept(terms.matches(wish))
    if matches:
        return matches, ""
    words = remainder(wish).split()
    for size in range(min(len(words), MAX_WORDS) - 1, 0, -1):
        for at in range(len(words) - size + 1):
            found = terms.matches(" ".join(words[at : at + size]))
            if _is_certain(found):
                return _kept(found), " ".join([*words[:at], *words[at + size :]])
    return (), " ".join(words)


def _is_certain(matches: Sequence[Match]) -> bool:
    return bool(matches) and matches[0].score >= CERTAIN_MATCH


def _kept(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The best matches: those about as good as the first, if that is good enough."""
    if not matches or matches[0].score < LEAST_MATCH:
        return ()
    least = max(LEAST_MATCH, matches[0].score - AMBIGUITY_MARGIN)
    return tuple(match for match in matches if match.score > least or match is matches[0])


# --- the order of the results --------------------------------------------------------------------


def ranked(
    offers: Iterable[Candidate], services: Mapping[str, float], *, somewhere: bool
) -> list[Ranked]:
    """The best offering of each instructor, best first."""
    best: dict[str, Ranked] = {}
    for offer in offers:
        judged = _judged(offer, services.get(offer.service_id, 1.0), somewhere=somewhere)
        known = best.get(offer.instructor_id)
        if known is None or _better(judged) < _better(known):
            best[offer.instructor_id] = judged
    return sorted(best.values(), key=lambda one: one.order)


def after(results: Sequence[Ranked], score: int, instructor_id: str) -> Iterator[Ranked]:
    """The results that come after the one with this score and id."""
    return (one for one in results if one.order > (-score, instructor_id))


def _better(judged: Ranked) -> tuple[int, int, str]:
    return -judged.score, judged.offer.from_cents, judged.offer.offering_id


def _judged(offer: Candidate, match: float, *, somewhere: bool) -> Ranked:
    signals = Signals(
        match=match,
        place=_nearness(offer) if somewhere else NO_PLACE,
        price=1 - 0.5 * min(offer.from_cents, DEAR_CENTS) / DEAR_CENTS,
        experience=min(offer.years_experience, EXPERIENCED_YEARS) / EXPERIENCED_YEARS,
        founding=1.0 if offer.is_founding else 0.0,
    )
    score = (
        MATCH_WEIGHT * signals.match
        + PLACE_WEIGHT * signals.place
        + PRICE_WEIGHT * signals.price
        + EXPERIENCE_WEIGHT * signals.experience
        + FOUNDING_WEIGHT * signals.founding
    )
    return Ranked(offer, signals, round(score * SCALE))


def _nearness(offer: Candidate) -> float:
    """Who comes or teaches there is nearest; beyond that it is the way to the lesson."""
    if offer.travels_there or (offer.hosts_there and offer.meters is None):
        return 1.0
    if offer.meters is None:
        return NO_PLACE
    beyond = min(max(offer.meters - CLOSE_METERS, 0.0) / (NEAR_METERS - CLOSE_METERS), 1.0)
    return 1 - (1 - FAR_PLACE) * beyond


# --- limits --------------------------------------------------------------------------------------


def is_within_reach(day: date, today: date) -> bool:
    """Whether a day can be searched for: today and so many days after it."""
    return today <= day <= today + timedelta(days=MAX_DAYS_AHEAD)
