"""Redis, as far as the core asks for it by itself: whether it is there."""

import importlib

from instainstru_core.kernel.errors import Unavailable


class RedisUnreachable(Unavailable):
    code = "redis.unreachable"


def prepare() -> None:
    """Import the library now rather than with the first question."""
    importlib.import_module("redis")


def ping(url: str, *, timeout_seconds: float = 1.0) -> None:
    """Return when Redis answers. Raises RedisUnreachable."""
    import redis  # noqa: PLC0415 - it takes 17 MB, and most processes never ask

    try:
        with redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - untyped options
            url, socket_timeout=timeout_seconds, socket_connect_timeout=timeout_seconds
        ) as client:
            client.ping()  # pyright: ignore[reportUnknownMemberType]
    except redis.RedisError as failure:
        raise RedisUnreachable(
            "Redis cannot be reached right now. Try again in a few seconds.",
            part="redis",
            retry_after=5,
        ) from failure
