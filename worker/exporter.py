"""Owns the gauges of the database and the broker: one process, so that nothing counts twice.

The other processes export what they did themselves; this one reads how things stand. When one of
the two cannot answer, the page says so and leaves its figures out, rather than showing old ones.
"""

import math
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from instainstru_core import runtime as composition
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.observability import flows, service
from instainstru_core.domains.observability.schemas import (
    Gauges,
    MoneyGauges,
    QueuesView,
    WorkersView,
)
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.search import service as search
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsStatus
from instainstru_core.kernel import memory
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

State = TypeVar("State", bound=StrEnum)

_log = logger(__name__)


class Standing(Collector):
    """How things stand, read anew for each scrape; scrapes wait for each other."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.reading = threading.Lock()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The figures, after whether they could be read."""
        with self.reading:
            return [*self._database(), *self._broker()]

    def _database(self) -> list[GaugeMetricFamily]:
        try:
            with self.runtime.begin(SYSTEM) as uow:
                found = service.gauges(uow)
                vectors = search.embeddings_status(uow, self.runtime.embedder)
        except Unavailable as refusal:
            _log.warning("gauges_unavailable", code=refusal.code)
            return [_up("database", 0)]
        return [
            _up("database", 1),
            *_plain(found),
            *_by_state(found),
            *_money(found.money),
            *_vectors(vectors),
        ]

    def _broker(self) -> list[GaugeMetricFamily]:
        try:
            queues = flows.queue_depth(self.runtime.broker, actor=SYSTEM).data
            crew = flows.worker_status(self.runtime.broker, actor=SYSTEM).data
        except Unavailable as refusal:
            _log.warning("gauges_unavailable", code=refusal.code)
            return [_up("broker", 0)]
        return [_up("broker", 1), *_background(queues, crew)]


def run(settings: Settings, *, host: str, port: int) -> None:
    """Serve the page until told to stop."""
    composition.configure_logging(settings, "exporter")
    composition.watch_errors(settings, "exporter")
    runtime = composition.build(settings.model_copy(update={"pool_size": 1}))
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Standing(runtime))
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    server, serving = start_http_server(port, addr=host, registry=registry)
    memory.settle()
    _log.info("serving", host=host, port=port)
    stopped.wait()
    server.shutdown()
    server.server_close()
    serving.join()
    runtime.close()


