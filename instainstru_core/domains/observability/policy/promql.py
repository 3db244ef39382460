"""What a PromQL query may cost, judged before it is asked. Pure."""

import re
from datetime import UTC, datetime, timedelta
from math import ceil

from instainstru_core.kernel.time import BUSINESS_ZONE, NonexistentLocalTime, to_utc

MAX_RANGE = timedelta(days=31)
MAX_LENGTH = MAX_RANGE + timedelta(hours=1)  # 31 days of autumn have an hour more
MAX_STEPS = 1_000
MAX_STEPS_TOGETHER = 100_000
MAX_POINTS = 400
MAX_SERIES = 50
MAX_ANSWER_POINTS = 400
LABELS_AS_POINTS = 5
USUAL_POINTS = 120
FINEST_STEP_SECONDS = 5
DEFAULT_STEP = f"{FINEST_STEP_SECONDS}s"

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
COMMENT_OR_STRING = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
NAME_PATTERN = re.compile(r"__name__\s*(?:=~|!~|!=)")
NAMELESS = re.compile(
    r"(?:^|[^\w:\s]|(?<![\w:])(?:or|and|unless|atan2|bool|group_left|group_right))"
    r"\s*\{(?!\s*__name__\s*=)",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"\[\s*([^\]:]*?)\s*(?:(:)\s*([^\]]*?)\s*)?\]")
DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+")
PART = re.compile(r"(\d+)(ms|[smhdwy])")

NOT_PLAIN = "Write a range in brackets as a plain duration, such as [5m] or [1h30m]."


def too_wide(query: str) -> str | None:
    """Why this query reads too much, and what to do about it; None where it does not."""
    bare = COMMENT_OR_STRING.sub('""', query)
    if NAME_PATTERN.search(bare) or NAMELESS.search(bare):
        return (
            "A query must name its metrics: a pattern over all names reads everything there is."
            " Ask metrics_describe for the names."
        )
    steps: dict[int, float] = {}
    for found in BRACKETS.finditer(bare):
        if problem := _too_long(*found.groups()):
            return problem
        steps[found.start()] = _steps(*found.groups()) * max(
            (steps[place] for place in steps if place > _opened(bare, found.start())), default=1.0
        )
    if steps and max(steps.values()) > MAX_STEPS_TOGETHER:
        return (
            "Subqueries inside each other multiply: together they have at most"
            f" {MAX_STEPS_TOGETHER} steps. Use longer steps, or one subquery."
        )
    return None


def _too_long(length: str, colon: str | None, step: str | None) -> str | None:
    """What is wrong with one pair of brackets."""
    seconds = duration_seconds(length)
    if seconds is None:
        is_left_to_prometheus = length[:1].isalpha() or not length  # it says better what is wrong
        return None if is_left_to_prometheus else NOT_PLAIN
    if seconds > MAX_RANGE.total_seconds():
        return f"A range in brackets is at most {MAX_RANGE.days} days long. Use a shorter one."
    every = duration_seconds(step or DEFAULT_STEP) if colon else None
    if colon and every is None and not (step or "")[:1].isalpha():
        return NOT_PLAIN
    if every is not None and (every <= 0 or seconds / every > MAX_STEPS):
        return f"A subquery has at most {MAX_STEPS} steps. Use a longer step."
    return None


def _steps(length: str, colon: str | None, step: str | None) -> float:
    """How often a subquery evaluates what stands before it: once where it is none."""
    seconds, every = duration_seconds(length), duration_seconds(step or DEFAULT_STEP)
    return max(1.0, seconds / every) if colon and seconds and every else 1.0


def _opened(text: str, place: int) -> int:
    """Where the parenthesis opened that closes right before this place; the place if none."""
    before = text[:place].rstrip()
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[at], 0)
        if depth <= 0:
            return at if at < len(before) - 1 else place
    return place


def duration_seconds(text: str) -> float | None:
    """The length of a PromQL duration such as 1h30m or 300; None where it is none."""
    if text.isascii() and text.isdigit():
        return float(text)
    if DURATION.fullmatch(text) is None:
        return None
    return sum(int(count) * SECONDS[unit] for count, unit in PART.findall(text))


def moment(text: str, *, now: datetime) -> datetime | None:
    """The moment of `2h`, `30m ago` or an ISO 8601 time; None where it is none of these.

    Without an offset a time is on New York's clock.
    """
    words = text.strip()
    ago = words.casefold().removesuffix("ago").strip()
    if ago == "now":
        return now
    try:
        if DURATION.fullmatch(ago):
            return now - timedelta(seconds=duration_seconds(ago) or 0)
        read = datetime.fromisoformat(words.upper())
        return read.astimezone(UTC) if read.tzinfo else to_utc(read, BUSINESS_ZONE)
    except (ValueError, OverflowError, NonexistentLocalTime):
        return None


def step_for(length: timedelta) -> int:
    """A step, in seconds, that shows a window in about 120 points."""
    return max(FINEST_STEP_SECONDS, ceil(length.total_seconds() / USUAL_POINTS))


def finest_step(length: timedelta) -> int:
    """The shortest step, in seconds, that a window of this length may be asked in."""
    return max(1, ceil(length.total_seconds() / (MAX_POINTS - 1)))
