"""What a plain question says beside its metric: time, percentile, comparison, filter. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from instainstru_core.domains.observability.types import MetricUnit
from instainstru_core.domains.reporting.policy import windows
from instainstru_core.domains.reporting.types import Window

MAX_WINDOW_WORDS = 5
MAX_ROWS = 20
MEDIAN_PERCENTILE = 50

FILLER = frozenset(
    re.findall(
        r"\w+",
        "a all an and any are as at be been being but can come"
        " could current currently did do does earn far for from get gets getting give got"
        " had happened has have how i if in is it latest let like look looking"
        " make many me mine most much my now of on or our over per please"
        " respond responding right see serve serving show so system tell than that the"
        " their there these this those to us was we were what whats which who with would you your",
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
SEPARATORS = re.compile(r"[^a-z0-9%./:+-]+")

PERCENTILE = re.compile(
    r"\bp(?P<short>\d{2})\b|\b(?P<long>\d{2})(?:st|nd|rd|th)? ?(?:percentile|%ile)\b"
)
MEDIAN = re.compile(r"\bmedian\b")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
METHOD = re.compile(rf"(?<![/\w])(?P<name>{'|'.join(METHODS)})(?![/\w])")
METHOD_BEFORE_PATH = re.compile(rf"(?<![/\w])(?P<name>{'|'.join(METHODS)}) +(?=/)", re.IGNORECASE)
PATH = re.compile(r"(?<![\w/.])(?:of +|for +|on +|at +)?(?P<path>/[\w{}./-]*[\w}])")
TOP = re.compile(r"\b(?:top|worst|best|first) (?P<count>\d{1,2})\b")
TOP_OF = re.compile(r"\b(?P<count>\d{1,2}) (?=slowest|busiest|most |worst|largest|biggest)")
COMPARED = re.compile(
    r"[,;]? \(?(?:compared (?:to|with)|in comparison (?:to|with)|relative to|versus|vs\.?|against)"
    r" (?:the )?(?P<with>[^?!.)]*)\)?"
)
UNITS = re.compile(r"\b(day|week|month|year)\b")

REWRITTEN = (
    (re.compile(r"\bhow long (?:does|do|did|will) (?:it )?take (?:to )?(?:run )?"), " latency "),
    (re.compile(r"\bhow long (?:does|do|did|will) "), " latency "),
    (re.compile(r"\bhow (?:fast|slow|quick|quickly|slowly)\b"), " latency "),
    (re.compile(r"\bhow (?:old|long ago)\b"), " age "),
    (re.compile(r"\bhow often\b|\b(?:what|which|how (?:big|large) a) part of\b"), " rate "),
    (re.compile(r"\bhow full\b"), " usage "),
    (re.compile(r"\b(?:a|each|every) second\b"), " per second "),
    (re.compile(r"\b(?:pay|pays|paid|paying) out\b"), " payout "),
    (re.compile(r"\bwe (?:still )?owe\b|\bowed to\b"), " liability "),
    (re.compile(r"\bowe[sd]?\b(?: us\b| by\b)?"), " debt "),
    (re.compile(r"\b(?:total )?(?:number|amount|count) of\b|\bcount\b"), " "),
)
"""Ways to ask, and the word that names what they ask for."""
KINDS = (
    (re.compile(r"\bper (?:second|minute)\b|\b[rq]ps\b"), (MetricUnit.PER_SECOND,)),
    (re.compile(r"\bhow many\b|\b(?:number|count) of\b|\bcount\b"), (MetricUnit.COUNT,)),
    (
        re.compile(r"\b(?:rate|share|percent|percentage|proportion|fraction|ratio)\b"),
        (MetricUnit.SHARE, MetricUnit.PER_SECOND),
    ),
    (
        re.compile(r"\b(?:how (?:long|old|fast|slow)|latency|duration)\b"),
        (MetricUnit.SECONDS,),
    ),
    (re.compile(r"\b(?:dollars?|money)\b"), (MetricUnit.CENTS, MetricUnit.SHARE)),
)
"""What a way to ask expects of the answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A question taken apart: what is left of it, and what it says beside that.

    `filters` are values of labels, `rows` how many lines of a table are wanted, `compared_with`
    another window to set beside the first; `units` are those that an answer may have.
    """

    words: str
    window: Window | None
    percentile: int | None
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: int | None = None
    compared_with: Window | None = None
    units: frozenset[MetricUnit] = frozenset(MetricUnit)


def hear(question: str, *, now: datetime) -> Heard:
    """Take a question apart."""
    filters, text = _filters(question)
    units = _units(text.casefold())
    text = text.casefold().replace("\u2019", "'").replace("'s ", " ")
    percentile, text = _percentile(text)
    rows, text = _rows(text)
    compared_with, text = _compared(text, now)
    text = SEPARATORS.sub(" ", rewritten(text))
    tokens = [word.strip(".-:+/") for word in text.split()]
    window, tokens = _window([word for word in tokens if word], now)
    kept = content(tokens) or (["latency"] if percentile else [])
    return Heard(" ".join(kept), window, percentile, filters, rows, compared_with, units)


def rewritten(text: str) -> str:
    """The text with each way to ask replaced by what it asks for."""
    text = text.casefold()
    for way, word in REWRITTEN:
        text = way.sub(word, text)
    return text


def content(tokens: Sequence[str]) -> list[str]:
    """The words that mean something."""
    return [word for word in tokens if word not in FILLER]


def _units(text: str) -> frozenset[MetricUnit]:
    for way, units in KINDS:
        if way.search(text):
            return frozenset(units)
    return frozenset(MetricUnit)


def _filters(question: str) -> tuple[dict[str, str], str]:
    """The method and the path that a question names, and the question without them."""
    found: dict[str, str] = {}
    method = METHOD_BEFORE_PATH.search(question) or METHOD.search(question)
    if method is not None:
        found["method"] = method["name"].upper()
        question = question[: method.start()] + " " + question[method.end() :]
    path = PATH.search(question)
    if path is not None:
        found["endpoint"] = path["path"]
        question = question[: path.start()] + " " + question[path.end() :]
    return found, question


def _percentile(text: str) -> tuple[int | None, str]:
    found = PERCENTILE.search(text)
    if found is not None:
        number = int(found["short"] or found["long"])
        return (number or None), text[: found.start()] + " " + text[found.end() :]
    if MEDIAN.search(text):
        return MEDIAN_PERCENTILE, MEDIAN.sub(" ", text, count=1)
    return None, text


def _rows(text: str) -> tuple[int | None, str]:
    """How many lines are wanted: "top 3", "the 5 slowest"."""
    found = TOP.search(text) or TOP_OF.search(text)
    if found is None or not 1 <= int(found["count"]) <= MAX_ROWS:
        return None, text
    return int(found["count"]), text[: found.start()] + " " + text[found.end() :]


def _compared(text: str, now: datetime) -> tuple[Window | None, str]:
    """The window to compare with, and the text without it; where it is none, the text stays."""
    found = COMPARED.search(text)
    if found is None:
        return None, text
    before, words = text[: found.start()], found["with"].strip()
    if words in {"last", "previous", "the one before", "before", "last one"}:
        unit = UNITS.search(before)
        words = f"last {unit[1]}" if unit else ""
    try:
        window = windows.parse(words.replace("previous ", "last "), now=now)
    except windows.UnclearWindow:
        return None, text
    return window, before + " " + text[found.end() :]


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
