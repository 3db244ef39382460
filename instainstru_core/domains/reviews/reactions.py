"""What bookings announce, as far as reviews are concerned."""

from instainstru_core.domains.bookings.events import NoShowReported, NoShowResolved
from instainstru_core.domains.reviews import service
from instainstru_core.kernel.uow import Uow


def on_no_show_reported(uow: Uow, event: NoShowReported) -> None:
    """A review of a lesson that counts as not taken goes out of sight."""
    service.follow_lesson(uow, event.booking_id)


def on_no_show_resolved(uow: Uow, event: NoShowResolved) -> None:
    """It comes back when the lesson counts again."""
    service.follow_lesson(uow, event.booking_id)
