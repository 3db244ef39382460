"""Views of lessons in figures and in lists."""

from datetime import date, datetime

from pydantic import Field

from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.types import AsWhom


class CategoryFigures(View):
    """A category's part of the lessons in a window."""

    category: str
    lessons: int
    gmv_cents: int


class WindowFigures(View):
    """Lessons of a window in figures."""

    lessons: int = Field(description="All lessons, whatever became of them.")
    by_status: dict[BookingStatus, int]
    gmv_cents: int = Field(
        description="Sum of the lesson prices of CONFIRMED and COMPLETED lessons."
    )
    average_lesson_cents: int | None = Field(
        description="GMV divided by the CONFIRMED and COMPLETED lessons."
    )
    platform_fees_cents: int = Field(
        description="Fees of students and instructors on the same lessons."
    )


class PreviousFigures(WindowFigures):
    """The window before, and how much more or less there is now: 0.25 is a quarter more."""

    label: str
    first_day: date
    last_day: date
    lessons_change: float | None
    gmv_change: float | None


class BookingsSummary(WindowFigures):
    """Lessons of a window in figures, beside those of the window before."""

    new_students: int = Field(
        description="Students whose first lesson that was not cancelled falls in the window."
    )
    repeat_students: int
    top_categories: list[CategoryFigures]
    previous: PreviousFigures
    records_since: date | None = Field(
        description="The first lesson day on record. Days before it are unknown, not zero."
    )


class BookingRow(View):
    """A booking in a list for staff. Names are "First L."."""

    booking_id: str
    status: BookingStatus
    payment_status: PaymentStatus
    lesson_day: date
    starts_at: datetime
    local_time: str = Field(description="Wall clock of the lesson.", examples=["16:30"])
    timezone: str
    minutes: int
    student_id: str
    student: str
    instructor_id: str
    instructor: str
    service: str
    category: str
    format: LessonFormat
    lesson_price_cents: int
    total_cents: int = Field(description="What the student pays.")
    created_at: datetime


class RecentBookings(View):
    """Bookings made lately, the newest first."""

    bookings: list[BookingRow]


class HistoryRow(BookingRow):
    """A booking of one person."""

    side: AsWhom = Field(description="Which side of it the person is on.")


class SideFigures(View):
    """A person's bookings on one side, by status."""

    lessons: int
    by_status: dict[BookingStatus, int]
    gmv_cents: int = Field(description="Lesson prices of CONFIRMED and COMPLETED lessons.")
