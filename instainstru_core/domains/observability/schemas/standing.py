"""How things stand: the gauges, and whether work on payments keeps up."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.observability.types import (
    Severity,
    TaskState,
)


class MoneyGauges(BaseModel):
    """How the work on money stands at one moment. Absent keys count as none."""

    model_config = ConfigDict(frozen=True)

    lessons_overdue: dict[DueKind, int] = Field(description="By what their money waits for.")
    lessons_overdue_oldest_age_seconds: float = Field(description="Since it was due.")
    lessons_in_review: int
    lessons_in_review_oldest_age_seconds: float
    commands_stuck: int
    disputes_unasked: int = Field(description="Due to be asked about for 3 hours.")
    lessons_escalated_24h: int = Field(description="Paid by the platform for their students.")
    jobs_late: int = Field(description="Jobs on payments whose last success is too old.")
    webhooks_waiting: int
    webhooks_oldest_age_seconds: float
    webhooks_dead: int
    books_differences: int | None = Field(description="None where they were never compared.")
    books_age_seconds: float | None
    ledger_cents: dict[AccountKind, int] = Field(
        description="What is owed to somebody, or by students; positive where it is."
    )


class Gauges(BaseModel):
    """The figures that only the database knows, at one moment. Absent keys count as none."""

    model_config = ConfigDict(frozen=True)

    bookings_today: dict[BookingStatus, int] = Field(description="By New York lesson day.")
    bookings_upcoming: dict[BookingStatus, int] = Field(description="Lessons yet to start.")
    users: dict[AccountStatus, int]
    instructors_live: int
    invites_pending: int
    founding_slots_used: int
    searches_24h: int
    searches_without_result_24h: int
    task_executions_1h: dict[TaskState, int] = Field(description="Attempts that began.")
    outbox_waiting: int
    outbox_oldest_age_seconds: float
    deliveries_waiting: int
    deliveries_oldest_age_seconds: float
    money: MoneyGauges

    @property
    def zero_result_share_24h(self) -> float | None:
        """The share of searches that found nothing; None when nobody searched."""
        return self.searches_without_result_24h / self.searches_24h if self.searches_24h else None


class PaymentIssue(BaseModel):
    """Something about payments that somebody should know."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    message: str
    count: int


class JobRun(BaseModel):
    """When a job on payments ran last."""

    model_config = ConfigDict(frozen=True)

    task_name: str
    last_run_at: datetime | None
    last_state: TaskState | None
    last_success_at: datetime | None
    is_late: bool | None = Field(description="Null where it never ran.")


class PaymentFigures(BaseModel):
    """How payments stand now; the failures are of the last 24 hours."""

    model_config = ConfigDict(frozen=True)

    pending_holds: int = Field(description="Confirmed lessons whose hold lies ahead.")
    pending_captures: int = Field(description="Lessons with a hold, to be captured.")
    failed_holds: int
    failed_captures: int = Field(description="Lessons whose amount is due and refused, now.")
    escalated: int = Field(description="Captures given up in the last 24 hours.")
    overdue: int
    in_review: int
    stuck_commands: int
    webhooks_waiting: int
    webhooks_dead: int


class PaymentHealth(BaseModel):
    """Whether the work on payments keeps up."""

    model_config = ConfigDict(frozen=True)

    is_healthy: bool | None = Field(description="Null where not all is known.")
    issues: list[PaymentIssue]
    figures: PaymentFigures
    jobs: list[JobRun]
    books_compared_at: datetime | None = Field(description="Null where they never were.")
    books_differences: int | None
