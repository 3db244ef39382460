"""What a process does about its memory once it has started."""

import ctypes
import gc

YOUNG = 10_000
"""So many new objects before the collector looks at the young ones. One request makes thousands
that all go away by themselves; the default of 700 has each of them looked at several times."""


def settle() -> None:
    """Call it when all is imported and built, and before any fork.

    What exists now stays: the collector need not look at it again and again, which also keeps
    forked processes from copying it. What the imports have freed goes back to the system.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, others do not
    if trim is not None:
        trim(0)
