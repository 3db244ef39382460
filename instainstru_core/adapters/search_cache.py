"""Answers of searches in Redis: one round trip to look, one to keep, one to make untrue.

A touched tag holds the instant of its last touch, on Redis's own clock that never goes back. An
answer is kept with the instant at which its making began, before anything was read. It is told
again only while none of its tags was touched since, so there is no moment between a change and the
making of an answer in which a stale one could be kept. Tags live longer than answers.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any, cast
from weakref import WeakKeyDictionary

from prometheus_client import Counter

from instainstru_core.adapters.redis import RedisUnreachable
from instainstru_core.domains.search.types.answers import Answer, Looked
from instainstru_core.kernel.log import logger

PREFIX = "instainstru:search:"
LOOK_SECONDS = 0.1
"""Who does not hear from Redis for so long makes the answer without it."""

TOUCH_SECONDS = 2.0
TAG_SECONDS = 900
AWAY_SECONDS = 2.0
"""For so long nobody asks again after Redis did not answer."""

NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', ARGV[1] .. 'clock') or '0')
if last > now then now = last end
"""
LOOK = (
    NOW
    + """
local instant = string.format('%.0f', now)
local kept = redis.call('HMGET', KEYS[1], 'since', 'tags')
if not kept[1] then return {instant} end
local names = cjson.decode(kept[2])
for at, name in ipairs(names) do names[at] = ARGV[1] .. 'tag:' .. name end
local since = tonumber(kept[1])
for _, touched in ipairs(redis.call('MGET', unpack(names))) do
    if touched and tonumber(touched) > since then return {instant} end
end
local rest = redis.call('HMGET', KEYS[1], 'meta', 'body', 'note')
return {instant, rest[1], rest[2], rest[3]}
"""
)
TOUCH = (
    NOW
    + """
now = string.format('%.0f', now + 1)
redis.call('SET', ARGV[1] .. 'clock', now, 'EX', ARGV[2])
for at = 3, #ARGV do redis.call('SET', ARGV[1] .. 'tag:' .. ARGV[at], now, 'EX', ARGV[2]) end
"""
)

LOOKED = Counter(
    "instainstru_search_cache_total",
    "Looks for a stored answer by what came of them: hit, miss, unreachable.",
    ["result"],
)

_log = logger(__name__)


class NoAnswers:
    """Implements search.ports.Answers where nothing is to be kept."""

    is_on = False

    async def look(self, key: str) -> Looked:  # noqa: ARG002 - as the port has it
        return Looked(since=None)

    async def keep(
        self, key: str, answer: Answer, *, since: int, tags: Collection[str], seconds: int
    ) -> None:
        """Nothing is kept."""

    def touch(self, tags: Collection[str]) -> None:
        """Nothing was kept."""

    def is_new(self, name: str, value: str) -> bool:  # noqa: ARG002 - as the port has it
        return False

    async def leave(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


class RedisAnswers:
    """Implements search.ports.Answers. Nothing is connected until first used.

    `space` keeps the answers of different databases apart in one Redis.
    """

    is_on = True

    def __init__(self, url: str, space: str) -> None:
        self._url = url
        self.prefix = f"{PREFIX}{hashlib.blake2b(space.encode(), digest_size=6).hexdigest()}:"
        self._redis: Any = None
        self._clients: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._away_until = 0.0

    async def look(self, key: str) -> Looked:
        """The stored answer; without one, the instant at which the making of a new one begins."""
        import redis  # noqa: PLC0415 - it takes 17 MB, and most processes never ask

        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            LOOKED.labels("unreachable").inc()
            return Looked(since=None)
        try:
            found = await self._looking(loop)(
                keys=[f"{self.prefix}answer:{key}"], args=[self.prefix]
            )
        except (redis.RedisError, OSError) as failure:
            self._gave_up(loop, failure)
            return Looked(since=None)
        if len(found) == 1:
            LOOKED.labels("miss").inc()
            return Looked(since=int(found[0]))
        LOOKED.labels("hit").inc()
        return Looked(int(found[0]), Answer(body=found[2], note=found[3], **json.loads(found[1])))

    async def keep(
        self, key: str, answer: Answer, *, since: int, tags: Collection[str], seconds: int
    ) -> None:
        """Store an answer whose making began at this instant."""
        import redis  # noqa: PLC0415 - as above

        loop = asyncio.get_running_loop()
        name = f"{self.prefix}answer:{key}"
        rest = {field.name: getattr(answer, field.name) for field in fields(answer)}
        body, note, _ = rest.pop("body"), rest.pop("note"), rest.pop("plain")
        kept = {
            "since": since,
            "tags": json.dumps(list(tags), separators=(",", ":")),
            "meta": json.dumps(rest, separators=(",", ":")),
            "body": body,
            "note": note,
        }
        try:
            async with self._client(loop).pipeline(transaction=True) as pipeline:
                pipeline.delete(name)
                pipeline.hset(name, mapping=kept)
                pipeline.expire(name, seconds)
                await pipeline.execute()
        except (redis.RedisError, OSError) as failure:
            self._gave_up(loop, failure)

    def touch(self, tags: Collection[str]) -> None:
        """Make every stored answer untrue that carries one of these tags. Raises Unavailable."""
        self._asked(lambda client: client.eval(TOUCH, 0, self.prefix, TAG_SECONDS, *tags))

    def is_new(self, name: str, value: str) -> bool:
        """Whether this value is another than the last one told under the name."""
        key = f"{self.prefix}last:{name}"
        last = self._asked(lambda client: client.set(key, value, get=True))
        return last is not None and last.decode() != value

    def _asked(self, ask: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - redis is untyped
        """What Redis answers to somebody who waits for it. Raises RedisUnreachable."""
        import redis  # noqa: PLC0415 - as above

        try:
            return ask(self._blocking())
        except redis.RedisError as failure:
            raise RedisUnreachable(
                "Redis cannot be reached right now. Try again in a few seconds.",
                part="redis",
                retry_after=5,
            ) from failure

    async def leave(self) -> None:
        """Give back the connections of this event loop."""
        known = self._clients.pop(asyncio.get_running_loop(), None)
        if known is not None:
            await known[0].aclose()

    def close(self) -> None:
        if self._redis is not None:
            self._redis.close()
            self._redis = None

    def _gave_up(self, loop: asyncio.AbstractEventLoop, failure: Exception) -> None:
        LOOKED.labels("unreachable").inc()
        _log.warning("search_cache_unreachable", error=type(failure).__name__)
        self._away_until = loop.time() + AWAY_SECONDS

    def _looking(self, loop: asyncio.AbstractEventLoop) -> Any:  # noqa: ANN401 - redis is untyped
        self._client(loop)
        return self._clients[loop][1]

    def _client(self, loop: asyncio.AbstractEventLoop) -> Any:  # noqa: ANN401 - as above
        known = self._clients.get(loop)
        if known is None:
            import redis.asyncio  # noqa: PLC0415 - as above

            client = cast("Any", redis.asyncio.Redis).from_url(
                self._url, socket_timeout=LOOK_SECONDS, socket_connect_timeout=LOOK_SECONDS
            )
            known = self._clients[loop] = (client, client.register_script(LOOK))
        return known[0]

    def _blocking(self) -> Any:  # noqa: ANN401 - as above
        if self._redis is None:
            import redis  # noqa: PLC0415 - as above

            self._redis = cast("Any", redis.Redis).from_url(
                self._url, socket_timeout=TOUCH_SECONDS, socket_connect_timeout=TOUCH_SECONDS
            )
        return self._redis
