"""Lessons in figures and in lists."""

from collections.abc import Iterable
from typing import Any

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reporting.policy import figures, windows
from instainstru_core.domains.reporting.repository import bookings as lessons
from instainstru_core.domains.reporting.repository.bookings import (
    COUNTED,
    Line,
    SideCount,
    StatusCount,
)
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.bookings import (
    BookingRow,
    BookingsSummary,
    CategoryFigures,
    HistoryRow,
    PreviousFigures,
    RecentBookings,
    SideFigures,
    WindowFigures,
)
from instainstru_core.domains.reporting.schemas.people import BookingHistory, Candidate
from instainstru_core.domains.reporting.service.common import (
    CANDIDATES,
    days_of,
    not_over,
    people,
    unresolved,
    window_of,
)
from instainstru_core.domains.reporting.types import AsWhom, Days, Window
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import moment_after, page_of
from instainstru_core.kernel.uow import Uow

TOP_CATEGORIES = 5


@operation("reporting.bookings_summary")
def bookings_summary(uow: Uow, window: str = "today") -> Report[BookingsSummary]:
    """Lessons by New York lesson day, beside those of the window before."""
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    asked = window_of(uow, window)
    before = windows.previous(asked)
    days, days_before = days_of(asked), days_of(before)
    counts, presence, top = lessons.summary(uow.session, days_before, days, most=TOP_CATEGORIES)
    now = _figures(count for count in counts if count.is_now)
    then = _figures(count for count in counts if not count.is_now)
    since = presence.records_since
    comparable = since is not None and since <= days_before.first
    data = BookingsSummary(
        **dict(now),
        new_students=presence.new,
        repeat_students=presence.students - presence.new,
        top_categories=[
            CategoryFigures(category=name, lessons=count, gmv_cents=cents)
            for name, count, cents in top
        ],
        previous=PreviousFigures(
            **dict(then),
            label=before.label,
            first_day=days_before.first,
            last_day=days_before.last,
            lessons_change=figures.change(now.lessons, then.lessons) if comparable else None,
            gmv_change=figures.change(now.gmv_cents, then.gmv_cents) if comparable else None,
        ),
        records_since=since,
    )
    warnings = [*_emptiness(data, asked, days_before), *not_over(uow, asked)]
    return Report(data=data, window=WindowView.of(asked), warnings=warnings)


@operation("reporting.bookings_recent")
def bookings_recent(
    uow: Uow,
    window: str = "24h",
    *,
    status: BookingStatus | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Report[RecentBookings]:
    """Bookings by when they were made, the newest first."""
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    asked = window_of(uow, window)
    which = lessons.made_within(asked.span, status)
    scope = f"reporting.bookings_recent:{status}:{asked.label}"
    rows = lessons.recent(uow.session, which, after=moment_after(cursor, scope), limit=limit)
    page = page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda line: (line.booking.created_at.isoformat(), line.booking.id),
        view=_row,
    )
    kind = "" if status is None else f" that are {status} now"
    return Report(
        data=RecentBookings(bookings=page.items),
        window=WindowView.of(asked),
        total=lessons.number(uow.session, which),
        next_cursor=page.next_cursor,
        warnings=[] if rows else [f"No bookings{kind} were made in this window."],
    )


@operation("reporting.users_booking_history")
def users_booking_history(
    uow: Uow,
    user: str,
    *,
    side: AsWhom = AsWhom.BOTH,
    limit: int = 20,
    cursor: str | None = None,
) -> Report[BookingHistory]:
    """One person's bookings as student and as instructor, the last lesson first."""
    require(uow.actor, Permission.USERS_READ)
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    found = people(uow, user, limit=CANDIDATES + 1)
    if len(found) != 1:
        return _unresolved_history([candidate for _, candidate in found])
    person, candidate = found[0]
    scope = f"reporting.users_booking_history:{person.id}:{side}"
    rows = lessons.history(
        uow.session,
        lessons.of_person(person.id, side),
        after=moment_after(cursor, scope),
        limit=limit,
    )
    page = page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda line: (line.booking.starts_at.isoformat(), line.booking.id),
        view=lambda line: _history_row(line, person.id),
    )
    counts = lessons.sides(uow.session, person.id)
    as_student = _side(count for count in counts if count.as_student)
    as_instructor = _side(count for count in counts if not count.as_student)
    totals = {
        AsWhom.STUDENT: as_student.lessons,
        AsWhom.INSTRUCTOR: as_instructor.lessons,
        AsWhom.BOTH: as_student.lessons + as_instructor.lessons,
    }
    return Report(
        data=BookingHistory(
            user_id=person.id,
            name=candidate.name,
            as_student=as_student,
            as_instructor=as_instructor,
            bookings=page.items,
            candidates=[],
        ),
        total=totals[side],
        next_cursor=page.next_cursor,
        warnings=[] if rows else ["This person has no bookings on the side that was asked for."],
    )


