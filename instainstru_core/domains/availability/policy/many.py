"""The first free start of each of many instructors at once.

Calendars lie in columns: a row of 64-bit words for each instructor, bit i being the minute that
begins i minutes after the first day. What `free_days` does to one integer is done here to all
rows together, a word at a time. All of them live in one time zone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.availability.policy.bits import (
    DAY_MINUTES,
    GRID,
    QUARTERS,
    stretch,
)
from instainstru_core.domains.availability.policy.line import (
    MINUTE,
    ONE_DAY,
    at_wall,
    day_length,
    elapsed_minute,
    is_plain,
    segments,
    wall_minute,
)
from instainstru_core.domains.availability.policy.rules import lead_time, protected_morning
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import BUSINESS_ZONE, Span, midnight

Words: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]
Bytes: TypeAlias = NDArray[np.uint8]
WORD = 64
ONES = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
KINDS = (
    LessonFormat.ONLINE,
    LessonFormat.INSTRUCTOR_LOCATION,
    LessonFormat.STUDENT_LOCATION,
)
"""One format for each set of rules there is: both that need travel have the same."""
KIND: Mapping[LessonFormat | None, int] = {
    None: -1,
    LessonFormat.ONLINE: 0,
    LessonFormat.INSTRUCTOR_LOCATION: 1,
    LessonFormat.STUDENT_LOCATION: 2,
    LessonFormat.NEUTRAL_LOCATION: 2,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What decides when many instructors of one zone are free, from the local day `first` on.

    `open` is 180 bytes a day of each instructor; `tagged` names the rows that have tags at all,
    and `low` and `high` are the planes of these rows alone. Of each span that is taken there are
    the row, the minutes from the first day's beginning (outwards to whole minutes), and whether
    the instructor travels for it, and teaches in it. Buffers are minutes.
    """

    zone_name: str
    first: date
    open: Bytes
    tagged: Numbers
    low: Bytes
    high: Bytes
    usual: Numbers
    travel: Numbers
    protected: NDArray[np.bool_]
    busy: Numbers
    starts: Numbers
    ends: Numbers
    travels: NDArray[np.bool_]
    taught: NDArray[np.bool_]

    @property
    def people(self) -> int:
        return int(self.open.shape[0])

    @property
    def days(self) -> int:
        return int(self.open.shape[1])


@dataclass(frozen=True, slots=True)
class Asked:
    """On which local days, and when on them: starts at or after `after`, ends by `before`.

    Both are minutes of the wall clock. Without `before` a lesson may end after midnight.
    """

    days: Collection[date]
    after: int | None
    before: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class FreeRows:
    """The rows that want one format: what is open for it and free of lessons and pauses."""

    lesson_format: LessonFormat
    rows: Numbers
    free: Words


def free_rows(columns: Columns, formats: Sequence[LessonFormat | None]) -> list[FreeRows]:
    """What is free of each calendar for the format that is wanted of it; None wants nothing."""
    kinds = np.array([KIND[each] for each in formats], dtype=np.int8)
    found: list[FreeRows] = []
    for kind, lesson_format in enumerate(KINDS):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            free = _on_the_line(columns, _usable(columns, rows, lesson_format))
            _take_off(columns, rows, lesson_format, free)
            found.append(FreeRows(lesson_format, rows, free))
    return found


def first_starts(
    columns: Columns, free: Sequence[FreeRows], asked: Asked, lengths: Numbers
) -> Numbers:
    """When each can first be booked, in minutes from the first day's beginning; -1 is never.

    `free` is what `free_rows` found of these columns, `lengths` how long each one's lesson is.
    """
    found = np.full(columns.people, -1, dtype=np.int64)
    for each in free:
        wanted = lengths[each.rows]
        for length in np.flatnonzero(np.bincount(wanted)).tolist():
            usual, careful = _startable(columns, asked, each.lesson_format, length)
            if not usual:
                continue
            some = np.flatnonzero(wanted == length)
            rows = each.rows[some]
            low = ((usual & -usual).bit_length() - 1) // WORD
            high = (usual.bit_length() - 1) // WORD + 1 + -(-length // WORD)
            allowed = _words_of(columns, usual)[None, low:high]
            if careful != usual:
                protected = columns.protected[rows, None]
                allowed = np.where(protected, _words_of(columns, careful)[low:high], allowed)
            fits = _fitting(each.free[:, low:high][some], length) & allowed
            found[rows] = _lowest(fits, low * WORD)
    return found


