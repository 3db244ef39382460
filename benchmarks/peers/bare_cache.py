"""A FastAPI application that answers with bytes out of Redis: the floor of a stored answer."""

import argparse
import os
from typing import Any

import redis.asyncio as redis
import uvicorn
from fastapi import FastAPI, Response


def application() -> FastAPI:
    """`GET /{key}` answers with what Redis has under that key."""
    app = FastAPI()
    client: Any = getattr(redis.Redis, "from_url")(os.environ["REDIS_URL"])  # noqa: B009 - it has no types

    @app.get("/")
    async def ready() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok"}

    @app.get("/{key}")
    async def one(key: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        body: bytes | None = await client.get(f"bench:{key}")
        return Response(body or b"", media_type="application/json")

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tuned", action="store_true", help="on uvloop and httptools, as ours")
    given = parser.parse_args()
    uvicorn.run(
        application(),
        host="127.0.0.1",
        port=given.port,
        loop="uvloop" if given.tuned else "asyncio",
        http="httptools" if given.tuned else "h11",
        ws="none",
        access_log=False,
        log_level="warning",
    )
