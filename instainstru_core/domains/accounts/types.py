"""Account vocabulary. Pure."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """Only an active account may sign in, book or be booked."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"
