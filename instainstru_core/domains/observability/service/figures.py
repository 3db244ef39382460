"""The metrics that come from the database. Each figure is counted where reports count it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.repository import happenings
from instainstru_core.domains.observability.service.standing import gauges
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.policy import figures
from instainstru_core.domains.reporting.schemas.bookings import BookingsSummary
from instainstru_core.domains.reporting.schemas.money import PaymentsPipeline
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow

BEFORE_RECORDS = "Records begin after this window: it is unknown, not zero."


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and what it was counted over. None where nothing is known or there is no whole."""

    value: float | None
    sample_size: int | None
    warnings: tuple[str, ...] = ()


Reading: TypeAlias = Callable[[Uow, Window | None], Figure]


def _lessons(read: Callable[[BookingsSummary], tuple[float | None, int]]) -> Reading:
    def reading(uow: Uow, window: Window | None) -> Figure:
        report = reporting.bookings_summary(uow, _words(window))
        value, sample_size = read(report.data)
        since = report.data.records_since
        if since is None or (window is not None and window.days and window.days.end <= since):
            value, sample_size = None, 0  # before the records: unknown, not zero
        return Figure(value, sample_size, tuple(report.warnings))

    return reading


def _of_status(status: BookingStatus) -> Reading:
    return _lessons(lambda data: (data.by_status.get(status, 0), data.lessons))


def _part(part: BookingStatus, *whole: BookingStatus) -> Reading:
    """The share of the lessons of these statuses that have the first of them."""

    def read(data: BookingsSummary) -> tuple[float | None, int]:
        count = sum(data.by_status.get(status, 0) for status in (part, *whole))
        return figures.share(data.by_status.get(part, 0), count), count

    return _lessons(read)


def _money(read: Callable[[PaymentsPipeline], tuple[float | None, int | None]]) -> Reading:
    def reading(uow: Uow, window: Window | None) -> Figure:
        report = reporting.payments_pipeline(uow, _words(window))
        value, sample_size = read(report.data)
        since = report.data.records_since
        if since is None or (window is not None and window.span.end <= since):
            value, sample_size = None, 0
        return Figure(value, sample_size, tuple(report.warnings))

    return reading


def _searches(uow: Uow, window: Window | None) -> Figure:
    report = reporting.search_zero_results(uow, _words(window), limit=1)
    total, since = report.data.total_searches, report.data.records_since
    if since is None or (window is not None and window.span.end <= since):
        return Figure(None, 0, tuple(report.warnings))  # before the records: unknown, not zero
    return Figure(total, total, tuple(report.warnings))


def _zero_results(uow: Uow, window: Window | None) -> Figure:
    report = reporting.search_zero_results(uow, _words(window), limit=1)
    data = report.data
    return Figure(data.zero_result_rate, data.total_searches, tuple(report.warnings))


def _conversion(uow: Uow, window: Window | None) -> Figure:
    report = reporting.search_top_queries(uow, _words(window), min_count=1, limit=1)
    return Figure(report.data.conversion, report.data.total_searches, tuple(report.warnings))


def _use_rate(uow: Uow, window: Window | None) -> Figure:
    report = reporting.search_quality(uow, _words(window), limit=1)
    return Figure(report.data.use_rate, report.data.searches, tuple(report.warnings))


def _new_people(uow: Uow, window: Window | None) -> Figure:
    return _counted(window, happenings.people_joined(uow.session, _span(uow, window)))


def _bookings_made(uow: Uow, window: Window | None) -> Figure:
    return _counted(window, happenings.bookings_made(uow.session, _span(uow, window)))


def _invites_made(uow: Uow, window: Window | None) -> Figure:
    made = happenings.invites_made(uow.session, _span(uow, window))
    return _counted(window, (made.made, made.since))


def _invites_accepted(uow: Uow, window: Window | None) -> Figure:
    made = happenings.invites_made(uow.session, _span(uow, window))
    return Figure(figures.share(made.used, made.made), made.made)


def _task_failures(uow: Uow, window: Window | None) -> Figure:
    counts = repository.attempts(uow.session, _span(uow, window))
    ended = sum(count for state, count in counts.items() if state is not TaskState.STARTED)
    return Figure(figures.share(counts.get(TaskState.FAILED, 0), ended), ended)


def _live_instructors(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).instructors_live)


def _accounts(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).users.get(AccountStatus.ACTIVE, 0))


