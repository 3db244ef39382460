"""How often somebody may do something: buckets in Redis, the same for all processes.

A bucket holds as many calls as are allowed in its minutes and fills evenly. When Redis cannot be
reached, each process counts by itself with the same numbers: nobody is turned away for that, and
nobody may do as much as they like.
"""

import threading
import time
from typing import Any, cast

from prometheus_client import Counter

from instainstru_core.kernel.log import logger
from instainstru_core.kernel.ports import Allowance

PREFIX = "instainstru:limit:"
TIMEOUT_SECONDS = 0.5
MINUTE = 60
AWAY_SECONDS = 5.0
"""For so long nobody asks again after Redis did not answer."""
MOST_BUCKETS = 10_000

TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local most, cost, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1]) or most
left = math.min(most, left + (now - (tonumber(known[2]) or now)) * most / seconds)
local taken = 0
if left >= cost then taken = 1; left = left - cost end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 2 * seconds)
return {taken, tostring(left)}
"""

ASKED = Counter(
    "instainstru_limiter_total",
    "Questions whether a call is within its limit, by the answer: allowed, refused, unreachable.",
    ["result"],
)

_log = logger(__name__)


class LocalLimiter:
    """Implements kernel.ports.Limiter for one process."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, name: str, *, most: int, minutes: int = 1, cost: int = 1) -> Allowance:
        """Take so many calls from the bucket of this name, if there are as many left."""
        now, rate = time.monotonic(), most / (minutes * MINUTE)
        with self._lock:
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets.clear()
            left, at = self._buckets.get(name, (float(most), now))
            left = min(most, left + (now - at) * rate)
            is_allowed = left >= cost
            left -= cost if is_allowed else 0
            self._buckets[name] = left, now
        return _allowance(is_allowed=is_allowed, left=left, cost=cost, rate=rate)


class RedisLimiter:
    """Implements kernel.ports.Limiter for all processes. Nothing is connected until first used."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis: Any = None
        self._alone = LocalLimiter()
        self._away_until = 0.0

    def take(self, name: str, *, most: int, minutes: int = 1, cost: int = 1) -> Allowance:
        """Take so many calls from the bucket of this name, if there are as many left."""
        import redis  # noqa: PLC0415 - it takes 17 MB, and most processes never ask

        if time.monotonic() < self._away_until:
            return self._alone.take(name, most=most, minutes=minutes, cost=cost)
        try:
            asked = (PREFIX + name, most, cost, minutes * MINUTE)
            taken, left = self._client().eval(TAKE, 1, *asked)
        except redis.RedisError as failure:
            ASKED.labels("unreachable").inc()
            _log.warning("limiter_unreachable", error=type(failure).__name__)
            self._away_until = time.monotonic() + AWAY_SECONDS
            return self._alone.take(name, most=most, minutes=minutes, cost=cost)
        ASKED.labels("allowed" if taken else "refused").inc()
        rate = most / (minutes * MINUTE)
        return _allowance(is_allowed=bool(taken), left=float(left), cost=cost, rate=rate)

    def close(self) -> None:
        if self._redis is not None:
            self._redis.close()
            self._redis = None

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


def _allowance(*, is_allowed: bool, left: float, cost: int, rate: float) -> Allowance:
    """`rate` is how many calls are filled up in a second."""
    waits = 0.0 if is_allowed else (cost - left) / rate
    return Allowance(is_allowed=is_allowed, left=int(left), retry_after=max(1, round(waits + 0.5)))
