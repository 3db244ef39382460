"""The metrics that come from the database. Each figure is counted where reports count it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.service.standing import gauges
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.policy import figures
from instainstru_core.domains.reporting.schemas.bookings import BookingsSummary
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.uow import Uow


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
        if since is not None and window is not None and window.days and window.days.end <= since:
            value, sample_size = None, 0  # before the records: unknown, not zero
        return Figure(value, sample_size, tuple(report.warnings))

    return reading


def _of_status(status: BookingStatus) -> Reading:
    return _lessons(lambda data: (data.by_status.get(status, 0), data.lessons))


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


def _new_people(uow: Uow, window: Window | None) -> Figure:
    count = 0 if window is None else repository.people_joined(uow.session, window.span)
    return Figure(count, count)


def _task_failures(uow: Uow, window: Window | None) -> Figure:
    counts = {} if window is None else repository.attempts(uow.session, window.span)
    ended = sum(count for state, count in counts.items() if state is not TaskState.STARTED)
    return Figure(figures.share(counts.get(TaskState.FAILED, 0), ended), ended)


def _live_instructors(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).instructors_live)


def _pending_invites(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).invites_pending)


def _founding_slots(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).founding_slots_used)


def _upcoming(uow: Uow, _window: Window | None) -> Figure:
    return _plain(gauges(uow).bookings_upcoming.get(BookingStatus.CONFIRMED, 0))


def _plain(count: int) -> Figure:
    return Figure(count, count)


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


FIGURES: Mapping[str, Reading] = {
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
    "new_students": _lessons(
        lambda data: (data.new_students, data.new_students + data.repeat_students)
    ),
    "searches": _searches,
    "zero_result_rate": _zero_results,
    "search_conversion": _conversion,
    "new_accounts": _new_people,
    "task_failure_rate": _task_failures,
    "live_instructors": _live_instructors,
    "pending_invites": _pending_invites,
    "founding_slots_used": _founding_slots,
    "upcoming_lessons": _upcoming,
}
