"""Finds tools by what they say of themselves: by words, by letters, and by both together.

Nothing is learned and nothing is asked of a model. `search_tools` answers with it, and the evals
measure it.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from typing import Any

from instainstru_core.domains.observability.policy.likeness import Likeness
from mcp_server.sayings import SAME, SAYINGS
from mcp_server.tool import PREFIX, Tool

SATURATION, LENGTH = 1.2, 0.75  # the usual k1 and b of BM25
NAME, TITLE, PURPOSE, SAYING, ARGUMENT = 4, 3, 3, 3, 1
UNLIKELY = 0.6
LIKE = 0.3  # from here on letters alone are a match
CALM = 10  # how much the first places count when two rankings are put together
OFTEN = frozenset(
    re.findall(
        r"\w+",
        "a all am an and any are as at be been by can could did do does for from get give had has"
        " have how i if in is it its let list look me my now of on one or our out please right"
        " see show so tell that the their them there these they this those to up us was we were"
        " want need some into over what when where which who whose why will with would you your",
    )
)
ENDINGS = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ied", "ed", "es", "s", "e", "y")
SHORTEST_STEM = 3
WORD = re.compile(r"[a-z0-9]+")

A_METRIC = "value plain question judged"
SAID = tuple(
    (re.compile(way), words)
    for way, words in (
        (r"\b\w+@\w+", "email people find users"),
        (r"\+\d[\d ()-]{6,}|\bphone\b", "phone people find users"),
        (r"\b(?:cus|pi|ch|acct|re|seti)_\w+|\b[0-9a-hjkmnp-tv-z]{26}\b", "id stripe find"),
        (r"\b(?:anything (?:about|on)|who or what|belongs? to|whose)\b", "find whatever"),
        (r"\bevt_\w+", "webhook event detail"),
        (r"\bcode [0-9a-z]{8}\b", "invite detail"),
        (r"\b[a-z]{2,}(?:-[a-z]+)*-(?=\w*\d)[0-9a-z]{1,6}\b", "sentry issue one short id detail"),
        (r"\b[0-9a-f]{32}\b", "sentry event id"),
        (
            r"\w\(.*\)|\[\d+[smhd]\]|\b(?:instainstru|process)_\w+|\bup ==|promql",
            "promql expression",
        ),
        (r"\b(?:go ahead|carry out|apply|confirm|execute|previewed)\b", "execute exactly showed"),
        (r"\b(?:what would|what happens if|prepare|preview)\b", "preview show"),
    )
)
"""What a question names by its form, and the words that tools use for it."""

LISTING = re.compile(r"(?i)(?:list|show|which|who|are all|has any|the list)\b")
"""How a question begins that wants things, not a number."""
ASKING = re.compile(
    r"(?i)\W*(?:what(?:'s)?|which|who|whose|whom|when|where|why|how|is|are|was|were|did|do|does|has"
    r"|have|had|can|any|show|list|find|look|tell|give me|open|explain|top|most|latest)\b"
    r"(?! (?:would|happens if))"
)
"""How a question begins that wants to know something. Whatever else is said may want a change."""
ENDING = re.compile(
    r"(?i)\b(?:go ahead|carry out|apply|confirm|execute|send the|previewed|proceed|do it)\b"
)
"""What somebody says who has seen a preview."""


def words_of(tool: Tool) -> Counter[str]:
    """What a tool says of itself, its name and purpose first, as weighted stems."""
    found: Counter[str] = Counter()
    name = tool.name.removeprefix(PREFIX).replace("_", " ")
    for text, weight in ((name, NAME), (tool.title, TITLE), (tool.description, PURPOSE)):
        _add(found, text, weight)
    for argument, schema in tool.parameters.get("properties", {}).items():
        _add(found, f"{argument.replace('_', ' ')} {schema.get('description', '')}", ARGUMENT)
        for choice in _choices(tool, schema):
            _add(found, str(choice), ARGUMENT)
    _add(found, SAYINGS.get(tool.name.removeprefix(PREFIX), ""), SAYING)
    return found


class Ranking:
    """Ranks some tools for a question. What it ranks never changes.

    `is_metric` says whether the dictionary of metrics knows what is asked for.
    """

    def __init__(
        self, tools: Sequence[Tool], is_metric: Callable[[str], bool] | None = None
    ) -> None:
        self.tools = list(tools)
        self.names = [tool.name for tool in tools]
        self._is_metric = is_metric
        counts = [words_of(tool) for tool in tools]
        self._by_words = _Words(counts)
        self._by_letters = Likeness([_spoken(count) for count in counts])

    def lexical(self, question: str) -> list[str]:
        """All names, by the words that are shared."""
        return _best(self.names, self._by_words.scores(self._read(question)))

    def embedding(self, question: str) -> list[str]:
        """All names, by the letters of the words."""
        return _best(self.names, self._by_letters.to(" ".join(self._read(question))))

    def together(self, question: str) -> list[str]:
        """All names, by both. What changes something is unlikely unless a change is asked for."""
        places: dict[str, float] = dict.fromkeys(self.names, 0.0)
        for ranking in (self.lexical(question), self.embedding(question)):
            for place, name in enumerate(ranking):
                places[name] += 1 / (CALM + place)
        wants_change, wants_end = not ASKING.match(question), bool(ENDING.search(question))
        for tool in self.tools:
            is_wanted = wants_end if tool.confirms else wants_end or wants_change
            if not tool.reads and not is_wanted:
                places[tool.name] *= UNLIKELY
        return sorted(self.names, key=lambda name: -places[name])

    def found(self, question: str) -> list[str]:
        """The names of those that match at all, the likeliest first."""
        read = self._read(question)
        words = self._by_words.scores(read)
        letters = self._by_letters.to(" ".join(read))
        matching = {
            name
            for name, shared, alike in zip(self.names, words, letters, strict=True)
            if shared > 0 or alike >= LIKE
        }
        return [name for name in self.together(question) if name in matching]

    def _read(self, question: str) -> list[str]:
        is_metric = self._is_metric
        known = is_metric is not None and not LISTING.match(question) and is_metric(question)
        return stems(f"{understood(question)} {A_METRIC if known else ''}")


def understood(question: str) -> str:
    """The question and beside it the words that tools use for what it says."""
    text = question.casefold()
    return " ".join([text, *(words for way, words in SAID if way.search(text))])


def stems(text: str) -> list[str]:
    """The words that mean something, without their endings."""
    found = (_stem(word) for word in WORD.findall(text.casefold()) if word not in OFTEN)
    return [_SAME_STEMS.get(stem, stem) for stem in found]


class _Words:
    """BM25 over the stems of the texts."""

    def __init__(self, counts: Sequence[Counter[str]]) -> None:
        self._counts = counts
        self._lengths = [count.total() for count in counts]
        self._usual = sum(self._lengths) / max(1, len(counts))
        spread = Counter(word for count in counts for word in count)
        self._rarity = {
            word: log(1 + (len(counts) - count + 0.5) / (count + 0.5))
            for word, count in spread.items()
        }

    def scores(self, words: Sequence[str]) -> list[float]:
        asked = set(words)
        return [
            sum(self._score(word, counts[word], length) for word in asked if word in counts)
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _score(self, word: str, count: int, length: int) -> float:
        slowed = SATURATION * (1 - LENGTH + LENGTH * length / self._usual)
        return self._rarity[word] * count * (SATURATION + 1) / (count + slowed)


def _add(found: Counter[str], text: str, weight: int) -> None:
    for word in stems(text):
        found[word] += weight


def _spoken(count: Counter[str]) -> str:
    """The words that weigh something, as often as they do."""
    return " ".join(word for word, times in count.items() for _ in range(times))


def _best(names: Sequence[str], scores: Sequence[float]) -> list[str]:
    ranked = sorted(zip(scores, names, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [name for _, name in ranked]


def _choices(tool: Tool, schema: dict[str, Any]) -> list[Any]:
    """The values that an argument may have, where they are few and named."""
    defined: dict[str, Any] = tool.parameters.get("$defs", {})
    found: list[Any] = []
    for one in (schema, *schema.get("anyOf", [])):
        target = defined.get(one.get("$ref", "").rpartition("/")[2], one)
        found += target.get("enum", [])
    return found


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: len(word) - len(ending)]
    return word


_SAME_STEMS = {_stem(word): _stem(other) for word, other in SAME.items()}
