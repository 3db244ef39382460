"""What staff look at before they confirm it: it is done as it was shown, or refused."""

import hashlib

from instainstru_core.domains.bookings.errors import PreviewOutdated
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import visible
from instainstru_core.kernel.uow import Uow

MARK_LENGTH = 24


def lesson_of(uow: Uow, booking_id: str, fence: int | None) -> Lesson:
    """The lesson that this booking is of, held until the transaction ends."""
    named, _ = visible(uow, booking_id)
    return held(uow, named.booking.chain_id, fence=fence)


def mark(*seen: object) -> str:
    """What a preview is confirmed with: another one as soon as anything that it saw changes."""
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:MARK_LENGTH]


def refuse_outdated(confirmed: str | None, current: str, *, booking_id: str) -> None:
    """Raises PreviewOutdated where a preview was confirmed that no longer holds."""
    if confirmed is not None and confirmed != current:
        raise PreviewOutdated(
            "Something changed since the preview. Look at it again, then confirm the new one.",
            booking_id=booking_id,
        )
