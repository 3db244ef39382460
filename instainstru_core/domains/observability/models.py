"""The record of background tasks: one row per attempt, so that no attempt is lost."""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.db import Base


class TaskExecution(Base):
    """One attempt of one task. `arguments` are shapes only, `error_text` is redacted."""

    __tablename__ = "task_executions"
    __table_args__ = (
        Index("ix_task_executions_name", "task_name", "started_at"),
        Index("ix_task_executions_started", "started_at"),
        Index(
            "ix_task_executions_failed", "finished_at", postgresql_where=text("state = 'failed'")
        ),
        Index(
            "ix_task_executions_running", "started_at", postgresql_where=text("state = 'started'")
        ),
    )

    task_id: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    task_name: Mapped[str]
    queue: Mapped[str | None]
    worker: Mapped[str]
    state: Mapped[TaskState]
    arguments: Mapped[str | None]
    received_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    error_type: Mapped[str | None]
    error_text: Mapped[str | None]
    request_id: Mapped[str | None]


class TaskDay(Base):
    """How the attempts of one task fared that began on one day in New York that is over.

    `durations` are those of its successes in milliseconds, four bytes each, in no order.
    """

    __tablename__ = "task_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    task_name: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    succeeded: Mapped[int]
    failed: Mapped[int]
    unfinished: Mapped[int]
    durations: Mapped[bytes] = mapped_column(LargeBinary)
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
