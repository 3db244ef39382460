"""Views of what is taught, by whom and where."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.instructors.types import InstructorStatus, LessonFormat, Milestone
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.schemas.people import Candidate
from instainstru_core.domains.reporting.types import GroupBy
from instainstru_core.domains.search.types.meaning import Reason


class CategoryRow(View):
    """A category with its active services and the people who teach them."""

    slug: str
    name: str
    services: int
    live_instructors: int


class ServiceRow(View):
    """A service and how many can be booked for it."""

    service_id: str
    slug: str
    name: str
    category: str
    subcategory: str
    is_active: bool
    live_instructors: int


class Catalogue(View):
    """Categories with counts, and some of the services by slug."""

    categories: list[CategoryRow]
    services: list[ServiceRow]


class ServiceMatch(ServiceRow):
    """A service that words may mean."""

    score: float = Field(description="1 is an exact name; below 0.7 is a guess.")
    reason: Reason
    matched: str


class ServicesFound(View):
    """The services that words may mean, the best first."""

    ambiguous: bool = Field(description="The two best are too close to choose between them.")
    matches: list[ServiceMatch]


class InstructorRow(View):
    """An instructor in a list for staff."""

    instructor_id: str
    name: str
    email: str = Field(description="Masked.")
    status: InstructorStatus
    is_founding: bool
    live_since: datetime | None = Field(description="When they went live for the first time.")
    services: list[str]
    categories: list[str]
    lessons_completed: int
    rating: float | None


class InstructorList(View):
    """Instructors, the newest first."""

    instructors: list[InstructorRow]


class Price(View):
    """The hourly rate in one format."""

    format: LessonFormat
    hourly_rate_cents: int


class OfferingDetail(View):
    """A service that an instructor offers or offered."""

    service: str
    slug: str
    category: str
    is_active: bool
    prices: list[Price]


class Reached(View):
    """A milestone and when it was last reached."""

    milestone: Milestone
    at: datetime


class TeachingFigures(View):
    """What an instructor's lessons add up to."""

    completed: int
    upcoming: int
    cancelled_by_instructor: int
    cancelled_by_others: int
    no_shows: int
    students: int = Field(description="Different people with a lesson that was not cancelled.")
    gmv_cents: int = Field(description="Lesson prices of CONFIRMED and COMPLETED lessons.")
    earned_cents: int = Field(description="Owed for lessons and tips, net: the ledger.")
    last_completed_at: datetime | None


class InstructorProfile(View):
    """Everything staff need to know of one instructor."""

    instructor_id: str
    name: str
    email: str
    phone_end: str | None
    status: InstructorStatus
    is_founding: bool
    founding_number: int | None
    tier: Tier
    timezone: str
    years_experience: int
    has_bio: bool
    milestones: list[Reached]
    offerings: list[OfferingDetail]
    areas: list[str] = Field(description="Neighborhoods they travel to.")
    teaching_places: int
    figures: TeachingFigures
    rating: float | None
    reviews: int | None
    response_rate: float | None
    background_check: str | None = Field(description="Null when none was ever begun.")
    check_valid_until: datetime | None
    stripe_account_id: str | None


class InstructorAnswer(View):
    """One instructor, or those who may be meant."""

    instructor: InstructorProfile | None = Field(
        description="Null unless exactly one instructor fits."
    )
    candidates: list[Candidate]


class SupplyRow(View):
    """How many instructors a group has."""

    key: str
    name: str
    instructors: int = Field(description="Different people.")
    offerings: int = Field(description="Active offerings of these people.")


class Coverage(View):
    """Supply by group. Groups with nobody are counted too."""

    group_by: GroupBy
    groups: list[SupplyRow]
    groups_without_supply: int
    total_instructors: int
    total_offerings: int
