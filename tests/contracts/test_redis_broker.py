"""The broker's port on a real Redis, filled by Celery itself."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import celery
import pytest
import redis

from instainstru_core.adapters.broker import FORGET_AFTER, TIMETABLE, WORKERS, RedisBroker
from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.errors import BrokerUnreachable
from instainstru_core.domains.observability.types import Backlog, Timetable, WorkerState
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.settings import Settings
from tests.brokers import own_broker
from tests.databases import ServerUrls
from tests.factories.observability import NOW, heartbeat
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port
from worker import schedule
from worker.app import Workplace, create_app
from worker.relay import RELAY
from worker.tasks.accounts import FORGET_SESSIONS

QUEUES = ["default", "maintenance"]


@pytest.fixture
def url(servers: ServerUrls) -> Iterator[str]:
    with own_broker(servers.redis_url) as url:
        yield url


@pytest.fixture
def broker(url: str) -> Iterator[RedisBroker]:
    broker = RedisBroker(url)
    yield broker
    broker.close()


@pytest.fixture
def app(url: str, settings: Settings) -> Iterator[celery.Celery]:
    known = Settings(**settings.model_dump(exclude={"redis_url"}), REDIS_URL=url)
    with create_app(Workplace(known, {})) as app:
        yield app


def age(url: str, name: str, by: timedelta) -> None:
    """Move a worker's last sign of life back, as if it had died then."""
    with redis.Redis.from_url(url) as client:
        kept = json.loads(client.hget(WORKERS, name) or b"{}")
        (now, _), moved = client.time(), dict(kept)
        moved["seen_at"] = now - by.total_seconds()
        client.hset(WORKERS, name, json.dumps(moved))


class TestBacklog:
    def test_of_empty_queues_is_zero(self, broker: RedisBroker) -> None:
        assert broker.backlog(QUEUES) == Backlog({"default": 0, "maintenance": 0}, {})

    def test_counts_what_waits_where_celery_put_it(
        self, broker: RedisBroker, app: celery.Celery
    ) -> None:
        for name in (RELAY.name, RELAY.name, FORGET_SESSIONS.name):
            app.tasks[name].apply_async()
        assert broker.backlog(QUEUES).waiting == {"default": 2, "maintenance": 1}

    def test_counts_what_is_with_a_worker(self, broker: RedisBroker, app: celery.Celery) -> None:
        app.tasks[RELAY.name].apply_async()
        app.tasks[RELAY.name].apply_async()
        with app.connection_for_read() as connection, connection.SimpleQueue("default") as queue:
            message = queue.get(timeout=PATIENCE_SECONDS)
            assert broker.backlog(QUEUES) == Backlog(
                {"default": 1, "maintenance": 0}, {"default": 1}
            )
            message.ack()
            assert broker.backlog(QUEUES).unacked == {}


class TestCrew:
    def test_is_nobody_at_first(self, broker: RedisBroker) -> None:
        crew = broker.crew()
        assert (crew.heartbeats, crew.schedule_seen_at) == ((), None)

    def test_is_dated_by_the_clock_of_redis(self, broker: RedisBroker) -> None:
        broker.beat(heartbeat("w1", processed=1))
        broker.beat(heartbeat("w1", processed=2))
        broker.note_schedule()
        crew = broker.crew()
        assert [(one.name, one.processed) for one in crew.heartbeats] == [("w1", 2)]
        assert timedelta(0) <= crew.at - crew.heartbeats[0].seen_at < timedelta(minutes=4)
        assert crew.schedule_seen_at is not None
        assert timedelta(0) <= crew.at - crew.schedule_seen_at < timedelta(minutes=4)

    def test_keeps_showing_who_fell_silent(self, broker: RedisBroker, url: str) -> None:
        broker.beat(heartbeat("alive"))
        broker.beat(heartbeat("dead"))
        age(url, "dead", flows.LOST_AFTER * 2)
        status = flows.worker_status(broker, actor=SYSTEM).data
        assert [(one.name, one.state) for one in status.workers] == [
            ("alive", WorkerState.ONLINE),
            ("dead", WorkerState.LOST),
        ]

    def test_forgets_the_lost_after_a_day(self, broker: RedisBroker, url: str) -> None:
        broker.beat(heartbeat("dead"))
        age(url, "dead", FORGET_AFTER)
        assert broker.crew().heartbeats == ()
        broker.beat(heartbeat("alive"))
        with redis.Redis.from_url(url) as client:
            assert client.hkeys(WORKERS) == [b"alive"]

    def test_forgets_who_signed_off(self, broker: RedisBroker) -> None:
        broker.beat(heartbeat("w1"))
        broker.sign_off("w1")
        assert broker.crew().heartbeats == ()


class TestClockwork:
    TABLE = Timetable(
        started_at=NOW,
        seen_at=NOW,
        timezone="America/New_York",
        jobs=schedule.timetable(),
        release="7",
        git_sha="abc",
    )

    def test_is_unknown_at_first(self, broker: RedisBroker) -> None:
        found = broker.clockwork()
        assert (found.timetable, found.quiet_runs) == (None, {})

    def test_is_what_beat_said_last_dated_by_the_clock_of_redis(self, broker: RedisBroker) -> None:
        broker.announce(self.TABLE)
        found = broker.clockwork()
        assert found.timetable is not None
        assert timedelta(0) <= found.at - found.timetable.seen_at < timedelta(minutes=4)
        assert replace(found.timetable, seen_at=NOW) == self.TABLE

    def test_of_another_version_is_unknown(self, broker: RedisBroker, url: str) -> None:
        with redis.Redis.from_url(url) as client:
            client.set(TIMETABLE, '{"jobs": "many"}')
        assert broker.clockwork().timetable is None

    def test_keeps_the_last_run_of_each_quiet_job(self, broker: RedisBroker) -> None:
        for name in ("a", "b", "a"):
            broker.note_run(name)
        runs = broker.clockwork().quiet_runs
        assert set(runs) == {"a", "b"}
        assert runs["b"] <= runs["a"]


class TestRefusals:
    def test_when_nobody_is_there(self) -> None:
        broker = RedisBroker(f"redis://127.0.0.1:{free_port()}/0")
        with pytest.raises(BrokerUnreachable):
            broker.crew()
        with pytest.raises(BrokerUnreachable):
            broker.backlog(QUEUES)
        broker.close()

    def test_when_the_address_is_nonsense(self) -> None:
        with pytest.raises(BrokerUnreachable):
            RedisBroker("nonsense").crew()
