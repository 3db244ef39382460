"""Instructor vocabulary. Pure."""

from enum import StrEnum


class LessonFormat(StrEnum):
    """Where a lesson takes place, and so who travels."""

    STUDENT_LOCATION = "student_location"
    INSTRUCTOR_LOCATION = "instructor_location"
    ONLINE = "online"
    NEUTRAL_LOCATION = "neutral_location"


PRICED_FORMATS = (
    LessonFormat.STUDENT_LOCATION,
    LessonFormat.INSTRUCTOR_LOCATION,
    LessonFormat.ONLINE,
)
"""A neutral place has no price of its own: it takes the instructor's place's, else travel's."""


class Milestone(StrEnum):
    """The steps on the way to going live, in order, and what may come after."""

    REGISTERED = "registered"
    PROFILE_SUBMITTED = "profile_submitted"
    SERVICES_CONFIGURED = "services_configured"
    WENT_LIVE = "went_live"
    PAUSED = "paused"
    RESUMED = "resumed"


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
