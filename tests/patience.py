"""Waiting for what has to come true: as long as the slowest machine may take, and no longer."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 240.0
"""No test passes or fails by it where all is well; it only ends those that would hang."""


def wait_until(holds: Callable[[], bool]) -> None:
    """Until this holds; fails when it has not come true in all that time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
