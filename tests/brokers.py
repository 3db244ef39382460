"""A Redis database of one's own: test runs beside each other keep out of each other's queues."""

from collections.abc import Generator
from contextlib import contextmanager

import redis

FIRST, LAST = 2, 15  # 0 is the demo's, 1 the other tests'
TAKEN = "it:taken"
SECONDS = 3_600


@contextmanager
def own_broker(redis_url: str) -> Generator[str]:
    """The address of an empty database that nobody else uses meanwhile."""
    server = redis_url.rsplit("/", 1)[0]
    for number in range(FIRST, LAST + 1):
        url = f"{server}/{number}"
        with redis.Redis.from_url(url) as client:
            if not client.set(TAKEN, "1", nx=True, ex=SECONDS):
                continue
            try:
                yield url
            finally:
                client.flushdb()
            return
    raise RuntimeError("every Redis database is taken by another test run")
