"""How many searches one process makes at once. The numbers hang together; a test says how. Pure.

Making an answer takes a processor, so more at a time only makes each one slower: four keep a
processor busy while others wait for the database. Whoever comes then waits a little, without a
thread, and is told to come back where that is not enough. Whoever had to wait, or found all turns
taken, belongs to a busy time and gets the smaller budget from the turn on: the longest wait and
that budget together are the whole budget of a request.
"""

RUNNING = 4
"""Searches being made at once in a process, unless the settings say otherwise."""

MOST_WAITING = 32
"""Those that wait, about twice as many as get a turn in time on a machine that others use as well;
who comes after them is refused at once.
"""

RETRY_AFTER = 2
"""Seconds after which it is worth to come back."""


def running(threads: int, most: int = RUNNING) -> int:
    """How many searches a process with so many threads makes at once: other routes keep half."""
    return max(1, min(most, threads // 2))


def is_loaded(in_flight: int, most: int) -> bool:
    """Whether a search that finds so many others made or waiting belongs to a busy time."""
    return in_flight >= most
