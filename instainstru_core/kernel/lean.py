"""Imports libraries without what they would only use if it were there.

Many libraries look for others and do without where those are missing: a logger colors what is
written with one, a client of HTTP has a command line. What is installed for somebody else would
be loaded by each process that never uses it, 20 MB together.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import cast


@contextmanager
def without(*names: str) -> Generator[None]:
    """In this block these modules cannot be imported, unless that was done before; afterwards they
    can. Only while there is one thread: others might want them just then.
    """
    modules = cast("dict[str, object]", sys.modules)
    left_out = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(left_out))
    try:
        yield
    finally:
        for name in left_out:
            del modules[name]
