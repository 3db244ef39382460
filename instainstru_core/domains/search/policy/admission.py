"""How many searches one process makes at once. The numbers hang together; a test says how. Pure.

Making an answer takes a processor, so more at a time only makes each one slower: four keep a
thread busy while others wait for the database. Whoever comes then waits a little, without a
thread, and is told to come back where that is not enough. With all four taken the process counts
as loaded and an answer gets less time, so that the wait and the work still fit into the budget.
"""

RUNNING = 4
"""Searches being made at once in a process. Never more than half of its threads."""

MOST_WAITING = 64
"""Those that wait; who comes after them is refused at once."""

WAIT_SECONDS = 0.2
"""The longest wait for a turn, all of it within the budget of the request."""

LOADED_AT = RUNNING
"""With so many searches made or waiting, the next one gets the smaller budget."""

RETRY_AFTER = 2
"""Seconds after which it is worth to come back."""


def running(threads: int) -> int:
    """How many searches a process with so many threads makes at once: other routes keep half."""
    return max(1, min(RUNNING, threads // 2))


def is_loaded(in_flight: int, most: int) -> bool:
    """Whether a search that finds so many others here belongs to a busy time."""
    return in_flight >= most
