"""Is everything all right, and if not, where to look next."""

from collections.abc import Mapping
from threading import Lock
from typing import TypeAlias
from weakref import WeakKeyDictionary

from instainstru_core.domains.observability.flows import health as observability
from instainstru_core.domains.observability.flows.looking import Board
from instainstru_core.domains.observability.policy.health import GRAVITY, Check, Section, Status
from instainstru_core.domains.observability.schemas.health import CheckView, HealthOverview
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.runtime import Runtime
from mcp_server.envelope import Answer, Argument, NextAction, Source, answer, suggest
from mcp_server.tool import Call, reads

MOST_ACTIONS = 3
Drill: TypeAlias = tuple[str, Mapping[str, Argument]]

DRILLS: Mapping[Section, Drill] = {
    Section.WORKERS: ("celery_worker_status", {}),
    Section.SCHEDULE: ("celery_beat_schedule", {}),
    Section.QUEUES: ("celery_queue_depth", {}),
    Section.TASKS: ("celery_failed_tasks", {"window": "24h"}),
    Section.PAYMENTS: ("celery_payment_health", {}),
    Section.ALERTS: ("alerts_list", {}),
    Section.ERRORS: ("sentry_issues_top", {"window": "24h"}),
    Section.SEARCH: ("search_zero_results", {"window": "24h"}),
    Section.ONBOARDING: ("founding_stuck_instructors", {"stuck_days": 7}),
}
"""Which tool tells more about a section."""

CLOSER: Mapping[Check, Drill] = {
    Check.OUTBOX_OLDEST_SECONDS: ("celery_queue_depth", {}),
    Check.ALERTS_FIRING_CRITICAL: ("alerts_list", {"state": "firing"}),
    Check.FOUNDING_OVERPROMISED: ("founding_funnel_summary", {}),
}
"""Which tells more about one figure than that of its section does."""

_BOARDS: WeakKeyDictionary[object, Board] = WeakKeyDictionary()
_FINDING = Lock()


@reads("Health overview", open_world=True)
def health_overview(call: Call) -> Answer[HealthOverview]:
    """Whether everything is all right: each part's status with its figures, and what to do next."""
    runtime = call.runtime
    settings = runtime.settings
    is_watched = settings.sentry_auth_token is not None and settings.sentry_organization
    looked = observability.health_overview(
        _board_of(runtime),
        observability.Sources(
            begin=runtime.begin,
            broker=runtime.broker,
            monitoring=runtime.monitoring,
            sentry=runtime.sentry if is_watched else None,
            clock=runtime.clock,
            home=settings.sentry_name,
            founding_cap=settings.founding_cap,
        ),
        actor=call.actor,
    )
    overview = looked.overview
    unknown = [name for name, status in overview.sections.items() if status is Status.UNKNOWN]
    warnings = [f"Unknown, which is not fine: {', '.join(unknown)}."] if unknown else []
    return answer(
        Report(data=overview, warnings=warnings),
        as_of=looked.at,
        source=Source.SEVERAL,
        next_actions=_next(overview),
    )


def _board_of(runtime: Runtime) -> Board:
    """The board of this process for this database; it is gone when the database's engine is."""
    with _FINDING:
        return _BOARDS.setdefault(runtime.engine, Board())


def _next(overview: HealthOverview) -> list[NextAction]:
    """Where to look first: the gravest sections, each by its gravest figure."""
    bad = [one for one in overview.checks if one.status is not Status.OK]
    bad.sort(key=lambda one: -GRAVITY[one.status])
    first: dict[str, CheckView] = {}
    for one in bad:
        first.setdefault(one.section, one)
    return [
        suggest(tool, _reason(one), **arguments)
        for one in list(first.values())[:MOST_ACTIONS]
        for tool, arguments in [CLOSER.get(Check(one.check), DRILLS[Section(one.section)])]
    ]


def _reason(one: CheckView) -> str:
    if one.status is Status.UNKNOWN:
        return f"{one.section} is unknown: try it by itself."
    return f"{one.check} is {one.value:g}, which is {one.status}."
