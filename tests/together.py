"""Calls that start at the same instant, each on a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from instainstru_core.kernel.errors import Refusal
from tests.patience import PATIENCE_SECONDS

Answer = TypeVar("Answer")


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer | Refusal]:
    """What each call answers when all of them start together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer | Refusal:
        barrier.wait(PATIENCE_SECONDS)
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
