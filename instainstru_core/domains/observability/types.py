"""Observability vocabulary. Pure."""

from enum import StrEnum


class TaskState(StrEnum):
    """Where one attempt of a background task is."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"
