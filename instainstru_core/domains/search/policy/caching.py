"""What an answer is stored under, for how long, and which changes make it untrue. Pure.

An answer carries tags: one for each instructor that it shows or almost showed, and one for each
service in each area that it looked through. A change touches the tags of what it changed. An
answer is true as long as none of its tags was touched after its making began.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime

SECONDS = 300
BRIEF_SECONDS = 30
"""An answer that lacks something, or depends on too many, is to be made again soon."""

QUARTER_SECONDS = 900
"""First free starts move with the clock, in steps of a quarter of an hour."""

FORMAT = "1"
"""To be raised when stored answers of older code must not be sent any more."""

CATALOG = "catalog"
PLACES = "places"
EVERYBODY = "everybody"
EXAM = "SAT"
MOST_PAIRS = 400
"""More services times areas than that are tagged by service, or by area, alone."""

MOST_INSTRUCTORS = 400
"""More who might come up are not tagged each; the answer is short-lived instead."""


def folded(text: str) -> str:
    """The text with single spaces and none at its ends: what marks count their places in."""
    return " ".join(text.split())


def canonical(text: str | None) -> str:
    """The text in small letters: what is typed in capitals is no other wish, but for the exam
    beside the day. It stays as it is where a small letter would take more or less room, since
    marks count letters.
    """
    plain = folded(text or "")
    small = " ".join(word if word == EXAM else word.lower() for word in plain.split(" "))
    return small if len(small) == len(plain) else plain


def key(*parts: str, text: str | None, day: str) -> str:
    """What an answer is stored under: the same for the same wish on the same New York day."""
    whole = "\x00".join((FORMAT, day, canonical(text), *parts))
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def seconds(now: datetime, *, brief: bool, dated: bool) -> int:
    """How long an answer may be told again. What is free is told until the quarter is over."""
    longest = BRIEF_SECONDS if brief else SECONDS
    if not dated:
        return longest
    passed = (now.minute * 60 + now.second) % QUARTER_SECONDS
    return max(1, min(longest, QUARTER_SECONDS - passed))


def tags_of_answer(
    *,
    services: Collection[str] | None,
    area_keys: Collection[str] | None,
    instructor_ids: Iterable[str],
) -> tuple[str, ...]:
    """What an answer depends on. None stands for any service, and for the whole city."""
    return (
        CATALOG,
        PLACES,
        *_scope(services, area_keys),
        *(of_instructor(one) for one in sorted(set(instructor_ids))),
    )


def tags_of_change(
    instructor_id: str, *, services: Iterable[str], area_keys: Iterable[str]
) -> tuple[str, ...]:
    """What somebody touches whose offer, place or standing changed: never the city as such."""
    taught, reached = sorted(set(services)), sorted(set(area_keys))
    return (
        of_instructor(instructor_id),
        EVERYBODY,
        *(f"service:{service}" for service in taught),
        *(f"area:{area}" for area in reached),
        *(f"pair:{service}:{area}" for service in taught for area in reached),
    )


def of_instructor(instructor_id: str) -> str:
    """What is touched when somebody's time changes: booked, freed, opened, closed."""
    return f"instructor:{instructor_id}"


def _scope(services: Collection[str] | None, area_keys: Collection[str] | None) -> Iterable[str]:
    """Whose offers the answer looked through, in as few tags as are exact enough."""
    if services is not None and area_keys is not None:
        if len(services) * len(area_keys) <= MOST_PAIRS:
            return (f"pair:{one}:{area}" for one in sorted(services) for area in sorted(area_keys))
        if len(services) > len(area_keys):
            services = None
    if services is not None:
        return (f"service:{one}" for one in sorted(services))
    if area_keys is not None:
        return (f"area:{area}" for area in sorted(area_keys))
    return (EVERYBODY,)
