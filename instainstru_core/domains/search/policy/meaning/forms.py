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
    "on", "or", "our", "practice", "prep", "preparation", "private", "pro", "professional",
    "school", "session", "sessions", "skills", "some", "someone", "study", "teach", "teacher",
    "teachers", "teaching", "the", "to", "trainer", "training", "tutor", "tutorial",
    "tutorials", "tutoring", "tutors", "want", "wants", "with", "workshop", "workshops",
})
# fmt: on
"""Words that say that someone wants to learn, not what."""

# fmt: off
TEACHING = frozenset({
    "class", "classes", "course", "for", "help", "learn", "lesson", "lessons", "teacher", "to",
    "tutor", "tutoring",
})
# fmt: on
"""Those of them without which other names of a service are still its names."""

LEAST_ROOT = 3
LEAST_SHARED = 5
_ENDINGS = ("ing", "ed", "er", "ist")
_ACTIONS = ("ing", "ed")
_FAMILY = ("s", "ing", "ings", "ed", "er", "ers", "ist", "ists", "or", "ors", "ery", "al", "ic")
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
    """What dance, dancing and danced have in common: `danc`. A dancer is somebody."""
    return _stripped(singular(word), _ACTIONS)


@lru_cache(maxsize=4_096)
def person_root(word: str) -> str:
    """What dancing and dancer have in common."""
    return _stripped(singular(word), _ENDINGS)


def _stripped(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= LEAST_ROOT:
            kept = word.removesuffix(ending)
            break
    else:
        return word.removesuffix("e") if len(word) > LEAST_ROOT else word
    if kept[-1] == kept[-2] and kept[-1] not in _VOWELS:
        kept = kept[:-1]
    return kept


def key(words: str) -> str:
    """Folded words in the singular."""
    return " ".join(map(singular, words.split()))


def is_like(word: str, known: str) -> bool:
    """Whether a word is a known one in another form: with the same root, or begun by so much of it
    that they are one family, as defend and defense are.
    """
    if root(word) == root(known):
        return True
    if min(len(word), len(known)) <= LEAST_SHARED:  # a whole word in another is half of that one
        shorter, longer = sorted((word, known), key=len)
        return longer.startswith(shorter) and longer.endswith(_FAMILY) and len(shorter) > LEAST_ROOT
    return word[:LEAST_SHARED] == known[:LEAST_SHARED]


def squashed(words: str) -> str:
    """Folded words as one: "hip hop" and "hiphop" are the same."""
    return key(words).replace(" ", "")


def root_key(words: str) -> str:
    """The roots of folded words, also of who does it: "drummers" is "drums"."""
    return " ".join(map(person_root, words.split()))


def without_generic(words: str) -> str:
    """Folded words but for those that only say that someone wants to learn."""
    return " ".join(word for word in words.split() if word not in GENERIC)


def without_teaching(words: str) -> str:
    """A folded synonym but for the words that any service has: "swim lessons" is "swim"."""
    return " ".join(word for word in words.split() if word not in TEACHING)


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
