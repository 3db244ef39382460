"""Open days with the tags of their minutes: set, clear, split into windows, store.

The two digits of a tag are two planes of bits. What a format may use is plain algebra on them:
online needs minutes without both digits, the instructor's place those without the low one, a
lesson with travel those without any.
"""

from collections.abc import Iterable, Iterator, Sequence

from instainstru_core.domains.availability.policy.bits import (
    DAY_BYTES,
    DAY_MINUTES,
    BadWindow,
    clock_text,
    from_bytes,
    from_windows,
    runs,
    stretch,
    to_bytes,
)
from instainstru_core.domains.availability.types import OpenDay, Opening, Tag
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat

TAGS = tuple(Tag)
NOTHING = OpenDay()
TAG_BYTES = 2 * DAY_BYTES
MAX_OVER_MIDNIGHT = 12 * 60
MAX_WINDOWS = 48
"""How many windows a day may have, counting those that differ by their tag alone."""


def usable(day: OpenDay, lesson_format: LessonFormat) -> int:
    """The open minutes of a day that may be used for lessons of this format."""
    if lesson_format is LessonFormat.ONLINE:
        return day.bits & ~(day.low & day.high)
    if instructor_travels(lesson_format):
        return day.bits & ~(day.low | day.high)
    return day.bits & ~day.low


def opened(day: OpenDay, start: int, end: int, tag: Tag | None) -> OpenDay:
    """The day with these minutes open. Without a tag those that were open keep theirs."""
    wanted = stretch(start, end)
    if tag is None:
        return OpenDay(day.bits | wanted, day.low, day.high)
    number = TAGS.index(tag)
    return OpenDay(
        day.bits | wanted,
        (day.low & ~wanted) | (wanted if number & 1 else 0),
        (day.high & ~wanted) | (wanted if number & 2 else 0),
    )


def closed(day: OpenDay, start: int, end: int) -> OpenDay:
    """The day without these minutes and their tags."""
    kept = ~stretch(start, end)
    return OpenDay(day.bits & kept, day.low & kept, day.high & kept)


def rewritten(day: OpenDay, wanted: Iterable[Opening]) -> OpenDay:
    """The day open in these stretches and no others; a minute that stays open without a new tag
    keeps its own.
    """
    found = NOTHING
    for each in wanted:
        if each.tag is None:
            part = stretch(each.start, each.end) & day.bits
            found = OpenDay(
                found.bits | stretch(each.start, each.end),
                found.low | (day.low & part),
                found.high | (day.high & part),
            )
        else:
            found = opened(found, each.start, each.end, each.tag)
    return found


def windows(day: OpenDay) -> Iterator[Opening]:
    """The open stretches of a day in order, split where the tag changes."""
    if not day.low | day.high:
        yield from (Opening(start, end, Tag.ANY) for start, end in runs(day.bits))
        return
    by_tag = (
        day.bits & ~(day.low | day.high),
        day.low & ~day.high,
        day.high & ~day.low,
        day.low & day.high,
    )
    found = [
        Opening(start, end, tag)
        for tag, bits in zip(TAGS, by_tag, strict=True)
        for start, end in runs(bits)
    ]
    yield from sorted(found, key=lambda each: each.start)


def split(wanted: Sequence[Opening]) -> tuple[list[Opening], list[Opening]]:
    """What of these stretches lies on their day, and what on the day after.

    Raises BadWindow for an empty stretch, one that goes on for more than twelve hours over
    midnight, and two that overlap on either day.
    """
    today: list[Opening] = []
    spill: list[Opening] = []
    for each in wanted:
        if each.start == each.end:
            shown = f"{clock_text(each.start)}-{clock_text(each.end)}"
            if each.end:
                raise BadWindow(f"{shown} is empty: the end must be after the start.")
        if each.end > each.start:
            today.append(each)
        else:
            _refuse_endless(each)
            today.append(Opening(each.start, DAY_MINUTES, each.tag))
            if each.end:
                spill.append(Opening(0, each.end, each.tag))
    check_apart(today)
    check_apart(spill)
    return today, spill


def _refuse_endless(each: Opening) -> None:
    """A stretch over midnight that is longer than half a day is two times the wrong way round."""
    if each.end and DAY_MINUTES - each.start + each.end > MAX_OVER_MIDNIGHT:
        start, end = clock_text(each.start), clock_text(each.end)
        raise BadWindow(
            f"{start}-{end} would end on the next day, {MAX_OVER_MIDNIGHT // 60} hours later or"
            f" more: exchange the times, or write {start}-24:00 on this day and 00:00-{end} on"
            " the next."
        )


def check_apart(wanted: Iterable[Opening]) -> None:
    """Raise BadWindow where two stretches of one day overlap."""
    from_windows((each.start, each.end) for each in wanted)


def from_stored(bits: bytes, tags: bytes | None) -> OpenDay:
    """A day from its stored form: 180 bytes, and 360 where any minute has a tag."""
    is_open = from_bytes(bits)
    if tags is None:
        return OpenDay(is_open)
    low, high = from_bytes(tags[:DAY_BYTES]), from_bytes(tags[DAY_BYTES:])
    return OpenDay(is_open, low & is_open, high & is_open)


def stored_tags(day: OpenDay) -> bytes | None:
    """The stored form of a day's tags: both planes, or None without any.

    Minutes that are not open have none.
    """
    low, high = day.low & day.bits, day.high & day.bits
    return to_bytes(low) + to_bytes(high) if low | high else None