def _pending_invites(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).invites_pending)


def _founding_slots(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).founding_slots_used)


def _upcoming(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).bookings_upcoming.get(BookingStatus.CONFIRMED, 0))


def founding_slots_left(uow: Uow, founding_cap: int) -> Figure:
    """What is left of the cap, which only the settings know."""
    used = gauges(uow).founding_slots_used
    return Figure(max(founding_cap - used, 0), founding_cap)


def _plain(count: int) -> Figure:
    return Figure(count, count)


def _counted(window: Window | None, found: tuple[int, datetime | None]) -> Figure:
    """So many, since the first on record; before that nothing is known."""
    count, since = found
    if since is None or (window is not None and window.span.end <= since):
        return Figure(None, 0, (BEFORE_RECORDS,))
    return Figure(count, count)


def _span(uow: Uow, window: Window | None) -> Span:
    return Span(uow.now, uow.now) if window is None else window.span


def _words(window: Window | None) -> str:
    """The window in words that reports read the same way."""
    if window is None:
        return "today"
    if window.days is not None:
        return f"{window.days.first}/{window.days.last}"
    return f"{window.span.start.isoformat()}/{window.span.end.isoformat()}"


def _stands(data: BookingsSummary) -> int:
    return sum(
        data.by_status.get(status, 0)
        for status in (BookingStatus.CONFIRMED, BookingStatus.COMPLETED)
    )


def _students(data: BookingsSummary) -> int:
    return data.new_students + data.repeat_students


FOUNDING_SLOTS_LEFT = "founding_slots_left"
BY_DAY: Mapping[str, Reading] = {
    "gmv": _lessons(lambda data: (data.gmv_cents, _stands(data))),
    "platform_fees": _lessons(lambda data: (data.platform_fees_cents, _stands(data))),
    "take_rate": _lessons(
        lambda data: (figures.share(data.platform_fees_cents, data.gmv_cents), _stands(data))
    ),
    "average_lesson_price": _lessons(lambda data: (data.average_lesson_cents, _stands(data))),
    "lessons": _lessons(lambda data: (data.lessons, data.lessons)),
    "completed_lessons": _of_status(BookingStatus.COMPLETED),
    "cancelled_lessons": _of_status(BookingStatus.CANCELLED),
    "cancellation_rate": _lessons(
        lambda data: (
            figures.share(data.by_status.get(BookingStatus.CANCELLED, 0), data.lessons),
            data.lessons,
        )
    ),
    "completion_rate": _part(
        BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW
    ),
    "no_show_rate": _part(BookingStatus.NO_SHOW, BookingStatus.COMPLETED),
    "new_students": _lessons(lambda data: (data.new_students, _students(data))),
    "active_students": _lessons(lambda data: (_students(data), _students(data))),
    "repeat_rate": _lessons(
        lambda data: (figures.share(data.repeat_students, _students(data)), _students(data))
    ),
}
"""What is counted by whole New York lesson days."""
FIGURES: Mapping[str, Reading] = {
    **BY_DAY,
    "captured": _money(lambda data: (data.captured_cents, data.captures)),
    "refunded": _money(lambda data: (data.refunded_cents, data.refunds)),
    "refund_rate": _money(
        lambda data: (figures.share(data.refunded_cents, data.captured_cents), data.captures)
    ),
    "charged_back": _money(lambda data: (data.charged_back_cents, None)),
    "payouts_sent": _money(lambda data: (data.transferred_cents, data.transfers)),
    "tips": _money(lambda data: (data.tips_cents, None)),
    "stripe_fees": _money(lambda data: (data.stripe_fees_cents, None)),
    "net_revenue": _money(lambda data: (data.net_revenue_cents, None)),
    "credit_given": _money(lambda data: (data.credit_issued_cents, None)),
    "bookings_made": _bookings_made,
    "searches": _searches,
    "zero_result_rate": _zero_results,
    "search_conversion": _conversion,
    "search_use_rate": _use_rate,
    "new_accounts": _new_people,
    "accounts": _accounts,
    "task_failure_rate": _task_failures,
    "live_instructors": _live_instructors,
    "pending_invites": _pending_invites,
    "invites_made": _invites_made,
    "invite_acceptance_rate": _invites_accepted,
    "founding_slots_used": _founding_slots,
    "upcoming_lessons": _upcoming,
}
