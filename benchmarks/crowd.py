"""Many clients at once, ours and the peer's in turns."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from statistics import median
from typing import TypeAlias

from benchmarks.client import Call, Client
from benchmarks.compare import Comparison

Make: TypeAlias = Callable[[], Call]
Send: TypeAlias = Callable[[Client, Call], float]


class Crowd:
    """As many clients as wanted, each on a thread and a connection of its own."""

    def __init__(self, port: int, size: int, send: Send) -> None:
        self._threads = ThreadPoolExecutor(size)
        self._free: SimpleQueue[Client] = SimpleQueue()
        self._send = send
        for _ in range(size):
            self._free.put(Client(port))

    def timed(self, calls: list[Call]) -> float:
        """Seconds for each call, while as many as there are clients are under way."""
        started = time.perf_counter()
        done = list(self._threads.map(self._one, calls))
        return (time.perf_counter() - started) / len(done)

    def _one(self, call: Call) -> float:
        client = self._free.get()
        try:
            return self._send(client, call)
        finally:
            self._free.put(client)


def together(
    crowds: tuple[Crowd, Crowd], makes: tuple[Make, Make], *, rounds: int, block: int
) -> Comparison:
    """Blocks of as many calls, in turns; the ratio is that of the pace of both."""

    def one_block(side: int) -> float:
        return crowds[side].timed([makes[side]() for _ in range(block)])

    for side in (0, 1):
        one_block(side)
    found = [(one_block(0), one_block(1)) for _ in range(rounds)]
    return Comparison(
        ours=median(ours for ours, _ in found),
        peer=median(peers for _, peers in found),
        allowed=0.0,
        ratios=tuple(ours / peers for ours, peers in found),
    )
