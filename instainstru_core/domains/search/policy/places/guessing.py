"""What becomes of guesses at a place: which of them count, and for how much.

A local model knows words and no places: what lies near must hold each word that tells something.
One that is asked over a network knows of places, too, but made-up words are near to everything.
"""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.policy.gazetteer import joined
from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.policy.places import ladder
from instainstru_core.domains.search.policy.places.learning import COMMON
from instainstru_core.domains.search.policy.places.words import DIRECTIONS, FILLING, GENERIC
from instainstru_core.domains.search.types.places import Resolution, Tier

LEAST_LIKENESS = 0.88
CLEAR_BY = 0.10
"""How much nearer than the next one an area must be to be the only one that is meant."""

MOST_NEAR = 3
MOST_PICKED = 5
SURE_OF_A_PICK = 0.7
UNSURE_OF_A_PICK = 0.5

LEAST_STEM = 5
LEAST_WRITTEN_ALIKE = 50.0
"""Below that, in percent, one word is like no name on the map, and was made up."""


def is_name_like(text: str, gazetteer: Gazetteer) -> bool:
    """Whether folded words could be a name: several that say something, or one alike to a name."""
    words = _telling(text, gazetteer)
    if len(words) != 1:
        return len(words) > 1
    best = process.extractOne(
        words[0], gazetteer.official, scorer=fuzz.ratio, score_cutoff=LEAST_WRITTEN_ALIKE
    )
    return best is not None


def nearest(
    text: str,
    near: Sequence[tuple[str, float]],
    gazetteer: Gazetteer,
    *,
    needs_word: bool,
) -> Resolution | None:
    """What the areas near by vector, the nearest first, say of a text; None where too little."""
    good = [
        (area, score)
        for key, score in near
        if score >= LEAST_LIKENESS and (area := gazetteer.by_key(key)) is not None
    ]
    if needs_word:
        telling = _telling(text, gazetteer)
        if not telling or len(text.split()) == 1:
            return None
        good = [(area, score) for area, score in good if _holds(area, telling)]
    if not good:
        return None
    best = good[0][1]
    rivals = [score for key, score in near if key not in good[0][0].area_keys]
    if not rivals or best - rivals[0] >= CLEAR_BY:
        return ladder.found(text, good[0][0], Tier.EMBEDDING, best, gazetteer)
    close = [area for area, score in good if best - score < CLEAR_BY][:MOST_NEAR]
    return ladder.found(
        text,
        joined(close, ambiguous=len(close) > 1),
        Tier.EMBEDDING,
        round(best / len(close), 4),
        gazetteer,
    )


def area_names(gazetteer: Gazetteer) -> dict[str, Place]:
    """The names that a model may pick from: those of all areas, with their boroughs."""
    return {
        f"{area.name}, {area.borough.value if area.borough else ''}": area
        for area in gazetteer.areas.values()
    }


def picked(text: str, names: Sequence[str], gazetteer: Gazetteer) -> Resolution | None:
    """What the names that a model picked say of a text; names that are none do not count."""
    allowed = area_names(gazetteer)
    places = [allowed[name] for name in dict.fromkeys(names) if name in allowed][:MOST_PICKED]
    if not places:
        return None
    sure = SURE_OF_A_PICK if len(places) == 1 else UNSURE_OF_A_PICK
    place = joined(places, ambiguous=len(places) > 1)
    return ladder.found(text, place, Tier.MODEL, sure, gazetteer)


def _telling(text: str, gazetteer: Gazetteer) -> list[str]:
    """The words that could tell which place is meant: no boroughs, no words of everywhere."""
    common = COMMON | FILLING | GENERIC | DIRECTIONS
    whole = {word for name in gazetteer.whole for word in name.split()}
    return [word for word in text.split() if word not in common and word not in whole]


def _holds(area: Place, telling: Sequence[str]) -> bool:
    """Whether each of the words is, or begins like, a word of the area's name."""
    words = "".join(char if char.isalnum() else " " for char in area.name.lower()).split()
    return all(
        any(
            word == own or (len(word) >= LEAST_STEM and own[:LEAST_STEM] == word[:LEAST_STEM])
            for own in words
        )
        for word in telling
    )
