"""Audit vocabulary. Pure."""

from enum import StrEnum


class Outcome(StrEnum):
    """How an audited action ended."""

    SUCCESS = "success"
    REFUSED = "refused"
    FAILED = "failed"
