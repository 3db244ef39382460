"""Waiting for what has to come true: as long as the slowest machine may take, and no longer."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 240.0
"""No test passes or fails by it where all is well; it only ends those that would hang."""

PATIENCE_MS = round(PATIENCE_SECONDS * 1_000)


def wait_until(holds: Callable[[], bool], *, pause: float = 0.02) -> None:
    """Until this holds, looked at every `pause` seconds; fails when it never comes true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(pause)
