"""The page of the exporter: every figure, also those that are nothing."""

import math
from dataclasses import replace
from datetime import timedelta

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from instainstru_core import runtime as composition
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.types import Backlog, Crew
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.runtime import Runtime
from tests.factories.observability import NOW, ScriptedBroker, heartbeat
from tests.processes import free_port
from worker.exporter import Standing


def page_of(runtime: Runtime) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Standing(runtime))
    return registry


class TestThePage:
    def test_shows_how_things_stand(self, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            uow.session.add(OutboxRow(name="A", payload={}, occurred_at=uow.now))
        page = page_of(runtime)
        assert page.get_sample_value("instainstru_exporter_database_up") == 1
        assert page.get_sample_value("instainstru_outbox_waiting") == 1
        assert page.get_sample_value("instainstru_searches_24h") == 0
        nobody_searched = page.get_sample_value("instainstru_search_zero_result_share_24h")
        assert nobody_searched is not None
        assert math.isnan(nobody_searched)

    def test_shows_every_state_there_is(self, runtime: Runtime) -> None:
        page = page_of(runtime)
        for when in ("today", "upcoming"):
            labels = {"when": when, "status": "NO_SHOW"}
            assert page.get_sample_value("instainstru_bookings", labels) == 0
        assert page.get_sample_value("instainstru_users", {"status": "deactivated"}) == 0
        assert page.get_sample_value("instainstru_task_executions_1h", {"state": "failed"}) == 0

    def test_shows_money_also_where_there_is_none(self, runtime: Runtime) -> None:
        page = page_of(runtime)
        for kind in ("checkout", "hold", "hold_expiry", "capture_retry", "money"):
            assert page.get_sample_value("instainstru_lessons_overdue", {"kind": kind}) == 0
        for account in ("instructor_payable", "tips_payable", "credits_liability", "student_debt"):
            labels = {"account": account}
            assert page.get_sample_value("instainstru_ledger_cents", labels) == 0
        for name in (
            "lessons_in_review",
            "payment_commands_stuck",
            "disputes_unasked",
            "lessons_escalated_24h",
            "payment_jobs_late",
            "webhooks_dead",
        ):
            assert page.get_sample_value(f"instainstru_{name}") == 0
        for never_compared in ("books_differences", "books_age_seconds"):
            found = page.get_sample_value(f"instainstru_{never_compared}")
            assert found is not None
            assert math.isnan(found)

    def test_shows_queues_and_workers(self, runtime: Runtime) -> None:
        crew = Crew(
            NOW,
            (heartbeat("alive"), heartbeat("dead", seen_at=NOW - flows.LOST_AFTER * 2)),
            NOW - timedelta(seconds=3),
        )
        tasks = Backlog({"default": 5, "maintenance": 0}, {"default": 2})
        page = page_of(replace(runtime, broker=ScriptedBroker(crew, tasks)))
        assert page.get_sample_value("instainstru_exporter_broker_up") == 1
        assert page.get_sample_value("instainstru_queue_waiting", {"queue": "default"}) == 5
        assert page.get_sample_value("instainstru_queue_waiting", {"queue": "maintenance"}) == 0
        assert page.get_sample_value("instainstru_tasks_unacked") == 2
        assert page.get_sample_value("instainstru_workers", {"state": "online"}) == 1
        assert page.get_sample_value("instainstru_workers", {"state": "lost"}) == 1
        assert page.get_sample_value("instainstru_schedule_age_seconds") == 3

    def test_leaves_out_what_the_broker_cannot_tell(self, runtime: Runtime) -> None:
        gone = RedisBroker(f"redis://127.0.0.1:{free_port()}/0")
        page = page_of(replace(runtime, broker=gone))
        assert page.get_sample_value("instainstru_exporter_broker_up") == 0
        assert page.get_sample_value("instainstru_exporter_database_up") == 1
        assert page.get_sample_value("instainstru_queue_waiting", {"queue": "default"}) is None
        gone.close()

    def test_leaves_the_figures_out_when_the_database_is_gone(self, runtime: Runtime) -> None:
        gone = SecretStr("postgresql+psycopg://postgres@127.0.0.1:1/nowhere")
        settings = runtime.settings.model_copy(update={"database_url": gone})
        page = page_of(composition.build(settings))
        assert page.get_sample_value("instainstru_exporter_database_up") == 0
        assert page.get_sample_value("instainstru_outbox_waiting") is None
