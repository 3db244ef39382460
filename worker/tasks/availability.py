"""Forgetting days that are long over."""

from instainstru_core.domains.availability import service
from instainstru_core.domains.observability.types import Queue
from worker.jobs import Job, in_pages

FORGET_DAYS = Job(
    "availability.forget_days",
    in_pages(service.forget_days),
    queue=Queue.MAINTENANCE,
    seconds=900,
)
