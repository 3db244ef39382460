"""Instructor vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class LessonFormat(StrEnum):
    """Where a lesson takes place, and so who travels."""

    STUDENT_LOCATION = "student_location"
    INSTRUCTOR_LOCATION = "instructor_location"
    ONLINE = "online"
    NEUTRAL_LOCATION = "neutral_location"


class PricedFormat(StrEnum):
    """The formats that have a price of their own.

    A neutral place takes the instructor's place's, else travel's.
    """

    STUDENT_LOCATION = LessonFormat.STUDENT_LOCATION
    INSTRUCTOR_LOCATION = LessonFormat.INSTRUCTOR_LOCATION
    ONLINE = LessonFormat.ONLINE


PRICED_FORMATS = tuple(LessonFormat(kind) for kind in PricedFormat)


class Milestone(StrEnum):
    """The steps on the way to going live, in order, and what may come after."""

    REGISTERED = "registered"
    PROFILE_SUBMITTED = "profile_submitted"
    SERVICES_CONFIGURED = "services_configured"
    BGC_INITIATED = "bgc_initiated"
    BGC_COMPLETED = "bgc_completed"
    IDENTITY_VERIFIED = "identity_verified"
    WENT_LIVE = "went_live"
    PAUSED = "paused"
    REACTIVATED = "reactivated"
    DEACTIVATED = "deactivated"


FUNNEL = (
    Milestone.REGISTERED,
    Milestone.PROFILE_SUBMITTED,
    Milestone.SERVICES_CONFIGURED,
    Milestone.BGC_INITIATED,
    Milestone.BGC_COMPLETED,
    Milestone.IDENTITY_VERIFIED,
    Milestone.WENT_LIVE,
)
"""The seven stages, in order. `bgc_completed` is written when a check comes back clear."""


class InstructorStatus(StrEnum):
    """Derived for staff: see policy.status."""

    REGISTERED = "registered"
    ONBOARDING = "onboarding"
    LIVE = "live"
    PAUSED = "paused"


class PlaceKind(StrEnum):
    """A place of the instructor's own, whose address is private, or a public space."""

    TEACHING = "teaching"
    PUBLIC = "public"


class Missing(StrEnum):
    """What going live may still need."""

    BIO = "bio"
    OFFERING = "offering"
    SERVICE_AREA = "service_area"
    TEACHING_PLACE = "teaching_place"
    BACKGROUND_CHECK = "background_check"
    IDENTITY = "identity"
    PAYOUTS = "payouts"


class HideReason(StrEnum):
    """Why a live profile was hidden by somebody other than its owner."""

    CHECK_LAPSED = "check_lapsed"
    ROLE_REVOKED = "role_revoked"


@dataclass(frozen=True, slots=True)
class Proofs:
    """What others know of an instructor that going live needs."""

    background_check: bool
    identity: bool
    payouts: bool


UNPROVEN = Proofs(background_check=False, identity=False, payouts=False)


@dataclass(frozen=True, slots=True)
class LessonTerms:
    """What a lesson of one offering in one format comes with, for whoever books it.

    `place`, `latitude` and `longitude` are the teaching place's, exact: for the two sides of a
    booking only. They are None unless the lesson is at the instructor's.
    """

    offering_id: str
    instructor_id: str
    service_id: str
    service_name: str
    format: LessonFormat
    hourly_rate_cents: int
    durations: tuple[int, ...]
    timezone: str
    travels: bool
    area_key: str | None
    teaching_place_id: str | None
    place: str | None
    latitude: float | None
    longitude: float | None
