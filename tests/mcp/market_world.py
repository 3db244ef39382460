"""A market whose money moved, through the real flows and the simulated provider, and its copilot.

It begins on Monday, June 15th 2026, 10:00 in New York, and stands still on Saturday, June 20th,
14:00. Lessons cost 120 dollars, the student pays 12 percent more (13,440), the instructor is owed
10,560; the provider keeps 420 of a charge of 13,440. Maya teaches, Jonas and Mia learn:

- `taken`: Thursday 16:00, charged on Friday 17:00 and paid out; on Saturday 10:00 Ada of the staff
  gave 4,000 back, 3,143 of it the instructor's.
- `cancelled`: Friday 16:00, called off by Jonas at 01:00 of that day, 15 hours before: charged,
  and 12,000 of it is credit now.
- `dropped`: Thursday 09:00, booked by Mia, whose card was refused three times for lack of funds.
- `upcoming`: Monday 15:00, nothing is held yet.
- `held`: Sunday 10:00, booked on Saturday 10:00, exactly 24 hours before: the amount is on hold.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import OrderRefund
from instainstru_core.domains.bookings.types import RefundReason
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.notifications.schemas import BookingConfirmedFacts
from instainstru_core.domains.notifications.types import Template
from instainstru_core.kernel import measure
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, gateway_of, settings_for
from tests.databases import ServerUrls, clone
from tests.factories import acts, money, webhooks
from tests.factories.money import FUNDS, STAFF, Market, moment
from tests.factories.notifications import facts
from tests.mcp import world as worlds

NOW = moment("2026-06-20T18:00:00")


@dataclass(frozen=True, slots=True)
class MarketWorld:
    """Who and what there is."""

    runtime: Runtime
    market: Market
    jonas: str
    mia: str
    maya: str
    ada: str
    booked: dict[str, str]
    intents: dict[str, str]
    webhook: str


@contextmanager
def opened(servers: ServerUrls, signing_key_file: Path) -> Generator[MarketWorld]:
    """The market on a database of its own."""
    clock = SetClock()
    stripe = Simulator(clock, starting_balance=FUNDS)
    with clone(servers) as database_url:
        settings = settings_for(database_url, servers)
        known = settings.model_dump() | {
            "DATABASE_URL": database_url,
            "REDIS_URL": servers.redis_url,
            "PROMETHEUS_URL": servers.prometheus_url,
            "oauth_issuer": worlds.ISSUER,
            "oauth_audience": worlds.AUDIENCE,
            "oauth_signing_key_file": signing_key_file,
            "mcp_operators": {"ops": worlds.OPERATOR},
        }
        built = composition.build(type(settings)(**known), clock)
        runtime = replace(built, payments=gateway_of(stripe))
        yield _lived(runtime, stripe, clock)
        runtime.close()


def _lived(runtime: Runtime, stripe: Simulator, clock: SetClock) -> MarketWorld:
    market = money.market(runtime, stripe, clock)
    other = market.with_another_student()
    ada = acts.staff(market)
    booked = {
        "taken": market.confirmed("2026-06-18T16:00:00").id,
        "cancelled": market.confirmed("2026-06-19T16:00:00").id,
        "upcoming": market.confirmed("2026-06-22T15:00:00").id,
        "dropped": other.confirmed("2026-06-18T09:00:00").id,
    }
    other.change_card(decline="insufficient_funds")
    market.at("2026-06-19T05:00:00")
    market.cancel(booked["cancelled"])
    market.at("2026-06-20T14:00:00")
    market.run_jobs()
    flows.refund(
        market.cashier,
        actor=ada,
        booking_id=booked["taken"],
        command=OrderRefund(
            cents=4_000, reason=RefundReason.GOODWILL, note="Call me at +1 212 555 0199."
        ),
    )
    market.run_jobs()
    booked["held"] = market.confirmed("2026-06-21T10:00:00").id
    market.at(NOW)
    intents = {name: market.intent(booked[name]) for name in ("taken", "cancelled", "held")}
    with runtime.begin(SYSTEM) as uow:
        about = {
            "object": {
                "id": intents["taken"],
                "object": "payment_intent",
                "amount": 13_440,
                "status": "succeeded",
                "receipt_email": "jonas@example.org",
                "description": "Call Jonas at +1 212 555 0188",
                "client_secret": "pi_secret_1",
                "billing_details": {"name": "Jonas Lind", "address": {"city": "New York"}},
                "last_payment_error": {"code": "card_declined", "message": "Ask Jonas."},
            }
        }
        webhook = webhooks.received(
            uow, kind="payment_intent.succeeded", account_id=None, payload={"data": about}
        )
        notifications.queue(
            uow,
            key="booking_confirmed:taken",
            template=Template.BOOKING_CONFIRMED,
            user_id=market.student.id,
            facts=facts(BookingConfirmedFacts),
            reference=f"booking:{booked['taken']}",
        )
    return MarketWorld(
        runtime=runtime,
        market=market,
        jonas=market.student.id or "",
        mia=other.student.id or "",
        maya=market.teacher.id,
        ada=ada.id or "",
        booked=booked,
        intents=intents,
        webhook=webhook,
    )


def statements(lived: MarketWorld, ask: Callable[[Uow], object]) -> list[str]:
    """The statements that this question asks of the database."""
    seen: list[str] = []

    def note(_connection: object, statement: str, _values: object) -> None:
        seen.append(statement)

    with measure.overheard(note), lived.runtime.begin(STAFF) as uow:
        ask(uow)
    return seen


def token(signing_key: str, **changes: Any) -> str:
    """A token that is good while this market stands still."""
    return worlds.token(signing_key, at=NOW, **changes)
