"""A FastAPI application with one query and nothing else: the floor of every route."""

import argparse
import os

import uvicorn
from fastapi import FastAPI
from psycopg_pool import ConnectionPool

PLAIN = "postgresql://"


def application() -> FastAPI:
    """`GET /` answers with the result of `SELECT 1` over a pool."""
    app = FastAPI()
    url = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", PLAIN)
    pool = ConnectionPool(url, min_size=8, max_size=8, open=True)

    @app.get("/")
    def one() -> dict[str, int]:  # pyright: ignore[reportUnusedFunction]
        with pool.connection() as connection:
            row = connection.execute("SELECT 1").fetchone()
        return {"one": row[0] if row else 0}

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
