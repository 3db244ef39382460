"""Reporting vocabulary. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from instainstru_core.kernel.time import Span


class Unit(StrEnum):
    """What a window is made of, and so what the window before it is."""

    INSTANTS = "instants"
    DAYS = "days"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Days:
    """The local days from `first` up to, not including, `end`."""

    first: date
    end: date

    @property
    def count(self) -> int:
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time as someone asked for it. `days` is None where it is not whole days.

    `compared` says that it was asked for beside the window right before it.
    """

    label: str
    span: Span
    timezone: str
    unit: Unit
    days: Days | None
    compared: bool = False


class Catalogued(StrEnum):
    """Which services of the catalogue are wanted."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ALL = "all"


class GroupBy(StrEnum):
    """What the supply of instructors is counted by."""

    CATEGORY = "category"
    SERVICE = "service"
    AREA = "area"
    BOROUGH = "borough"


class Most(StrEnum):
    """From which end a ranking is read."""

    MOST = "most"
    LEAST = "least"


class AsWhom(StrEnum):
    """From which side someone's lessons are looked at."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    BOTH = "both"


class PersonMatch(StrEnum):
    """What a lookup matched, strongest first."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    BOOKING = "booking"
    NAME = "name"
    NAME_START = "name_start"
    NAME_PART = "name_part"


class FoundKind(StrEnum):
    """What a lookup may find."""

    PERSON = "person"
    INSTRUCTOR = "instructor"
    BOOKING = "booking"
    INVITE = "invite"
    CHARGE = "charge"
    REFUND = "refund"
    REFUND_ORDER = "refund_order"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    CHARGEBACK = "chargeback"
    COMMAND = "command"
    CARD = "card"
    CREDIT = "credit"
    TOP_UP = "top_up"
    TIP = "tip"
    JOURNAL = "journal"
    MESSAGE = "message"
    WEBHOOK = "webhook"
    AUDIT_ENTRY = "audit_entry"


class StoryPart(StrEnum):
    """What an event of a lesson's story is about."""

    BOOKING = "booking"
    MONEY = "money"
    CALL = "call"
    MESSAGE = "message"
    WEBHOOK = "webhook"
    AUDIT = "audit"
    NOTE = "note"


class Interval(StrEnum):
    """What a course over time is counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class RevenueGroup(StrEnum):
    """What revenue is divided by."""

    CATEGORY = "category"
    BOROUGH = "borough"


class GapBy(StrEnum):
    """What demand and supply are compared by."""

    AREA = "area"
    SERVICE = "service"