def _unresolved_history(candidates: list[Candidate]) -> Report[BookingHistory]:
    """Nobody's history, and those who may be meant."""
    nobody = BookingHistory(
        user_id=None,
        name=None,
        as_student=None,
        as_instructor=None,
        bookings=[],
        candidates=candidates[:CANDIDATES],
    )
    return Report(data=nobody, warnings=unresolved(candidates))


def _figures(counts: Iterable[StatusCount]) -> WindowFigures:
    known = list(counts)
    turnover = [count for count in known if count.status in COUNTED]
    gmv = sum(count.price_cents for count in turnover)
    by_status = dict.fromkeys(BookingStatus, 0)
    for count in known:
        by_status[count.status] = count.lessons
    return WindowFigures(
        lessons=sum(by_status.values()),
        by_status=by_status,
        gmv_cents=gmv,
        average_lesson_cents=figures.average_cents(gmv, sum(count.lessons for count in turnover)),
        platform_fees_cents=sum(count.fee_cents for count in turnover),
    )


def _side(counts: Iterable[SideCount]) -> SideFigures:
    by_status = dict.fromkeys(BookingStatus, 0)
    gmv = 0
    for count in counts:
        by_status[count.status] = count.lessons
        gmv += count.price_cents if count.status in COUNTED else 0
    return SideFigures(lessons=sum(by_status.values()), by_status=by_status, gmv_cents=gmv)


def _emptiness(data: BookingsSummary, window: Window, before: Days) -> list[str]:
    """Whether nothing happened, or nothing is known."""
    days = days_of(window)
    if data.records_since is None:
        return ["There are no bookings on record at all: zero means nothing was ever booked."]
    if days.end <= data.records_since:
        return [f"Records begin on {data.records_since}: this window is unknown, not zero."]
    if days.first < data.records_since:
        return [f"Records begin on {data.records_since}: the days before are unknown, not zero."]
    found = [] if data.lessons else ["No lessons fall in this window."]
    if before.first < data.records_since:
        found.append(
            f"Records begin on {data.records_since}: the window before is not known whole, so that"
            " nothing is compared with it."
        )
    return found


def _row(line: Line) -> BookingRow:
    return BookingRow(**_fields(line))


def _history_row(line: Line, person_id: str) -> HistoryRow:
    booked = line.booking.student_id == person_id
    return HistoryRow(**_fields(line), side=AsWhom.STUDENT if booked else AsWhom.INSTRUCTOR)


def _fields(line: Line) -> dict[str, Any]:
    booking = line.booking
    return {
        "booking_id": booking.id,
        "status": booking.status,
        "payment_status": booking.payment_status,
        "lesson_day": booking.lesson_day,
        "starts_at": booking.starts_at,
        "local_time": f"{booking.starts_local:%H:%M}",
        "timezone": booking.lesson_timezone,
        "minutes": booking.duration_minutes,
        "student_id": booking.student_id,
        "student": public_name(line.student_first, line.student_last),
        "instructor_id": booking.instructor_id,
        "instructor": public_name(line.teacher_first, line.teacher_last),
        "service": booking.service_name,
        "category": line.category,
        "format": booking.format,
        "lesson_price_cents": booking.lesson_price_cents,
        "total_cents": booking.total_cents,
        "created_at": booking.created_at,
    }
