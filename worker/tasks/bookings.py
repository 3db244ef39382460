"""Nightly work on lessons."""

from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel.uow import Uow
from worker.jobs import Job, in_pages

PAGE = 200


def _evaluate_page(uow: Uow, after: str) -> str | None:
    return bookings.evaluate_tiers(uow, after=after, limit=PAGE).next_after


EVALUATE_TIERS = Job(
    "bookings.evaluate_tiers",
    in_pages(_evaluate_page),
    queue=Queue.MAINTENANCE,
    seconds=1800,
    first_wait_seconds=60,
)
