"""The bit algebra of one day: an integer of 1440 bits; bit m is minute m of the wall clock."""

from collections.abc import Iterable, Iterator
from functools import cache

DAY_MINUTES = 1440
DAY_BYTES = DAY_MINUTES // 8
WHOLE_DAY = (1 << DAY_MINUTES) - 1
GRID = 15
QUARTERS = sum(1 << minute for minute in range(0, 2 * DAY_MINUTES, GRID))
"""Every quarter of an hour of a day, however long it is."""


class BadWindow(ValueError):
    """A window of hours that cannot be stored; the text says why."""


def from_bytes(stored: bytes) -> int:
    """A day from its stored form: 180 bytes, the first minutes first."""
    return int.from_bytes(stored, "little")


def to_bytes(bits: int) -> bytes:
    """The stored form of a day."""
    return bits.to_bytes(DAY_BYTES, "little")


def stretch(start: int, end: int) -> int:
    """The bits from `start` up to, not including, `end`; nothing when they are the wrong way."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """The stretches of set bits, in order, as half-open pairs."""
    offset = 0
    while bits:
        skipped = (bits & -bits).bit_length() - 1
        bits >>= skipped
        length = (~bits & (bits + 1)).bit_length() - 1
        bits >>= length
        yield offset + skipped, offset + skipped + length
        offset += skipped + length


def from_windows(windows: Iterable[tuple[int, int]]) -> int:
    """The bits of windows of one day that do not overlap. Raises BadWindow where two do."""
    bits = 0
    for start, end in windows:
        wanted = stretch(start, end)
        if bits & wanted:
            raise BadWindow(
                f"{clock_text(start)}-{clock_text(end)} overlaps another window of the same day:"
                " merge the two."
            )
        bits |= wanted
    return bits


def fitting(bits: int, minutes: int) -> int:
    """The bits at which `minutes` set bits in a row begin."""
    have = 1
    while have < minutes:
        step = min(have, minutes - have)
        bits &= bits >> step
        have += step
    return bits


@cache
def clock_text(minute: int) -> str:
    """A minute of the day as people write it; the end of the day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int:
    """The minute that a text such as "09:30" or "24:00" stands for."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
