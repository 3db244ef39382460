"""A real worker moves money: found by one task, driven by another, held at the provider."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from devstack.stripe_simulator.server import SimulatorServer
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import PaymentStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local
from tests.brokers import own_broker
from tests.conftest import SetClock, settings_for
from tests.databases import ServerUrls, clone
from tests.factories.money import FUNDS, Market, market
from tests.patience import wait_until
from tests.processes import free_port
from tests.worker.at_work import worker_at_work
from worker.app import Workplace, create_app
from worker.tasks.bookings import PLACE_HOLDS

KEY = "sk_test_here"
AHEAD = timedelta(days=3)
HOLD_IS_DUE = timedelta(hours=20)


@pytest.fixture
def provider() -> Iterator[SimulatorServer]:
    with SimulatorServer(api_key=KEY, starting_balance=FUNDS) as server:
        yield server


@pytest.fixture
def site(servers: ServerUrls, provider: SimulatorServer) -> Iterator[Settings]:
    with clone(servers) as database_url, own_broker(servers.redis_url) as broker_url:
        yield settings_for(database_url, servers).model_copy(
            update={
                "redis_url": SecretStr(broker_url),
                "stripe_secret_key": SecretStr(KEY),
                "stripe_api_url": provider.url,
            }
        )


@pytest.fixture
def shop(site: Settings, provider: SimulatorServer) -> Iterator[Market]:
    """A market three days ago."""
    clock = SetClock()
    clock.now = utc_now() - AHEAD
    provider.clock.set(clock.now)
    runtime = composition.build(site, clock)
    yield market(
        runtime, provider.simulator, clock, hours=("00:00-24:00",), overnight_protection=False
    )
    runtime.close()


def booked_then(shop: Market, provider: SimulatorServer) -> BookingDetailView:
    """A lesson that was paid for three days ago and whose hold is due by now."""
    booked = shop.confirmed(quarter_after(utc_now() + HOLD_IS_DUE))
    shop.clock.now = utc_now()
    provider.clock.follow()
    return booked


def quarter_after(moment: datetime) -> str:
    """The next start of a lesson on the wall clock of New York."""
    local = to_local(moment, BUSINESS_ZONE).replace(second=0, microsecond=0)
    return (local + timedelta(minutes=15 - local.minute % 15)).isoformat()


def test_a_due_hold_is_placed_at_the_provider(
    site: Settings, shop: Market, provider: SimulatorServer, tmp_path: Path
) -> None:
    booked = booked_then(shop, provider)
    assert booked.payment_status is PaymentStatus.SCHEDULED
    assert shop.intents("requires_capture") == []
    port = free_port()
    keys = {"STRIPE_SECRET_KEY": KEY, "INSTAINSTRU_STRIPE_API_URL": provider.url}
    with (
        create_app(Workplace(site, {})) as app,
        worker_at_work(site, port, tmp_path / "accident", **keys),
    ):
        app.tasks[PLACE_HOLDS.name].apply_async()
        wait_until(lambda: shop.money(booked.id).authorized_at is not None)
        page = f"http://127.0.0.1:{port}/metrics"
        done = re.compile(
            r'^instainstru_worker_items_total\{result="done",task="bookings.drive"\} 1',
            re.MULTILINE,
        )
        wait_until(lambda: done.search(httpx.get(page).text) is not None)
        record = "SELECT task_name, state FROM task_executions ORDER BY 1"
        expected = [("bookings.drive", "succeeded"), ("bookings.place_holds", "succeeded")]
        wait_until(lambda: rows(shop, record) == expected)
    assert shop.intents("requires_capture") == [13_440]
    assert shop.detail(booked.id).payment_status is PaymentStatus.AUTHORIZED


def rows(shop: Market, query: str) -> list[tuple[object, ...]]:
    with shop.runtime.begin(SYSTEM) as uow:
        return [tuple(row) for row in uow.session.execute(text(query))]
