"""Views of what came in, and of who came back."""

from datetime import date, datetime

from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.types import Interval, RevenueGroup


class RevenueFigures(View):
    """What came in and went out. GMV and lessons by lesson day, all else by each money fact."""

    lessons: int
    gmv_cents: int
    charged_cents: int
    refunded_cents: int
    charged_back_cents: int
    instructor_owed_cents: int
    tips_cents: int
    fees_cents: int
    credit_issued_cents: int
    credit_expired_cents: int
    provider_fees_cents: int
    losses_cents: int
    net_cents: int


class RevenueBucket(View):
    """Some days of the window; figures are null where records had not begun."""

    first_day: date
    last_day: date
    figures: RevenueFigures | None


class RevenueOf(RevenueFigures):
    """The part of one category or borough."""

    group: str


class PreviousRevenue(View):
    """The window before, and how much more or less there is now: 0.25 is a quarter more."""

    label: str
    first_day: date
    last_day: date
    figures: RevenueFigures | None
    gmv_change: float | None
    fees_change: float | None
    net_change: float | None


class RevenueReport(View):
    """What came in during a window: in all, over time, by category or borough."""

    totals: RevenueFigures
    previous: PreviousRevenue | None
    interval: Interval
    series: list[RevenueBucket]
    group_by: RevenueGroup | None
    groups: list[RevenueOf]
    ledger_since: datetime | None
    definition: str


class CohortFigures(View):
    """Students whose first lesson was in one month. `retained[k]` came in the k-th month after."""

    month: date
    students: int
    repeat_students: int
    repeat_rate: float | None
    lessons: int
    gmv_cents: int
    revenue_cents: int | None
    revenue_per_student_cents: int | None
    retained: list[int]
    retention: list[float | None]


class CohortReport(View):
    """Students by the New York month of their first completed lesson."""

    cohorts: list[CohortFigures]
    students: int
    repeat_rate: float | None
    definition: str
