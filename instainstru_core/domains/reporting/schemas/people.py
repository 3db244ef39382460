"""Views of people for staff. E-mails are masked unless they were typed whole."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.types import AccountStatus, SuspensionReason
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.schemas.bookings import HistoryRow, SideFigures
from instainstru_core.domains.reporting.types import AsWhom, PersonMatch


class Candidate(View):
    """Someone that a lookup may mean."""

    user_id: str
    name: str
    email: str
    roles: list[Role]
    matched_by: PersonMatch


class StudentFigures(View):
    """What someone booked."""

    bookings: int
    upcoming: int
    completed: int
    cancelled: int
    spent_cents: int = Field(description="Taken from their cards, less refunds and chargebacks.")


class InstructorFigures(View):
    """What someone taught."""

    status: InstructorStatus
    is_founding: bool
    lessons: int
    upcoming: int
    completed: int
    cancelled: int
    earned_cents: int = Field(description="Owed for lessons and tips, net: the ledger.")
    rating: float | None
    stripe_account_id: str | None


class PersonFound(Candidate):
    """Someone that a lookup found, with figures of both sides."""

    status: AccountStatus
    phone_end: str | None = Field(description="The last four digits.")
    created_at: datetime
    last_login_at: datetime | None
    side_in_booking: str | None = Field(description="Their side, when a booking's id was given.")
    as_student: StudentFigures
    as_instructor: InstructorFigures | None = Field(description="Null when they do not teach.")
    stripe_customer_id: str | None


class PeopleFound(View):
    """Everybody a lookup may mean, the best match first."""

    found: int
    ambiguous: bool = Field(description="More than one person fits: ask which is meant.")
    people: list[PersonFound]


class LessonAhead(View):
    """A booking that is still to take place, or to be paid for."""

    booking_id: str
    starts_at: datetime
    status: BookingStatus
    side: AsWhom = Field(description="Which side of it the person is on.")
    other_id: str
    other: str = Field(description='The person on the other side: "First L."')
    service: str
    lesson_price_cents: int


class Suspension(View):
    """The last time that the account was suspended."""

    at: datetime
    reason: SuspensionReason
    note: str | None
    by: str | None = Field(description="The id of who did it; null from the terminal.")


class AccountStanding(View):
    """Whether an account is open, and what depends on that."""

    user_id: str
    name: str = Field(description='"First L."')
    status: AccountStatus
    roles: list[Role]
    suspension: Suspension | None = Field(description="Null unless it is suspended now.")
    sign_ins: int = Field(description="Devices that are signed in.")
    programs: int = Field(description="Programs that act for the person.")
    is_shown: bool = Field(description="Whether searches find the person as an instructor.")
    lessons_ahead: int = Field(description="All there are, on both sides.")
    lessons: list[LessonAhead] = Field(description="The soonest of them, at most 20.")


class BookingHistory(View):
    """One person's bookings on both sides, or those who may be meant."""

    user_id: str | None = Field(description="Null unless exactly one person fits.")
    name: str | None
    as_student: SideFigures | None
    as_instructor: SideFigures | None
    bookings: list[HistoryRow]
    candidates: list[Candidate]