def _up(source: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(
        f"instainstru_exporter_{source}_up", f"Whether the {source} could be read.", value
    )


def _background(queues: QueuesView, crew: WorkersView) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("instainstru_queue_waiting", "Tasks that wait.", labels=["queue"])
    for queue in queues.queues:
        waiting.add_metric([queue.name], queue.waiting)
    yield waiting
    yield GaugeMetricFamily(
        "instainstru_tasks_unacked", "Tasks with a worker: begun or put off.", queues.unacked
    )
    workers = GaugeMetricFamily("instainstru_workers", "Workers by state.", labels=["state"])
    workers.add_metric(["online"], crew.online)
    workers.add_metric(["lost"], crew.lost)
    yield workers
    if crew.schedule_age_seconds is not None:
        yield GaugeMetricFamily(
            "instainstru_schedule_age_seconds",
            "Time since the schedule last reached a worker.",
            crew.schedule_age_seconds,
        )


def _plain(found: Gauges) -> Iterator[GaugeMetricFamily]:
    for name, meaning, value in (
        ("instructors_live", "Instructors who can be booked.", found.instructors_live),
        ("invites_pending", "Invites that can still be used.", found.invites_pending),
        ("founding_slots_used", "Claimed founding places.", found.founding_slots_used),
        ("searches_24h", "Searches of the last 24 hours.", found.searches_24h),
        (
            "search_zero_result_share_24h",
            "Share of the last 24 hours' searches that found nothing.",
            found.zero_result_share_24h,
        ),
        ("outbox_waiting", "Facts not yet relayed.", found.outbox_waiting),
        (
            "outbox_oldest_age_seconds",
            "How long the oldest of them has waited.",
            found.outbox_oldest_age_seconds,
        ),
        ("deliveries_waiting", "Messages not yet with their carrier.", found.deliveries_waiting),
        (
            "deliveries_oldest_age_seconds",
            "How long the oldest of them has waited.",
            found.deliveries_oldest_age_seconds,
        ),
    ):
        yield _one(name, meaning, value)


def _by_state(found: Gauges) -> Iterator[GaugeMetricFamily]:
    bookings = GaugeMetricFamily(
        "instainstru_bookings", "Lessons by status.", labels=["when", "status"]
    )
    _fill(bookings, BookingStatus, found.bookings_today, "today")
    _fill(bookings, BookingStatus, found.bookings_upcoming, "upcoming")
    yield bookings
    users = GaugeMetricFamily("instainstru_users", "People by status.", labels=["status"])
    _fill(users, AccountStatus, found.users)
    yield users
    tasks = GaugeMetricFamily(
        "instainstru_task_executions_1h", "Attempts of the last hour.", labels=["state"]
    )
    _fill(tasks, TaskState, found.task_executions_1h)
    yield tasks


def _money(found: MoneyGauges) -> Iterator[GaugeMetricFamily]:
    overdue = GaugeMetricFamily(
        "instainstru_lessons_overdue", "Lessons whose money is past its time.", labels=["kind"]
    )
    _fill(overdue, DueKind, found.lessons_overdue)
    yield overdue
    for name, meaning, value in (
        (
            "lessons_overdue_oldest_age_seconds",
            "How long ago the oldest of them was due.",
            found.lessons_overdue_oldest_age_seconds,
        ),
        ("lessons_in_review", "Lessons whose money people look at.", found.lessons_in_review),
        (
            "lessons_in_review_oldest_age_seconds",
            "How long the oldest of them has waited for people.",
            found.lessons_in_review_oldest_age_seconds,
        ),
        ("payment_commands_stuck", "Calls that nobody finishes.", found.commands_stuck),
        ("disputes_unasked", "Disputes that nobody asks about.", found.disputes_unasked),
        (
            "lessons_escalated_24h",
            "Lessons of the last 24 hours that the platform paid for their students.",
            found.lessons_escalated_24h,
        ),
        (
            "payment_jobs_late",
            "Jobs on payments whose last success is too long ago.",
            found.jobs_late,
        ),
        ("webhooks_waiting", "Webhooks not yet processed.", found.webhooks_waiting),
        (
            "webhooks_oldest_age_seconds",
            "How long the oldest of them has waited.",
            found.webhooks_oldest_age_seconds,
        ),
        ("webhooks_dead", "Webhooks that were given up.", found.webhooks_dead),
        (
            "books_differences",
            "Differences that the last comparison with the provider's books found.",
            found.books_differences,
        ),
        (
            "books_age_seconds",
            "Time since the books were last compared.",
            found.books_age_seconds,
        ),
    ):
        yield _one(name, meaning, value)
    ledger = GaugeMetricFamily(
        "instainstru_ledger_cents",
        "Balances of the ledger, positive on the side on which each grows.",
        labels=["account"],
    )
    for account, cents in found.ledger_cents.items():
        ledger.add_metric([account.value], cents)
    yield ledger


def _vectors(found: EmbeddingsStatus) -> Iterator[GaugeMetricFamily]:
    coverage = GaugeMetricFamily(
        "instainstru_search_embeddings_coverage",
        "Share of what can be searched for that has a fresh vector by the model in use.",
        labels=["kind"],
    )
    for one in found.kinds:
        coverage.add_metric([one.kind.value], one.coverage)
    yield coverage


def _one(name: str, meaning: str, value: float | None) -> GaugeMetricFamily:
    """A figure by itself. What is not known is no number rather than zero."""
    known = math.nan if value is None else value
    return GaugeMetricFamily(f"instainstru_{name}", meaning, known)


def _fill(
    family: GaugeMetricFamily, states: type[State], counts: Mapping[State, int], *labels: str
) -> None:
    """One sample for every state there is, so that none is ever missing."""
    for state in states:
        family.add_metric([*labels, state.value], counts.get(state, 0))
