"""Is everything all right? Asked of a real server on a real database and a real broker."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from instainstru_core import runtime as composition
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.domains.observability.errors import PrometheusUnreachable, SentryUnreachable
from instainstru_core.domains.observability.flows.health import NO_SENTRY
from instainstru_core.domains.observability.flows.looking import Board
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.ports import Monitoring, Sentry
from instainstru_core.domains.observability.schemas.errors_seen import IssuePage
from instainstru_core.domains.observability.service.payments import CADENCE
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    IssueQuery,
    Rule,
    RuleHealth,
    TaskState,
    Timetable,
)
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import DatabaseUnreachable, Uow
from instainstru_core.runtime import Runtime
from mcp_server.tools import health
from tests.brokers import own_broker
from tests.conftest import SetClock
from tests.databases import ServerUrls, clone
from tests.factories.observability import heartbeat
from tests.mcp import world as worlds
from tests.mcp.test_tasks_record import settings_on
from tests.mcp.world import MORNING, Copilot
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port
from worker import schedule

FINE = {
    "workers": "ok",
    "schedule": "ok",
    "queues": "ok",
    "tasks": "ok",
    "payments": "ok",
    "alerts": "ok",
    "search": "ok",
    "onboarding": "ok",
}


@dataclass
class Watch:
    """Alerts and rules as a test wishes them."""

    firing: tuple[str, ...] = ()
    evaluated_ago: timedelta = timedelta(minutes=1)
    is_away: bool = False

    def alerts(self) -> Sequence[Alert]:
        if self.is_away:
            raise PrometheusUnreachable("Alertmanager is away.")
        return [
            Alert(f"Alert {grave}", AlertState.FIRING, {"severity": grave}, {}, MORNING)
            for grave in self.firing
        ]

    def rules(self) -> Sequence[Rule]:
        if self.is_away:
            raise PrometheusUnreachable("Prometheus is away.")
        return [Rule("R", "g", RuleHealth.OK, MORNING - self.evaluated_ago, ())]

    def close(self) -> None:
        """There is nothing to give back."""


@dataclass
class Errors:
    """So many issues at Sentry; None is a Sentry that is away."""

    issues_seen: int | None

    def issues(self, query: IssueQuery) -> IssuePage:
        if self.issues_seen is None:
            raise SentryUnreachable("Sentry is away.")
        assert query.search == "is:unresolved"
        assert query.end - query.start == timedelta(hours=24)
        return IssuePage(items=[], total=self.issues_seen, next_cursor=None)


@dataclass
class Site:
    """A system in which all is well until a test breaks something."""

    runtime: Runtime
    watch: Watch
    kept: ExitStack

    def ask(self, **changes: Any) -> dict[str, Any]:
        url = self.kept.enter_context(worlds.serving(replace(self.runtime, **changes)))
        return Copilot(url).ask("health_overview")

    def search(self, times: int, *, in_vain: int) -> None:
        with self.runtime.begin(SYSTEM) as uow:
            for number in range(times):
                uow.session.add(
                    SearchQuery(
                        id=new_id(),
                        at=uow.now - timedelta(hours=1),
                        user_id=None,
                        text="zither",
                        normalized_text="zither",
                        service_id=None,
                        area_key=None,
                        result_count=0 if number < in_vain else 3,
                        took_ms=4,
                    )
                )

    def ran(
        self,
        name: str,
        state: TaskState,
        *,
        ago: timedelta = timedelta(seconds=1),
        task_id: str | None = None,
        attempt: int = 1,
    ) -> None:
        with self.runtime.begin(SYSTEM) as uow:
            at = uow.now - ago
            uow.session.add(
                TaskExecution(
                    task_id=task_id or new_id(),
                    attempt=attempt,
                    task_name=name,
                    worker="w1",
                    state=state,
                    started_at=at,
                    finished_at=at,
                )
            )


@pytest.fixture
def site(servers: ServerUrls, tmp_path: Path) -> Iterator[Site]:
    key = tmp_path / "signing.pem"
    key.write_text(worlds.signing_key())
    with ExitStack() as kept:
        database_url = kept.enter_context(clone(servers))
        broker_url = kept.enter_context(own_broker(servers.redis_url))
        settings = settings_on(database_url, broker_url, servers, key)
        runtime = composition.build(settings, SetClock())
        kept.callback(runtime.close)
        health._BOARDS[runtime.engine] = Board(deadline_seconds=PATIENCE_SECONDS)
        watch = Watch()
        site = Site(replace(runtime, monitoring=cast("Monitoring", watch)), watch, kept)
        runtime.broker.beat(heartbeat("w1"))
        runtime.broker.note_schedule()
        runtime.broker.announce(
            Timetable(MORNING, MORNING, "America/New_York", schedule.timetable())
        )
        for name in CADENCE:
            site.ran(name, TaskState.SUCCEEDED, ago=timedelta(minutes=1))
        site.search(20, in_vain=1)
        yield site


def named(answer: dict[str, Any], check: str) -> dict[str, Any]:
    return next(one for one in answer["data"]["checks"] if one["check"] == check)


class TestHealthOverview:
    def test_is_well_when_every_part_says_so(self, site: Site) -> None:
        answer = site.ask()
        assert (answer["data"]["overall"], answer["data"]["sections"]) == ("ok", FINE)
        assert (answer["warnings"], answer["next_actions"]) == ([], [])
        assert (answer["source"], answer["as_of"]) == ("several", "2026-06-15T14:00:00Z")
        assert answer["data"]["left_out"] == [NO_SENTRY]
        assert len(answer["data"]["checks"]) == 17
        assert named(answer, "zero_result_share_24h") == {
            "section": "search",
            "check": "zero_result_share_24h",
            "status": "ok",
            "value": 0.05,
            "warn": 0.2,
            "critical": 0.3,
            "note": None,
        }

    def test_is_as_bad_as_its_worst_part_and_says_where_to_look(self, site: Site) -> None:
        site.search(10, in_vain=10)
        site.ran("payments.reconcile", TaskState.FAILED)
        site.watch.firing = ("critical", "warning")
        answer = site.ask()
        assert answer["data"]["overall"] == "critical"
        assert answer["data"]["sections"] == {
            **FINE,
            "schedule": "warn",
            "tasks": "warn",
            "payments": "warn",
            "alerts": "critical",
            "search": "critical",
        }
        assert named(answer, "zero_result_share_24h")["value"] == 0.3667
        assert named(answer, "alerts_firing")["value"] == 2
        assert [
            (action["tool"], action["arguments"], action["reason"])
            for action in answer["next_actions"]
        ] == [
            (
                "instainstru_alerts_list",
                {"state": "firing"},
                "alerts_firing_critical is 1, which is critical.",
            ),
            (
                "instainstru_search_zero_results",
                {"window": "24h"},
                "zero_result_share_24h is 0.3667, which is critical.",
            ),
            (
                "instainstru_celery_beat_schedule",
                {},
                "jobs_failed_last is 1, which is warn.",
            ),
        ]

    def test_never_takes_a_source_that_is_away_for_a_good_one(self, site: Site) -> None:
        """Fact 9.1: alerts and errors that could not be fetched were marked ok."""
        site.watch.is_away = True
        silent = RedisBroker(f"redis://127.0.0.1:{free_port()}/0")
        answer = site.ask(broker=silent)
        silent.close()
        unknown = {"workers", "schedule", "queues", "alerts"}
        assert answer["data"]["sections"] == FINE | dict.fromkeys(unknown, "unknown")
        assert answer["data"]["overall"] == "unknown"
        assert answer["warnings"] == [
            "Unknown, which is not fine: workers, schedule, queues, alerts."
        ]
        assert named(answer, "alerts_firing")["value"] is None
        assert named(answer, "alerts_firing")["note"]
        assert [action["tool"] for action in answer["next_actions"]] == [
            "instainstru_celery_worker_status",
            "instainstru_celery_beat_schedule",
            "instainstru_celery_queue_depth",
        ]

    def test_answers_without_a_database_too(self, site: Site) -> None:
        @contextmanager
        def away(_actor: Actor) -> Generator[Uow]:
            raise DatabaseUnreachable("The database is away.")
            yield

        answer = site.ask(begin=away)
        unknown = {"schedule", "tasks", "payments", "search", "onboarding"}
        assert answer["data"]["sections"] == FINE | dict.fromkeys(unknown, "unknown")
        assert named(answer, "tasks_failed_24h")["note"] == "The database is away."

    def test_knows_that_rules_nobody_evaluates_are_silent_for_no_good_reason(
        self, site: Site
    ) -> None:
        site.watch.evaluated_ago = timedelta(minutes=6)
        answer = site.ask()
        assert named(answer, "alert_rules_not_evaluated")["value"] == 1
        assert answer["data"]["sections"]["alerts"] == "warn"

    def test_judges_no_share_of_too_few_searches(self, site: Site) -> None:
        with site.runtime.begin(SYSTEM) as uow:
            for row in uow.session.query(SearchQuery).limit(1):
                uow.session.delete(row)
        answer = site.ask()
        assert answer["data"]["sections"]["search"] == "unknown"
        assert answer["data"]["overall"] == "unknown"

    @pytest.mark.parametrize(
        ("issues", "status"), [(0, "ok"), (9, "warn"), (10, "critical"), (None, "unknown")]
    )
    def test_asks_sentry_where_there_is_one(
        self, site: Site, issues: int | None, status: str
    ) -> None:
        configured = {"sentry_auth_token": SecretStr("t"), "sentry_organization": "o"}
        answer = site.ask(
            settings=site.runtime.settings.model_copy(update=configured),
            sentry=cast("Sentry", Errors(issues)),
        )
        assert answer["data"]["left_out"] == []
        assert answer["data"]["sections"] == {**FINE, "errors": status}
        assert answer["data"]["overall"] == status
        assert named(answer, "errors_unresolved_24h")["value"] == issues

    def test_counts_what_nobody_works_on(self, site: Site) -> None:
        site.runtime.broker.sign_off("w1")
        answer = site.ask()
        online = named(answer, "workers_online")
        assert (online["value"], online["status"]) == (0, "critical")

    def test_counts_no_failure_that_was_made_good(self, site: Site) -> None:
        site.ran("bookings.drive", TaskState.FAILED, task_id="t1")
        site.ran("bookings.drive", TaskState.SUCCEEDED, task_id="t1", attempt=2)
        assert named(site.ask(), "tasks_failed_24h")["value"] == 0

    def test_suggests_calls_that_can_be_made(self, site: Site) -> None:
        site.ran("payments.reconcile", TaskState.FAILED)
        url = site.kept.enter_context(worlds.serving(site.runtime))
        copilot = Copilot(url)
        for action in copilot.ask("health_overview")["next_actions"]:
            assert not copilot.call(action["tool"], action["arguments"]).is_error
