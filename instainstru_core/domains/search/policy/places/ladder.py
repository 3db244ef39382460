"""The steps that need no model: exact, alias, substring, fuzzy. Each is only tried after the one
before it found nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from instainstru_core.domains.regions.policy import MAX_NAME_WORDS, Gazetteer, bare
from instainstru_core.domains.regions.policy.gazetteer import joined, titled
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search.policy.places.words import (
    DIRECTIONS,
    FILLING,
    JOINING,
    SIGHTS,
    STATES,
    TELLING,
    ZIP_WORDS,
)
from instainstru_core.domains.search.types.places import (
    Candidate,
    Resolution,
    Skipped,
    Tier,
    WhySkipped,
)

LEAST_LENGTH = 2
LEAST_PART = 4
"""A shorter word says too little to look for it within names."""
MOST_CANDIDATES = 8
"""A word that more areas share says nothing."""
MOST_NAMES = 5
LONGEST_NAME = 8
"""Words of the longest name that is one of several."""

MOST_GUESSED = 3
"""Of names that are all as near as the nearest."""

CERTAIN = 1.0
LIKELY = 0.9
A_SLIP = 0.8


def resolve(text: str, gazetteer: Gazetteer) -> Resolution:
    """What the words mean on the map. Says of the two other steps only that they are not needed."""
    name = gazetteer.folded(text)
    wanted = bare(name)
    if len(wanted) < LEAST_LENGTH or all(word in FILLING for word in wanted.split()):
        return _nothing(wanted, WhySkipped.NOTHING_TO_ASK)
    found = (
        _known(name, gazetteer)
        or _several(wanted, gazetteer)
        or _several(name, gazetteer)
        or _elsewhere(wanted, gazetteer)
        or _with_zip(wanted, gazetteer)
        or _around(wanted, gazetteer)
        or _within(wanted, gazetteer)
        or _squashed(wanted, gazetteer)
        or _fuzzy(wanted, gazetteer)
    )
    if found is None:
        return Resolution(wanted)
    return found.without(
        *(Skipped(tier, WhySkipped.NOT_NEEDED) for tier in (Tier.EMBEDDING, Tier.MODEL))
    )


def found(
    text: str, place: Place, tier: Tier, confidence: float, gazetteer: Gazetteer
) -> Resolution:
    """The words mean this place; its areas are candidates where it is not clear which is meant."""
    candidates: tuple[Candidate, ...] = ()
    if place.ambiguous:
        areas = (gazetteer.by_key(key) for key in place.area_keys)
        candidates = tuple(
            Candidate(area.area_keys[0], area.name, area.borough) for area in areas if area
        )
    return Resolution(text, place, tier, confidence, candidates)


def _nothing(text: str, why: WhySkipped) -> Resolution:
    return Resolution(text).without(*(Skipped(tier, why) for tier in (Tier.EMBEDDING, Tier.MODEL)))


def _known(name: str, gazetteer: Gazetteer) -> Resolution | None:
    place = gazetteer.known(name)
    if place is None:
        return None
    wanted = bare(name)
    tier = Tier.EXACT if {name, wanted} & gazetteer.official else Tier.ALIAS
    return found(wanted, place, tier, CERTAIN, gazetteer)


def _elsewhere(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """A place that is well known and not here, or a ZIP code of somewhere else."""
    words = [word for word in wanted.split() if word not in ZIP_WORDS]
    is_zip = len(words) == 1 and _is_zip(words[0])
    is_abroad = len(words) > 1 and words[-1] in STATES
    if gazetteer.is_elsewhere(wanted) or is_zip or is_abroad:
        return Resolution(wanted, tier=Tier.EXACT, elsewhere=titled(wanted))
    return None


def _is_zip(word: str) -> bool:
    return len(word) == 5 and word.isdigit()  # noqa: PLR2004 - that is what a ZIP code is


def _several(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """Several names: "astoria or sunnyside", "between chelsea and soho", "ues uws". All count."""
    words = wanted.removeprefix("between ").split()
    names = _joined_parts(words, gazetteer) or _parts(
        [word for word in words if word not in JOINING], gazetteer
    )
    if len(names) <= 1:
        return None
    places = [gazetteer.places[name] for name in names]
    city = next((place for place in places if place.kind is PlaceKind.CITY), None)
    place = city or joined(places, ambiguous=all(place.ambiguous for place in places))
    return found(wanted, place, Tier.ALIAS, CERTAIN, gazetteer)


def _joined_parts(words: Sequence[str], gazetteer: Gazetteer) -> list[str]:
    """The names of which none reaches over a word that joins two; none where a word is left."""
    names: list[str] = []
    for joins, run in groupby(words, key=JOINING.__contains__):
        parts = [] if joins else _parts(list(run), gazetteer)
        if not parts and not joins:
            return []
        names += parts
    return names[:MOST_NAMES]


def _parts(words: Sequence[str], gazetteer: Gazetteer) -> list[str]:
    """The names that the words are made of, the longest first; none where a word is left over."""
    names: list[str] = []
    at = 0
    while at < len(words) and len(names) < MOST_NAMES:
        size = next(
            (
                size
                for size in range(min(LONGEST_NAME, len(words) - at), 0, -1)
                if " ".join(words[at : at + size]) in gazetteer.places
            ),
            0,
        )
        if not size:
            return []
        names.append(" ".join(words[at : at + size]))
        at += size
    return names if at == len(words) else []


def _with_zip(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """An address that ends with its ZIP code: "astoria ny 11102"."""
    codes = [word for word in wanted.split()[1:] if _is_zip(word)]
    place = gazetteer.known(codes[-1]) if codes else None
    return None if place is None else found(wanted, place, Tier.SUBSTRING, LIKELY, gazetteer)


def _around(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """A name with words around it that change nothing: "heart of soho", "upper west side north",
    "harlem hospital". Names that are also other things do not count here.
    """
    words = wanted.split()
    around = FILLING | DIRECTIONS | SIGHTS
    for size in range(min(len(words) - 1, MAX_NAME_WORDS), 0, -1):
        for at in range(len(words) - size + 1):
            if not around.issuperset([*words[:at], *words[at + size :]]):
                continue
            name = " ".join(words[at : at + size])
            if len(name) < LEAST_PART or name in gazetteer.weak:
                continue
            place = gazetteer.known(name)
            if place is not None:
                return found(wanted, place, Tier.SUBSTRING, LIKELY, gazetteer)
    return None


def _within(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """Whole words of official names: "peter cooper" of one, "prospect" of several."""
    words = wanted.split()
    if len(words) == 1 and wanted not in TELLING:
        return None
    part = f" {wanted} "
    names = sorted(name for name in gazetteer.official if part in f" {name} ")
    keys: dict[str, None] = {}
    for name in names:
        place = gazetteer.places.get(name)
        if place is not None and place.kind is not PlaceKind.BOROUGH:
            keys |= dict.fromkeys(place.area_keys)
    if not 0 < len(keys) <= MOST_CANDIDATES:
        return None
    areas = _areas(keys, gazetteer)
    place = joined(areas, ambiguous=len(areas) > 1)
    return found(wanted, place, Tier.SUBSTRING, LIKELY, gazetteer)


def _squashed(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """A name without its spaces, or with one too many: "parkslope", "green point"."""
    short = wanted.replace(" ", "")
    name = gazetteer.squashed.get(short)
    place = gazetteer.places.get(short if name is None else name)
    if place is None:
        return None
    return found(wanted, place, Tier.FUZZY, LIKELY, gazetteer)


def _fuzzy(wanted: str, gazetteer: Gazetteer) -> Resolution | None:
    """Names that are a slip of the hand away, if they do not mean too many places."""
    names = gazetteer.similar(wanted)
    places = list(dict.fromkeys(gazetteer.places[name] for name in names))
    if not 0 < len(places) <= MOST_GUESSED:
        return None
    if len(places) == 1:
        return found(wanted, places[0], Tier.FUZZY, A_SLIP, gazetteer)
    place = joined(places, ambiguous=True)
    return found(wanted, place, Tier.FUZZY, A_SLIP / len(places), gazetteer)


def _areas(keys: Iterable[str], gazetteer: Gazetteer) -> list[Place]:
    found = (gazetteer.by_key(key) for key in keys)
    return [area for area in found if area is not None]
