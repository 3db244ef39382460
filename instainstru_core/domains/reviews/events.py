"""Facts reviews announces. Each changes what the public sees of its instructor."""

from dataclasses import dataclass

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(Event):
    """A student reviewed a lesson."""

    review_id: str
    booking_id: str
    instructor_id: str
    service_id: str
    stars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewChanged(Event):
    """A published review was edited, answered, withdrawn, or is to be seen again.

    `change` is a word of `types.Change`.
    """

    review_id: str
    instructor_id: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHidden(Event):
    """A review is not to be seen any more, and counts no more."""

    review_id: str
    instructor_id: str
    reason: str
