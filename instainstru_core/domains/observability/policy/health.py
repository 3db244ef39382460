"""When a figure is a reason to look, and when to run: the one table of thresholds. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from instainstru_core.domains.observability.types import Better

FEWEST_SEARCHES = 20
"""Below this many searches a share of them says nothing."""


class Status(StrEnum):
    """How something stands. What could not be asked is unknown, never ok."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARN = "warn"
    CRITICAL = "critical"


class Section(StrEnum):
    """What is looked at, each asked of its own source."""

    WORKERS = "workers"
    SCHEDULE = "schedule"
    QUEUES = "queues"
    TASKS = "tasks"
    PAYMENTS = "payments"
    ALERTS = "alerts"
    ERRORS = "errors"
    SEARCH = "search"
    ONBOARDING = "onboarding"


class Check(StrEnum):
    """One figure that is judged."""

    WORKERS_ONLINE = "workers_online"
    WORKERS_LOST = "workers_lost"
    SCHEDULE_SILENT_SECONDS = "schedule_silent_seconds"
    JOBS_WITH_MISSED_RUNS = "jobs_with_missed_runs"
    JOBS_FAILED_LAST = "jobs_failed_last"
    TASKS_WAITING = "tasks_waiting"
    QUEUES_NOBODY_TAKES = "queues_nobody_takes"
    OUTBOX_OLDEST_SECONDS = "outbox_oldest_seconds"
    TASKS_FAILED_24H = "tasks_failed_24h"
    PAYMENT_ISSUES_CRITICAL = "payment_issues_critical"
    PAYMENT_ISSUES_WARNING = "payment_issues_warning"
    ALERTS_FIRING_CRITICAL = "alerts_firing_critical"
    ALERTS_FIRING = "alerts_firing"
    RULES_IDLE = "alert_rules_not_evaluated"
    ERRORS_24H = "errors_unresolved_24h"
    ZERO_RESULT_SHARE_24H = "zero_result_share_24h"
    INSTRUCTORS_STUCK_7_DAYS = "instructors_stuck_7_days"
    FOUNDING_OVERPROMISED = "founding_places_overpromised"


@dataclass(frozen=True, slots=True)
class Limits:
    """From which value on, in the bad direction, a figure is a warning or critical."""

    section: Section
    warn: float | None
    critical: float | None
    better: Better = Better.LOWER


LIMITS: Mapping[Check, Limits] = {
    Check.WORKERS_ONLINE: Limits(Section.WORKERS, None, 0, Better.HIGHER),
    Check.WORKERS_LOST: Limits(Section.WORKERS, 1, None),
    Check.SCHEDULE_SILENT_SECONDS: Limits(Section.WORKERS, 30, 60),
    Check.JOBS_WITH_MISSED_RUNS: Limits(Section.SCHEDULE, 1, 3),
    Check.JOBS_FAILED_LAST: Limits(Section.SCHEDULE, 1, None),
    Check.TASKS_WAITING: Limits(Section.QUEUES, 50, 200),
    Check.QUEUES_NOBODY_TAKES: Limits(Section.QUEUES, None, 1),
    Check.OUTBOX_OLDEST_SECONDS: Limits(Section.TASKS, 60, 300),
    Check.TASKS_FAILED_24H: Limits(Section.TASKS, 1, 5),
    Check.PAYMENT_ISSUES_CRITICAL: Limits(Section.PAYMENTS, None, 1),
    Check.PAYMENT_ISSUES_WARNING: Limits(Section.PAYMENTS, 1, None),
    Check.ALERTS_FIRING_CRITICAL: Limits(Section.ALERTS, None, 1),
    Check.ALERTS_FIRING: Limits(Section.ALERTS, 1, None),
    Check.RULES_IDLE: Limits(Section.ALERTS, 1, None),
    Check.ERRORS_24H: Limits(Section.ERRORS, 1, 10),
    Check.ZERO_RESULT_SHARE_24H: Limits(Section.SEARCH, 0.2, 0.3),
    Check.INSTRUCTORS_STUCK_7_DAYS: Limits(Section.ONBOARDING, 10, 50),
    Check.FOUNDING_OVERPROMISED: Limits(Section.ONBOARDING, 1, None),
}

GRAVITY = {Status.OK: 0, Status.UNKNOWN: 1, Status.WARN: 2, Status.CRITICAL: 3}


def judge(check: Check, value: float | None) -> Status:
    """How a figure stands. A value on a threshold has reached it; what is not known is unknown."""
    if value is None:
        return Status.UNKNOWN
    limits = LIMITS[check]
    sign = 1 if limits.better is Better.LOWER else -1
    if limits.critical is not None and value * sign >= limits.critical * sign:
        return Status.CRITICAL
    if limits.warn is not None and value * sign >= limits.warn * sign:
        return Status.WARN
    return Status.OK


def worst(statuses: Iterable[Status]) -> Status:
    """The gravest of these; unknown where there is none."""
    return max(statuses, key=GRAVITY.__getitem__, default=Status.UNKNOWN)


def checks_of(section: Section) -> list[Check]:
    return [check for check, limits in LIMITS.items() if limits.section is section]
