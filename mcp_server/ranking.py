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
from mcp_server.tool import PREFIX, Tool

SATURATION, LENGTH = 1.2, 0.75  # the usual k1 and b of BM25
NAME, TITLE, PURPOSE, ARGUMENT = 4, 3, 3, 1
UNLIKELY = 0.6
LIKE = 0.3  # from here on letters alone are a match
CALM = 10  # how much the first places count when two rankings are put together
OFTEN = frozenset(
    re.findall(
        r"\w+",
        "a all am an and any are as at be been by can could did do does for from get give had has"
        " have how i if in is it its let list look me my now of on one or our out please right"
        " see show so tell that the their them there these they this those to up us was we were"
        " what when where which who whose why will with would you your",
    )
)
ENDINGS = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ied", "ed", "es", "s", "e", "y")
SHORTEST_STEM = 3
WORD = re.compile(r"[a-z0-9]+")

A_METRIC = "metric value plain question judged thresholds"
SAID = tuple(
    (re.compile(way), words)
    for way, words in (
        # What is named
        (r"\b\w+@\w+", "email people find users"),
        (r"\+\d{7,}|\bphone\b", "phone people find users"),
        (r"\b(?:cus|pi|ch|acct|re|seti)_\w+|\b[0-9a-hjkmnp-tv-z]{26}\b", "id stripe find"),
        (r"\b(?:anything|who or what|belongs to|whose)\b", "find whatever"),
        (r"\bevt_\w+", "webhook event detail"),
        (r"\bcode [0-9a-z]{8}\b", "invite detail"),
        (r"\b[a-z]+-\d+\b", "issue one detail"),
        (
            r"\w\(.*\)|\[\d+[smhd]\]|\b(?:instainstru|process)_\w+|\bup ==|promql",
            "promql expression",
        ),
        # What is wanted of it
        (r"\b(?:about|profile|details?|payload|everything about|show the)\b", "one detail"),
        (r"\binstructors?\b", "instructors"),
        (r"\b(?:list|all|every|which)\b", "list which"),
        (r"\b(?:worst|most|top)\b", "top most"),
        (r"\b(?:slowest|fails? most|success rate|statistics)\b", "statistics rate duration"),
        (r"\b(?:histor|executions?|runs?|attempts?|retried)\b", "history every attempt"),
        (r"\b(?:numbers|figures|summary|totals?)\b", "summary figures"),
        (r"\b(?:latest|newest|most recent)\b", "recent newest"),
        (r"\b(?:right now|at the moment|currently|doing)\b", "active way running"),
        (r"\b(?:graph|plot|series|course)\b", "range course points"),
        (
            r"\b(?:mean|meaning|defin\w+|measured|thresholds?|dictionary|metrics)\b",
            "metrics describe",
        ),
        (
            r"\bp\d\d\b|\blatency\b|\bhow (?:slow|fast)\b|\brate\b|\bmetric\b",
            "metric value question",
        ),
        (
            r"\b(?:step by step|what happened|timeline|story|still do)\b",
            "story timeline lesson staff",
        ),
        (r"\b(?:why|explain|line by line|charged?|ledger)\b", "explain payment money cent"),
        (r"\b(?:chart|by week|compared|revenue|earn\w*)\b", "revenue report chart"),
        (r"\b(?:retain|retention|cohorts?|come back)\b", "cohort retention"),
        # What it is about
        (r"\b(?:workers?|heartbeat)\b", "celery workers"),
        (r"\b(?:tasks?|jobs?|background)\b", "celery tasks background"),
        (r"\b(?:queues?|backlog|broker)\b", "celery queue depth tasks wait"),
        (r"\b(?:cron|beat|due next|scheduled?)\b", "celery schedule beat"),
        (r"\b(?:on time|in time|late|overdue)\b", "overdue health keep up"),
        (r"\b(?:payment processing|captures?|holds?)\b", "payments jobs work"),
        (r"\b(?:crash\w*|exceptions?|tracebacks?|stack trace|frames)\b", "error failed exceptions"),
        (r"\b(?:everything|health|morning|overall|system)\b", "health overview everything status"),
        (r"\b(?:version|release|deploy\w*)\b", "deploy version overview"),
        (r"\b(?:mute|snooze|quiet)\b", "silence alerts"),
        (r"\b(?:unmute|(?:lift|remove|end|stop|undo)\b.*\bsilence)", "unsilence ending end"),
        (r"\b(?:unsuspend|reinstate|(?:lift|undo|end)\b.*\bsuspension)", "unsuspend back"),
        (r"\bsilenced\b", "kept quiet silences"),
        (
            r"\b(?:stuck|waiting|stalled)\b.*\b(?:onboard|check|instructor)|\bwho has been waiting",
            "stuck instructors step",
        ),
        (r"\b(?:onboarding|stages?|funnel|founding slots)\b", "founding funnel stages"),
        (r"\b(?:found nothing|not offer|in vain|no results?)\b", "search zero results nobody"),
        (r"\b(?:search for|looking for|look for)\b", "search queries"),
        (r"\b(?:per category|too few|by area|coverage)\b", "coverage instructors category"),
        (r"\b(?:offer|catalog\w*|every service)\b", "services catalog"),
        (r"\b(?:called|matches|is there a)\b", "look up match"),
        (r"\b(?:trail|audit|changed?|who (?:did|issued|changed))\b", "audit trail search who did"),
        (r"\b(?:again|reprocess|retry|replay)\b", "replay once more"),
        (r"\bcopilot\b", "copilot usage tools"),
        (r"\b(?:go ahead|carry out|apply|confirm|execute|previewed)\b", "execute exactly showed"),
        (r"\b(?:what would|what happens if|prepare|preview)\b", "preview show"),
    )
)
"""Ways of saying what tools call otherwise."""

LISTING = re.compile(r"(?i)(?:list|show|which|who|are all|has any|the list)\b")
"""How a question begins that wants things, not a number."""
CHANGING = re.compile(
    r"(?i)\b(?:prepare|preview|what would|what happens if|send|invite|silence|mute|snooze|unsilence"
    r"|remove|end|lift|suspend|unsuspend|reinstate|cancel|refund|give|take back|replay|process"
    r"|add|set|stop)\b"
)
"""What somebody says who wants something to change."""
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
        wants_change, wants_end = bool(CHANGING.search(question)), bool(ENDING.search(question))
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
    return [_stem(word) for word in WORD.findall(text.casefold()) if word not in OFTEN]


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
