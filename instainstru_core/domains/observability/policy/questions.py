"""Which metric a plain question means: words, windows, percentiles, and how sure that is. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import log

from rapidfuzz import fuzz

from instainstru_core.domains.reporting.policy import windows
from instainstru_core.domains.reporting.types import Window

BAR = 0.78
CLEAR_LEAD = 0.03
CERTAIN = 0.97
NEAREST = 3
MAX_WINDOW_WORDS = 5
SLIP = 0.85
SHORTEST_SLIP = 5

FILLER = frozenset(
    re.findall(
        r"\w+",
        "a all an and any are as at be been being but can come"
        " could current currently did do does earn far for from get give had happened"
        " has have how i if in is it latest let like look looking made"
        " make many me mine much my now of on or our over per please"
        " right see show so system tell than that the their there these this those"
        " to us was we were what whats which who with would you your",
    )
)
SHORT_WINDOWS: dict[tuple[str, ...], str] = {
    ("last", "minute"): "1m",
    ("last", "hour"): "1h",
    ("last", "day"): "24h",
    ("past", "minute"): "1m",
    ("past", "hour"): "1h",
    ("past", "day"): "24h",
}
NOT_WINDOWS = frozenset({"may", "mar", "march"})  # words of other meanings as well
INTRODUCING = frozenset({"in", "for", "of", "during", "since"})
PERCENTILE = re.compile(
    r"\bp(?P<short>\d{2})\b|\b(?P<long>\d{2})(?:st|nd|rd|th)? ?(?:percentile|%ile)\b"
)
MEDIAN = re.compile(r"\bmedian\b")
SEPARATORS = re.compile(r"[^a-z0-9%./:+-]+")
MEDIAN_PERCENTILE = 50


@dataclass(frozen=True, slots=True)
class Heard:
    """A question taken apart: what is left of it, and what it says about time and percentile."""

    words: str
    window: Window | None
    percentile: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A metric, and how well the question fits its best phrase: 0 to 1."""

    name: str
    confidence: float


def hear(question: str, *, now: datetime) -> Heard:
    """Take a question apart."""
    text = question.casefold().replace("\u2019", "'").replace("'s ", " ")
    percentile, text = _percentile(text)
    tokens = [word.strip(".-:+/") for word in SEPARATORS.sub(" ", text).split()]
    window, tokens = _window([word for word in tokens if word], now)
    kept = _kept(tokens) or (["latency"] if percentile else [])
    return Heard(" ".join(kept), window, percentile)


def ranked(words: str, phrases: Mapping[str, Collection[str]]) -> list[Candidate]:
    """All metrics, best first. `phrases` holds what people call each of them."""
    asked = _tokens(words)
    called = {name: [_tokens(known) for known in found] for name, found in phrases.items()}
    spread = Counter(
        token for found in called.values() for token in {word for known in found for word in known}
    )
    weights = {token: log(1 + len(called) / count) for token, count in spread.items()}
    strange = log(1 + len(called))
    found = [
        Candidate(name, max((_score(asked, known, weights, strange) for known in one), default=0.0))
        for name, one in called.items()
    ]
    return sorted(found, key=lambda one: (-one.confidence, one.name))


def is_clear(found: Sequence[Candidate]) -> bool:
    """Whether the best candidate is good enough, and clearly better than the next."""
    if not found or found[0].confidence < BAR:
        return False
    if len(found) == 1 or found[0].confidence >= CERTAIN > found[1].confidence:
        return True
    return found[0].confidence - found[1].confidence >= CLEAR_LEAD


def normalized(text: str) -> str:
    """Lower case, without filler, plurals and order."""
    return " ".join(_tokens(text))


@lru_cache(maxsize=2_000)
def _tokens(text: str) -> tuple[str, ...]:
    words = SEPARATORS.sub(" ", text.casefold().replace("_", " ").replace("-", " ")).split()
    return tuple(sorted({_singular(word) for word in _kept(words)}))


def _score(
    asked: Sequence[str], known: Sequence[str], weights: Mapping[str, float], strange: float
) -> float:
    """How much of each is in the other, rare words counting most: 1 where all of both is."""
    if not asked or not known:
        return 0.0
    shared = 0.0
    for word in known:
        likeness = max(_likeness(word, other) for other in asked)
        shared += likeness * weights[word]
    heard = sum(
        max((weights[word] for word in known if _likeness(word, other)), default=None)
        or weights.get(other, strange)
        for other in asked
    )
    needed = sum(weights[word] for word in known)
    return round(2 * shared / (heard + needed), 2)


def _likeness(word: str, other: str) -> float:
    """1 for the same word, nearly as much for a slip of the finger, else nothing."""
    if word == other:
        return 1.0
    if min(len(word), len(other)) < SHORTEST_SLIP:
        return 0.0
    likeness = fuzz.ratio(word, other) / 100
    return likeness if likeness >= SLIP else 0.0


def _kept(tokens: Sequence[str]) -> list[str]:
    return [word for word in tokens if word not in FILLER]


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "ies" and one letter more
        return word[:-3] + "y"
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))  # noqa: PLR2004
    return word[:-1] if is_plural else word


def _percentile(text: str) -> tuple[int | None, str]:
    found = PERCENTILE.search(text)
    if found is not None:
        number = int(found["short"] or found["long"])
        return (number or None), text[: found.start()] + " " + text[found.end() :]
    if MEDIAN.search(text):
        return MEDIAN_PERCENTILE, MEDIAN.sub(" ", text, count=1)
    return None, text


def _window(tokens: list[str], now: datetime) -> tuple[Window | None, list[str]]:
    """The longest run of words that names a stretch of time, and the words without it."""
    for count in range(min(MAX_WINDOW_WORDS, len(tokens)), 0, -1):
        for first in range(len(tokens) - count + 1):
            run = tokens[first : first + count]
            is_introduced = first > 0 and tokens[first - 1] in INTRODUCING
            if count == 1 and run[0] in NOT_WINDOWS and not is_introduced:
                continue
            words = SHORT_WINDOWS.get(tuple(run[:2]), "") if count == 2 else ""  # noqa: PLR2004
            try:
                window = windows.parse(words or " ".join(run), now=now)
            except windows.UnclearWindow:
                continue
            return window, tokens[:first] + tokens[first + count :]
    return None, tokens
