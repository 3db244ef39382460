"""Credit that has ended."""

from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel.uow import Uow
from worker.jobs import Job, in_pages

PAGE = 200


def _expire_page(uow: Uow, after: str) -> str | None:
    return credits.expire_due(uow, after=after, limit=PAGE).next_after


EXPIRE = Job("credits.expire", in_pages(_expire_page), queue=Queue.MAINTENANCE, seconds=600)
