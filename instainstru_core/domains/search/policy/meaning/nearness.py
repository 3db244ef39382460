"""Which services words come near to, where they mean none; and which they cannot be about."""

from collections.abc import Sequence

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.search.policy.meaning.forms import GENERIC, is_like, singular
from instainstru_core.domains.search.policy.meaning.lexicon import WEAK_NAMES
from instainstru_core.domains.search.policy.meaning.real_words import TRADES

LEAST_LIKENESS = 0.45
LEAST_LIKENESS_OF_SYNONYMS = 0.5
"""How near in meaning a service has to be that shares one word of several."""

ACTION = "ing"
# fmt: off
ASPECTS = frozenset({
    "basics", "form", "fundamentals", "moves", "patterns", "routine", "routines", "steps", "style",
    "styles", "technique", "techniques", "tips", "tricks",
})
# fmt: on
"""What there is of anything that is done: "dancing steps" are dancing."""


def is_akin(words: str, entry: Entry, *, text: float, likeness: float) -> bool:
    """Whether a service is called by a word like one of these. What people have done rather than
    learn is like nothing, and so are words that mean something else beside others.

    One word of several says too little unless the whole means much the same by text or by vector
    (`likeness`): ice fishing is no ice skating. Of other names than its own only the last word
    counts, which they are about, and only the vector: wedding flowers are no wedding, and a hula
    hoop is no basketball.
    """
    said = _said(words)
    if not TRADES.isdisjoint((*said, *map(singular, said))):
        return False
    is_alone = len(said) == 1
    if _shares_name(said, entry):
        return is_alone or max(text, likeness) >= LEAST_LIKENESS
    return _shares_synonym(said, entry) and (is_alone or likeness >= LEAST_LIKENESS_OF_SYNONYMS)


def is_about(words: str, entry: Entry) -> bool:
    """Whether a service speaks of what these words say that something is done to: throwing axes has
    nothing to do with throwing pots, nor line dancing with tap dancing. Words that say no such
    thing are about every service.
    """
    said = _said(words)
    done = _done(said)
    if not done:
        return True
    texts = (entry.name, *entry.synonyms, entry.description)
    spoken = {singular(word) for text in texts for word in fold(text).split()}
    return any(singular(word) in spoken for word in said[:done])


def _said(words: str) -> list[str]:
    return [word for word in fold(words).split() if word not in GENERIC]


def _done(words: Sequence[str]) -> int:
    """Where it stands what is done to something: 1 in "axe throwing" and "square dancing steps", 0
    where nothing is.
    """
    last = len(words) - 1
    while last > 0 and words[last] in ASPECTS:
        last -= 1
    return last if last > 0 and words[last].endswith(ACTION) else 0


def _shares_name(said: Sequence[str], entry: Entry) -> bool:
    """Whether one of these words is of its name; where something is done to one, just that."""
    name = set(fold(entry.name).split()) - GENERIC - WEAK_NAMES
    done = _done(said)
    if not done:
        return any(is_like(one, other) for one in said for other in name)
    things = {singular(word) for word in name}
    return any(singular(one) in things for one in said[:done]) or any(
        is_like(said[done], other) for other in name
    )


def _shares_synonym(said: Sequence[str], entry: Entry) -> bool:
    """Likewise of what its other names are about."""
    others = {words[-1] for words in map(_said, entry.synonyms) if words} - WEAK_NAMES
    if done := _done(said):
        return not {singular(one) for one in said[:done]}.isdisjoint(map(singular, others))
    return any(is_like(one, other) for one in said for other in others)
