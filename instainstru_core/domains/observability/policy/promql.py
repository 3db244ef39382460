"""What a PromQL query may cost, judged before it is asked. Pure."""

import re
from datetime import timedelta
from math import ceil

MAX_LENGTH = timedelta(days=31)
MAX_POINTS = 1_000
MAX_SERIES = 50
MAX_ANSWER_POINTS = 5_000
USUAL_POINTS = 120
FINEST_STEP_SECONDS = 5

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
COMMENT_OR_STRING = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
NAME_PATTERN = re.compile(r"__name__\s*(?:=~|!~|!=)")
NAMELESS = re.compile(
    r"(?:^|[^\w:\s]|\b(?:or|and|unless|atan2|bool)\s)\s*\{(?!\s*__name__\s*=)", re.IGNORECASE
)
BRACKETS = re.compile(r"\[\s*([^\]:]*?)\s*(?::\s*([^\]]*?)\s*)?\]")
DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+")
PART = re.compile(r"(\d+)(ms|[smhdwy])")


def too_wide(query: str) -> str | None:
    """Why this query reads too much, and what to do about it; None where it does not."""
    bare = COMMENT_OR_STRING.sub('""', query)
    if NAME_PATTERN.search(bare) or NAMELESS.search(bare):
        return (
            "A query must name its metrics: a pattern over all names reads everything there is."
            " Ask metrics_describe for the names."
        )
    for length, step in BRACKETS.findall(bare):
        seconds = duration_seconds(length)
        if seconds is None:
            continue
        if seconds > MAX_LENGTH.total_seconds():
            return f"A range in brackets is at most {MAX_LENGTH.days} days long. Use a shorter one."
        every = duration_seconds(step) if step else None
        if every is not None and (every <= 0 or seconds / every > MAX_POINTS):
            return f"A subquery has at most {MAX_POINTS} steps. Use a longer step."
    return None


def duration_seconds(text: str) -> float | None:
    """The length of a PromQL duration such as 1h30m or 300; None where it is none."""
    if text.isascii() and text.isdigit():
        return float(text)
    if DURATION.fullmatch(text) is None:
        return None
    return sum(int(count) * SECONDS[unit] for count, unit in PART.findall(text))


def step_for(length: timedelta) -> int:
    """A step, in seconds, that shows a window in about 120 points."""
    return max(FINEST_STEP_SECONDS, ceil(length.total_seconds() / USUAL_POINTS))


def finest_step(length: timedelta) -> int:
    """The shortest step, in seconds, that a window of this length may be asked in."""
    return max(1, ceil(length.total_seconds() / (MAX_POINTS - 1)))
