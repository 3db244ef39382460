"""What a process does about its memory once it has started."""

import ctypes
import gc

YOUNG = 10_000
"""So many new objects before the collector looks at the young ones. One request makes thousands
that all go away by themselves; the default of 700 has each of them looked at several times."""


ARENA_MAX = -8
"""What glibc calls the limit of its arenas, `M_ARENA_MAX`."""


def settle() -> None:
    """Call it when all is imported and built, and before any fork or thread.

    What exists now stays: the collector need not look at it again and again, which also keeps
    forked processes from copying it. What the imports have freed goes back to the system. From now
    on threads share one pool of free memory: with one for each, every thread that ever checked a
    password keeps the 20 MB which that took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):  # glibc has it, others do not
        library.mallopt(ARENA_MAX, 1)
        library.malloc_trim(0)
