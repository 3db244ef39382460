"""What a process does about its memory once it has started."""

import asyncio
import ctypes
import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager

YOUNG = 10_000
"""So many new objects before the collector looks at the young ones. One request makes thousands
that all go away by themselves; the default of 700 has each of them looked at several times."""


ARENA_MAX = -8
"""What glibc calls the limit of its arenas, `M_ARENA_MAX`."""

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
"""What glibc calls the size from which on a block is mapped by itself, and how much may be free at
the end of the pool."""

PAGE, LARGEST = 4_096, 32 * 1024 * 1024
"""The smallest blocks that are mapped by themselves while much is read, and what glibc comes to by
itself after a large block was free."""

REST_SECONDS = 0.5
LIBRARY = ctypes.CDLL(None)
_kept: list[Callable[[], None]] = []


def share() -> None:
    """Call it first of all, before there is a second thread.

    Threads share one pool of free memory from here on. With one for each, every thread that ever
    checked a password keeps the 20 MB which that took: a pool that is there already stays, and the
    end of any but the first is never given back.
    """
    if hasattr(LIBRARY, "malloc_trim"):  # glibc has it, others do not
        LIBRARY.mallopt(ARENA_MAX, 1)


def settle() -> None:
    """Call it when all is imported and built, and before any fork.

    What exists now stays: the collector need not look at it again and again, which also keeps
    forked processes from copying it. What the imports have freed goes back to the system.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    give_back()


def free_with(drop: Callable[[], None]) -> None:
    """Have something dropped whenever memory is given back: what is kept only for the next time."""
    _kept.append(drop)


def give_back() -> None:
    """Give what is free to the system: after a rush, the 20 MB of each password that was hashed.

    Takes about a millisecond for each 100 MB in use.
    """
    for drop in _kept:
        drop()
    if hasattr(LIBRARY, "malloc_trim"):
        LIBRARY.malloc_trim(0)


@contextmanager
def apart() -> Generator[None]:
    """Keep what is read in large amounts meanwhile out of the pool of free memory.

    Each larger block is mapped by itself and goes back to the system as soon as it is free. In the
    pool it would leave holes among what stays, over which all that comes later would spread.
    """
    if not hasattr(LIBRARY, "malloc_trim"):
        yield
        return
    LIBRARY.mallopt(MMAP_THRESHOLD, PAGE)
    try:
        yield
    finally:
        LIBRARY.mallopt(MMAP_THRESHOLD, LARGEST)
        LIBRARY.mallopt(TRIM_THRESHOLD, 2 * LARGEST)


async def keep_small(every_seconds: float = REST_SECONDS) -> None:
    """Give memory back again and again, until cancelled; a task of each server's event loop."""
    while True:
        await asyncio.sleep(every_seconds)
        give_back()
