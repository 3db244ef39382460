"""Account vocabulary. Pure."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """Only an active account may sign in, book or be booked."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


class PasswordProblem(StrEnum):
    """Why a password cannot be chosen."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IS_EMAIL = "is_email"
    COMMON = "common"
    UNCHANGED = "unchanged"


class SuspensionReason(StrEnum):
    """Why staff suspend an account."""

    SAFETY = "safety"
    FRAUD = "fraud"
    ABUSE = "abuse"
    POLICY = "policy"
    COMPROMISED = "compromised"
    OTHER = "other"


class RestorationReason(StrEnum):
    """Why staff open a suspended account again."""

    RESOLVED = "resolved"
    MISTAKE = "mistake"
    OTHER = "other"


class SessionEnd(StrEnum):
    """Why a sign-in ended before its time."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
    ADDRESS_PROVEN = "address_proven"
    REFRESH_REUSED = "refresh_reused"
    SUSPENDED = "suspended"


class MatchReason(StrEnum):
    """What a lookup matched, strongest first."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    NAME_START = "name_start"
    NAME_PART = "name_part"
