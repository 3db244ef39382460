"""Sentry's search: words and `key:value` pairs, all of which must fit. A part of the syntax."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from devstack.sentry_simulator import grouping
from devstack.sentry_simulator.store import Issue, Kept

STATES = frozenset({"unresolved", "resolved", "ignored"})
ALIASES = {"archived": "ignored", "muted": "ignored"}


class Unreadable(ValueError):
    """Nobody can read this search."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or one pair; perhaps negated."""

    key: str
    value: str
    is_not: bool = False

    def fits(self, issue: Issue, event: Kept) -> bool:
        """Whether the event of the issue has it."""
        return self._has(issue, event) is not self.is_not

    def _has(self, issue: Issue, event: Kept) -> bool:
        match self.key:
            case "is":
                return issue.status == ALIASES.get(self.value, self.value)
            case "":
                return self.value.lower() in _text(event).lower()
            case "issue":
                return issue.short_id == self.value.upper()
            case "error.type":
                kinds = [str(one.get("type")) for one in grouping.exceptions(event.payload)]
                return any(fnmatch(kind, self.value) for kind in kinds)
            case "message" | "title":
                return fnmatch(_text(event).lower(), f"*{self.value.lower()}*")
            case _:
                return fnmatch(event.tags.get(self.key, ""), self.value)


def read(query: str) -> list[Term]:
    """The terms of a search. Raises Unreadable."""
    try:
        words = shlex.split(query)
    except ValueError as problem:
        raise Unreadable(str(problem)) from problem
    return [_term(word) for word in words]


def fitting(issue: Issue, events: Sequence[Kept], terms: Sequence[Term]) -> list[Kept]:
    """The events of the issue that have all of it."""
    return [event for event in events if all(term.fits(issue, event) for term in terms)]


def _term(word: str) -> Term:
    is_not = word.startswith("!")
    key, colon, value = word.removeprefix("!").partition(":")
    if not colon:
        return Term("", word)
    if not value:
        raise Unreadable(f"Empty string after '{key}:'")
    if key == "is" and ALIASES.get(value, value) not in STATES:
        raise Unreadable(f'Invalid value for "is" search, valid values are {sorted(STATES)}')
    return Term(key, value, is_not)


def _text(event: Kept) -> str:
    parts = [grouping.title(event.payload), grouping.culprit(event.payload)]
    return "\n".join([*parts, grouping.message(event.payload) or ""])
