"""A FastAPI application that holds an amount on a card and nothing else: the floor of a checkout.

It makes the same call through the same SDK, and asks the database as often, in as many
transactions: each statement reads or changes one row like a booking's by its key. The lean one
asks `SELECT 1` instead.
"""

import argparse
import os
import random
from typing import Any

import psycopg
import stripe
import uvicorn
from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from pydantic import BaseModel

PLAIN = "postgresql://"
TABLE = b"""
CREATE TABLE bare_bookings (LIKE bookings INCLUDING ALL);
INSERT INTO bare_bookings SELECT * FROM bookings
"""
READ, WRITE = "r", "w"
FULL = {
    READ: b"SELECT * FROM bare_bookings WHERE id = %s",
    WRITE: b"UPDATE bare_bookings SET confirmed_at = now() WHERE id = %s RETURNING id",
}
LEAN = {READ: b"SELECT 1", WRITE: b"SELECT 1"}


class Checkout(BaseModel):
    """Whom to charge, and how much."""

    key: str
    customer: str
    payment_method: str
    cents: int


def application(before: list[str], after: list[str], *, lean: bool) -> FastAPI:
    """`POST /checkout`: transactions, the call, transactions. Each is a word of `r` and `w`."""
    app = FastAPI()
    url = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", PLAIN)
    with psycopg.connect(url, autocommit=True) as connection:
        if not lean:
            connection.execute(TABLE)
        ids = [row[0] for row in connection.execute("SELECT id FROM bookings LIMIT 1000")]
    pool = ConnectionPool(url, min_size=8, max_size=8, open=True)
    client = stripe.StripeClient(
        os.environ["STRIPE_SECRET_KEY"],
        base_addresses={"api": os.environ["INSTAINSTRU_STRIPE_API_URL"]},
        max_network_retries=0,
        http_client=stripe.RequestsClient(),
    )

    def ask(transactions: list[str]) -> None:
        for statements in transactions:
            with pool.connection() as connection:
                rows = sorted(random.sample(ids, len(statements)))  # in order: no deadlocks
                for kind, row in zip(statements, rows, strict=True):
                    given = None if lean else (row,)
                    connection.execute((LEAN if lean else FULL)[kind], given).fetchone()

    @app.get("/")
    def ready() -> dict[str, bool]:  # pyright: ignore[reportUnusedFunction]
        return {"ready": True}

    @app.post("/checkout")
    def checkout(wanted: Checkout) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        ask(before)
        made = client.v1.payment_intents.create(
            {
                "amount": wanted.cents,
                "currency": "usd",
                "customer": wanted.customer,
                "payment_method": wanted.payment_method,
                "confirm": True,
                "off_session": False,
                "capture_method": "manual",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"key": wanted.key},
                "expand": ["latest_charge.balance_transaction"],
            },
            {"idempotency_key": wanted.key},
        )
        ask(after)
        return {"id": made.id, "status": made.status}

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lean", action="store_true", help="SELECT 1 for every statement")
    parser.add_argument("--before", nargs="*", default=[])
    parser.add_argument("--after", nargs="*", default=[])
    given = parser.parse_args()
    uvicorn.run(
        application(given.before, given.after, lean=given.lean),
        host="127.0.0.1",
        port=given.port,
        loop="asyncio",
        http="h11",
        ws="none",
        access_log=False,
        log_level="warning",
    )