def _usable(columns: Columns, rows: Numbers, lesson_format: LessonFormat) -> Bytes:
    """The open minutes of these rows that may be used for the format, day by day."""
    usable = columns.open[rows]
    if not len(columns.tagged):
        return usable
    places = np.full(columns.people, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    among = places[columns.tagged] >= 0
    low, high = columns.low[among], columns.high[among]
    if lesson_format is LessonFormat.ONLINE:
        refused = low & high
    else:
        refused = low | high if instructor_travels(lesson_format) else low
    usable[places[columns.tagged[among]]] &= ~refused
    return usable


def _on_the_line(columns: Columns, days: Bytes) -> Words:
    """Days of the wall clock as rows of real minutes."""
    last = columns.first + (columns.days - 1) * ONE_DAY
    if is_plain(columns.first, last, columns.zone_name):
        return _as_words(days.reshape(len(days), -1), _width(columns))
    clock = np.unpackbits(days.reshape(len(days), -1), axis=1, bitorder="little")
    line = np.packbits(clock[:, _clock_minutes(columns)], axis=1, bitorder="little")
    return _as_words(line, _width(columns))


def _clock_minutes(columns: Columns) -> Numbers:
    """Where each minute of the line is found among the minutes of the wall clocks."""
    return np.concatenate(
        [
            np.arange(part.wall, part.wall + part.length) + number * DAY_MINUTES
            for number in range(columns.days)
            for part in segments(columns.first + number * ONE_DAY, columns.zone_name)
        ]
    )


def _width(columns: Columns) -> int:
    """The words of a line: room for all its minutes, an hour that happens twice too."""
    return -(-columns.days * DAY_MINUTES // WORD) + 2


def _as_words(rows: Bytes, width: int) -> Words:
    padded = np.zeros((len(rows), width * 8), dtype=np.uint8)
    padded[:, : rows.shape[1]] = rows
    return padded.view("<u8")


def _take_off(columns: Columns, rows: Numbers, lesson_format: LessonFormat, free: Words) -> None:
    """Clear what is taken, with the pauses around it."""
    places = np.full(columns.people, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    whose = places[columns.busy]
    pause = np.where(
        columns.travels | instructor_travels(lesson_format),
        columns.travel[columns.busy],
        columns.usual[columns.busy],
    )
    pause *= columns.taught
    end_of_line = free.shape[1] * WORD
    starts = np.clip(columns.starts - pause, 0, end_of_line)
    ends = np.clip(columns.ends + pause, 0, end_of_line)
    there = (whose >= 0) & (ends > starts)
    whose, starts, ends = whose[there], starts[there], ends[there]
    word = starts // WORD
    while len(whose):
        from_bit = np.maximum(starts - word * WORD, 0)
        to_bit = np.minimum(ends - word * WORD, WORD)
        np.bitwise_and.at(free, (whose, word), ~_bits_between(from_bit, to_bit))
        word = word + 1
        more = ends > word * WORD
        whose, starts, ends, word = whose[more], starts[more], ends[more], word[more]


def _bits_between(start: Numbers, end: Numbers) -> Words:
    """Words with the bits from `start` up to `end` set; `end` is above `start`, 64 at most."""
    return (ONES >> (WORD - (end - start)).astype(np.uint64)) << start.astype(np.uint64)


def _fitting(free: Words, minutes: int) -> Words:
    """The bits of each row at which `minutes` set bits in a row begin."""
    have = 1
    while have < minutes:
        step = min(have, minutes - have)
        free &= _later(free, step)
        have += step
    return free


def _later(rows: Words, minutes: int) -> Words:
    """Each row moved down by so many bits; behind its end there is nothing."""
    words, bits = divmod(minutes, WORD)
    moved = np.zeros_like(rows)
    kept = rows.shape[1] - words
    if kept <= 0:
        return moved
    moved[:, :kept] = rows[:, words:] >> np.uint64(bits)
    if bits and kept > 1:
        moved[:, : kept - 1] |= rows[:, words + 1 :] << np.uint64(WORD - bits)
    return moved


def _lowest(rows: Words, offset: int) -> Numbers:
    """The minute of the lowest set bit of each row, which begins at `offset`; -1 without any."""
    word = (rows != 0).argmax(axis=1)
    found = rows[np.arange(len(rows)), word]
    lowest = found & (~found + np.uint64(1))
    place = np.frexp(lowest.astype(np.float64))[1].astype(np.int64) - 1
    return np.where(found == 0, -1, word * WORD + place + offset)


def _startable(
    columns: Columns, asked: Asked, lesson_format: LessonFormat, length: int
) -> tuple[int, int]:
    """The minutes of the line at which a lesson may start: of people without and with
    protected mornings.
    """
    zone_name, begins_at = columns.zone_name, midnight(columns.first, columns.zone_name)
    earliest = _ceiling(asked.now + lead_time(lesson_format) - begins_at)
    usual = 0
    for span in when(asked, length, zone_name):
        first, last = (span.start - begins_at) // MINUTE, _ceiling(span.end - begins_at)
        usual |= stretch(max(first, earliest, 0), last)
    usual &= _grid(columns.first, columns.days, zone_name)
    night = protected_morning(asked.now, zone_name, lesson_format)
    if night is None:
        return usual, usual
    start, end = _ceiling(night.start - begins_at), _ceiling(night.end - begins_at)
    return usual, usual & ~stretch(max(start, 0), end)


def when(asked: Asked, length: int, zone_name: str = BUSINESS_ZONE) -> Iterator[Span]:
    """The instants at which a lesson of this length may start, on each day that is asked for."""
    for day in asked.days:
        start = at_wall(day, asked.after or 0, zone_name)
        end = midnight(day + ONE_DAY, zone_name)
        if asked.before is not None:
            latest = at_wall(day, asked.before, zone_name) - length * MINUTE
            end = min(end, latest + MINUTE)
        if end > start:
            yield Span(start, end)


@lru_cache(maxsize=256)
def _grid(first: date, days: int, zone_name: str) -> int:
    """The quarters of the line; those of an hour that happens twice only once."""
    grid = offset = 0
    for number in range(days):
        parts = segments(first + number * ONE_DAY, zone_name)
        length = day_length(parts)
        today = QUARTERS & stretch(0, length)
        for elapsed in range(0, length, GRID) if len(parts) > 1 else ():
            if elapsed != elapsed_minute(parts, wall_minute(parts, elapsed)):
                today &= ~(1 << elapsed)
        grid |= today << offset
        offset += length
    return grid


def _words_of(columns: Columns, bits: int) -> Words:
    """One row of words, as long as the line."""
    return np.frombuffer(bits.to_bytes(_width(columns) * 8, "little"), dtype="<u8")


def _ceiling(length: timedelta) -> int:
    """So many minutes, upwards to a whole one."""
    return -(-length // MINUTE)
