"""What facts make untrue of the answers that are stored."""

from dataclasses import dataclass

from instainstru_core.domains.availability.events import (
    AvailabilityDaysChanged,
    AvailabilityWeekSaved,
)
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.events import (
    BookingCancelled,
    BookingCreated,
    BookingDropped,
    BookingRescheduled,
)
from instainstru_core.domains.instructors.events import (
    InstructorChanged,
    InstructorPaused,
    InstructorWentLive,
)
from instainstru_core.domains.reviews.events import ReviewChanged, ReviewHidden, ReviewPublished
from instainstru_core.domains.search.policy import caching
from instainstru_core.domains.search.ports import Answers
from instainstru_core.domains.search.service.overtaking import overtaken
from instainstru_core.kernel.uow import Uow

OfTime = AvailabilityDaysChanged | AvailabilityWeekSaved
OfBooking = BookingCancelled | BookingCreated
OfLesson = BookingDropped | BookingRescheduled
OfInstructor = (
    InstructorChanged
    | InstructorPaused
    | InstructorWentLive
    | ReviewChanged
    | ReviewHidden
    | ReviewPublished
)


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Makes answers untrue that facts have overtaken, and no others. Raises Unavailable, so that
    the reaction is tried again.
    """

    answers: Answers

    def on_time(self, uow: Uow, event: OfTime) -> None:  # noqa: ARG002 - a reaction has one
        """Somebody has other hours free: that concerns answers in which they are, or nearly are."""
        self.answers.touch([caching.of_instructor(event.instructor_id)])

    def on_booking(self, uow: Uow, event: OfBooking) -> None:  # noqa: ARG002 - a reaction has one
        """The same of both people of a lesson: whoever learns in it may teach too."""
        self._of_both(event.instructor_id, event.student_id)

    def on_lesson(self, uow: Uow, event: OfLesson) -> None:
        """The same where the fact only names the lesson."""
        lesson = bookings.message_facts(uow, event.booking_id)
        self._of_both(lesson.instructor_id, lesson.student_id)

    def on_instructor(self, uow: Uow, event: OfInstructor) -> None:
        """Somebody is seen otherwise: that concerns all who look for what they teach, where they
        teach it.
        """
        self.answers.touch(overtaken(uow, [event.instructor_id]))

    def _of_both(self, *people: str) -> None:
        self.answers.touch([caching.of_instructor(person) for person in people])
