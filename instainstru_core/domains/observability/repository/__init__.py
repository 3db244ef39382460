"""Queries for watching the system, one module per kind of question."""

from instainstru_core.domains.observability.repository.dictionary import (
    DICTIONARY,
    dictionary,
)
from instainstru_core.domains.observability.repository.executions import (
    LastRun,
    TaskExecutions,
    last_runs,
)
from instainstru_core.domains.observability.repository.standing import (
    DAY,
    HOUR,
    WATCHED,
    MoneyCount,
    PaymentCounts,
    State,
    attempts,
    bookings_today,
    bookings_upcoming,
    deliveries_waiting,
    money_standing,
    payment_figures,
    searches,
    supply,
    task_executions,
    users,
)

__all__ = [
    "DAY",
    "DICTIONARY",
    "HOUR",
    "WATCHED",
    "LastRun",
    "MoneyCount",
    "PaymentCounts",
    "State",
    "TaskExecutions",
    "attempts",
    "bookings_today",
    "bookings_upcoming",
    "deliveries_waiting",
    "dictionary",
    "last_runs",
    "money_standing",
    "payment_figures",
    "searches",
    "supply",
    "task_executions",
    "users",
]
