"""Turns: so many at a time go on, others wait a little without a thread, the rest come back later.

All of it happens on the event loop, so that nobody who waits keeps a thread from other routes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class NoTurn(Exception):
    """The wait was longer than is allowed, or the line was."""


class Turns:
    """Lets `most` at a time go on, in the order in which they came."""

    def __init__(self, most: int, *, waiting: int, seconds: float) -> None:
        self.most = most
        self._seconds = seconds
        self._longest = waiting
        self._running = 0
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now is refused at once."""
        return self._running >= self.most and len(self._line) >= self._longest

    @property
    def in_flight(self) -> int:
        """How many have a turn or wait for one."""
        return self._running + len(self._line)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a turn and have it meanwhile. Raises NoTurn."""
        if self._running < self.most and not self._line:
            self._running += 1
        else:
            await self._wait()
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self) -> None:
        if len(self._line) >= self._longest:
            raise NoTurn
        called = asyncio.get_running_loop().create_future()
        self._line.append(called)
        try:
            async with asyncio.timeout(self._seconds):
                await called
        except BaseException as failure:
            if called.done() and not called.cancelled():
                if isinstance(failure, TimeoutError):
                    return  # called at the very last moment
                self._pass_on()
            elif called in self._line:
                self._line.remove(called)
            if isinstance(failure, TimeoutError):
                raise NoTurn from failure
            raise

    def _pass_on(self) -> None:
        """Call the next one, who takes over the turn."""
        while self._line:
            called = self._line.popleft()
            if not called.done():
                called.set_result(None)
                return
        self._running -= 1


class Together(Generic[T]):
    """Has the same thing made once for all who want it at the same time."""

    def __init__(self) -> None:
        self._making: dict[Hashable, asyncio.Task[T]] = {}

    async def share(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """What `make` gives, and whether it was made for this caller.

        It is finished also where the caller goes away, since others may wait for it.
        """
        task = self._making.get(key)
        if task is not None:
            return await asyncio.shield(task), False
        task = asyncio.ensure_future(make())
        self._making[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task), True

    def _forget(self, key: Hashable, done: asyncio.Task[T]) -> None:
        del self._making[key]
        if not done.cancelled():
            done.exception()  # looked at, in case nobody is left who waits for it
