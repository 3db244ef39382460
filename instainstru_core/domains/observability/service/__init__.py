"""How the system is doing, for staff, for the exporter and for the workers' own record."""

from instainstru_core.domains.observability.service.daily import keep_task_days
from instainstru_core.domains.observability.service.figures import Figure
from instainstru_core.domains.observability.service.health import (
    founding_overpromised,
    instructors_stuck,
    outbox_age,
    tasks_failed,
    zero_result_share,
)
from instainstru_core.domains.observability.service.history import (
    QUIET,
    failed_tasks,
    running_tasks,
    runs_of,
    task_history,
    task_stats,
)
from instainstru_core.domains.observability.service.metrics import (
    Understood,
    figure,
    metrics_describe,
    understand,
)
from instainstru_core.domains.observability.service.payments import payment_health
from instainstru_core.domains.observability.service.standing import gauges
from instainstru_core.domains.observability.service.tasks import (
    forget_task_executions,
    record_task_finished,
    record_task_started,
)

__all__ = [
    "QUIET",
    "Figure",
    "Understood",
    "failed_tasks",
    "figure",
    "forget_task_executions",
    "founding_overpromised",
    "gauges",
    "instructors_stuck",
    "keep_task_days",
    "metrics_describe",
    "outbox_age",
    "payment_health",
    "record_task_finished",
    "record_task_started",
    "running_tasks",
    "runs_of",
    "task_history",
    "task_stats",
    "tasks_failed",
    "understand",
    "zero_result_share",
]
