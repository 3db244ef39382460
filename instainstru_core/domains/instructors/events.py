"""Facts instructors announces."""

from dataclasses import dataclass

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructorWentLive(Event):
    """A profile became visible and can be booked; `first` tells a start from a return."""

    instructor_id: str
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructorPaused(Event):
    """A profile was hidden by its owner."""

    instructor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructorChanged(Event):
    """What the public sees of a live profile changed."""

    instructor_id: str
