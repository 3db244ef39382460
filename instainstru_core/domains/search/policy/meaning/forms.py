"""The forms under which a word is looked up: as it is, in the singular, squashed, its root."""

import re
from functools import lru_cache

from instainstru_core.domains.catalog.policy import fold

# fmt: off
GENERIC = frozenset({
    "a", "an", "and", "any", "at", "best", "by", "class", "classes", "coach", "coaches",
    "coaching", "course", "courses", "expert", "find", "for", "from", "get", "good", "great",
    "help", "how", "i", "in", "instruction", "instructor", "instructors", "into", "learn",
    "learning", "lesson", "lessons", "local", "looking", "me", "mentor", "my", "need", "of",
    "on", "or", "our", "practice", "private", "pro", "professional", "school", "session",
    "sessions", "skills", "some", "someone", "study", "teach", "teacher", "teachers",
    "teaching", "the", "to", "trainer", "training", "tutor", "tutorial", "tutorials",
    "tutoring", "tutors", "want", "wants", "with", "workshop", "workshops",
})
# fmt: on
"""Words that say that someone wants to learn, not what."""

LEAST_ROOT = 3
_ENDINGS = ("ing", "ers", "er", "ed", "ists", "ist")
_VOWELS = frozenset("aeiouy")
_SIDES = re.compile(r"\s*(?:&|/|,|\band\b)\s*")
_ASIDE = re.compile(r"\(([^)]*)\)")


@lru_cache(maxsize=4_096)
def singular(word: str) -> str:
    """The word in the singular, roughly: what matters is that both sides go the same way."""
    if len(word) <= LEAST_ROOT or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=4_096)
def root(word: str) -> str:
    """What dance, dancing and dancer have in common: `danc`."""
    kept = singular(word)
    for ending in _ENDINGS:
        if kept.endswith(ending) and len(kept) - len(ending) >= LEAST_ROOT:
            kept = kept.removesuffix(ending)
            break
    else:
        return kept.removesuffix("e") if len(kept) > LEAST_ROOT else kept
    if kept[-1] == kept[-2] and kept[-1] not in _VOWELS:
        kept = kept[:-1]
    return kept


def key(words: str) -> str:
    """Folded words in the singular."""
    return " ".join(map(singular, words.split()))


def squashed(words: str) -> str:
    """Folded words as one: "hip hop" and "hiphop" are the same."""
    return key(words).replace(" ", "")


def root_key(words: str) -> str:
    """The roots of folded words."""
    return " ".join(map(root, words.split()))


def without_generic(words: str) -> str:
    """Folded words but for those that only say that someone wants to learn."""
    return " ".join(word for word in words.split() if word not in GENERIC)


def whole(name: str) -> str:
    """A name without what stands in brackets: "English (ESL/EFL)" is "english"."""
    return fold(_ASIDE.sub(" ", name))


def sides(name: str) -> tuple[str, ...]:
    """The parts of a name that may stand for it: those beside "&" and "/", and in brackets."""
    parts = [*_SIDES.split(_ASIDE.sub(" ", name))]
    for aside in _ASIDE.findall(name):
        parts += [aside, *_SIDES.split(aside)]
    folded = (fold(part) for part in parts)
    return tuple(dict.fromkeys(part for part in folded if part and part != fold(name)))
