"""A mutex in Redis: one holder a name, known by a number that only grows.

A holder that dies is waited for until its time is up. When Redis cannot be reached nobody is kept
away, and the database keeps order alone: row locks, unique commands, exclusion constraints.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from prometheus_client import Counter

from instainstru_core.kernel.log import logger
from instainstru_core.kernel.ports import InProgress

PREFIX = "instainstru:mutex:"
TIMEOUT_SECONDS = 1.0

ACQUIRE = """
local now = redis.call('TIME')
local token = now[1] * 1000000 + now[2]
if redis.call('SET', KEYS[1], string.format('%.0f', token), 'NX', 'PX', ARGV[1]) then
    return string.format('%.0f', token)
end
return false
"""
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

HELD = Counter(
    "instainstru_mutex_total",
    "Attempts to hold a mutex by how they ended: held, blocked, unreachable.",
    ["result"],
)

_log = logger(__name__)


class RedisMutex:
    """Implements kernel.ports.Mutex. Nothing is connected until first used."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis: Any = None

    @contextmanager
    def hold(self, name: str, *, seconds: float) -> Generator[int | None]:
        """Hold this name; the number is the instant in Redis's microseconds."""
        token = self._acquire(name, seconds)
        try:
            yield token
        finally:
            if token is not None:
                self._release(name, token)

    def close(self) -> None:
        if self._redis is not None:
            self._redis.close()
            self._redis = None

    def _acquire(self, name: str, seconds: float) -> int | None:
        import redis  # noqa: PLC0415 - it takes 17 MB, and most processes never ask

        try:
            token = self._client().eval(ACQUIRE, 1, PREFIX + name, round(seconds * 1000))
        except redis.RedisError as failure:
            HELD.labels("unreachable").inc()
            _log.warning("mutex_unreachable", error=type(failure).__name__)
            return None
        if token is None:
            HELD.labels("blocked").inc()
            raise InProgress(
                "This is being worked on right now. Try again in a moment.", retry_after=2
            )
        HELD.labels("held").inc()
        return int(token)

    def _release(self, name: str, token: int) -> None:
        import redis  # noqa: PLC0415 - as above

        try:
            self._client().eval(RELEASE, 1, PREFIX + name, str(token))
        except redis.RedisError as failure:
            _log.warning("mutex_not_released", error=type(failure).__name__)

    def _client(self) -> Any:  # noqa: ANN401 - redis is imported when it is used
        if self._redis is None:
            import redis  # noqa: PLC0415 - as above

            self._redis = cast(
                "Any",
                redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
                    self._url,
                    socket_timeout=TIMEOUT_SECONDS,
                    socket_connect_timeout=TIMEOUT_SECONDS,
                    decode_responses=True,
                ),
            )
        return self._redis
