"""What a real worker tells Sentry of: a task that failed for good, once, without its arguments."""

from pathlib import Path

from pydantic import SecretStr

from tests.brokers import own_broker
from tests.conftest import settings_for
from tests.databases import ServerUrls, clone
from tests.patience import wait_until
from tests.processes import free_port
from tests.watching import KEY, SECRET, only_event, simulated
from tests.worker.at_work import worker_at_work
from worker.app import Workplace, create_app
from worker.tasks.bookings import CHECK_HEALTH


def test_a_task_that_failed_is_told_once_and_without_its_arguments(
    servers: ServerUrls, tmp_path: Path
) -> None:
    with (
        simulated() as server,
        clone(servers) as database_url,
        own_broker(servers.redis_url) as broker_url,
    ):
        settings = settings_for(database_url, servers).model_copy(
            update={"redis_url": SecretStr(broker_url)}
        )
        app = create_app(Workplace(settings, {}))
        accident, dsn = tmp_path / "accident", server.dsn(KEY, "3")
        with app, worker_at_work(settings, free_port(), accident, SENTRY_DSN=dsn):
            app.tasks[CHECK_HEALTH.name].apply_async((SECRET,))
            wait_until(lambda: bool(server.simulator.store.issues()))
            wait_until(lambda: server.simulator.store.items["check_in"] == 2)
        event = only_event(server)
    assert event.project.slug == "instainstru-worker"
    assert event.payload["exception"]["values"][-1]["type"] == "TypeError"
    assert (event.tags["process"], event.tags["transaction"]) == ("worker", CHECK_HEALTH.name)
    assert SECRET not in str(event.payload)
