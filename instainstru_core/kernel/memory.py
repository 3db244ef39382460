"""What a process does about its memory once it has started."""

import ctypes
import gc


def settle() -> None:
    """Call it when all is imported and built, and before any fork.

    What exists now stays: the collector need not look at it again and again, which also keeps
    forked processes from copying it. What the imports have freed goes back to the system.
    """
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, others do not
    if trim is not None:
        trim(0)
