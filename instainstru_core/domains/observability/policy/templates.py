"""The dictionary's shorthand, and the queries that a question makes of it. Pure."""

import re
from collections.abc import Mapping
from string import Template

HAPPENED = "happened("
REAL = 'endpoint!~"/metrics|/api/v1/(health|ready)"'
"""What people and programs ask for, without health checks and scrapes."""
DEFAULT_ROWS = 10
FILTERED = "$filters"

SERIES = re.compile(r"\b(?:instainstru_\w+|process_\w+|up)\b")
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')


def expanded(text: str) -> str:
    """The template without shorthand: `happened(x)` counts a series that began just now, too."""
    start = text.find(HAPPENED)
    while start >= 0:
        inner = start + len(HAPPENED)
        end = _closing(text, inner)
        series = text[inner:end]
        whole = f"({series} unless {series} offset $window or increase({series}[$window]))"
        text = text[:start] + whole + text[end + 1 :]
        start = text.find(HAPPENED)
    return text.replace("$real", REAL)


def query(
    template: str,
    *,
    window_seconds: int,
    quantile: float = 0.0,
    filters: Mapping[str, str] | None = None,
    rows: int | None = None,
) -> str:
    """The PromQL that is really asked."""
    told = "".join(f',{name}="{_escaped(value)}"' for name, value in (filters or {}).items())
    seconds = max(1, window_seconds)
    return Template(template).substitute(
        window=f"{seconds}s",
        seconds=seconds,
        quantile=f"{quantile:g}",
        filters=told,
        top=rows or DEFAULT_ROWS,
    )


def series_of(text: str) -> list[str]:
    """The series that a query reads, each once."""
    return list(dict.fromkeys(SERIES.findall(QUOTED.sub('""', text))))


def _closing(text: str, start: int) -> int:
    """Where the parenthesis ends that was open at `start`; quoted ones do not count."""
    depth, is_quoted = 1, False
    for place in range(start, len(text)):
        sign = text[place]
        if sign == '"' and text[place - 1] != "\\":
            is_quoted = not is_quoted
        elif not is_quoted and sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return place
    msg = "A parenthesis in the dictionary is never closed."
    raise ValueError(msg)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
