"""Learning names of places from what people search for."""

from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.search import service
from instainstru_core.kernel.uow import Uow
from worker.jobs import Job, in_pages

PAGE = 100


def _learn(uow: Uow, after: str) -> str | None:
    """One page of names."""
    return service.learn_places(uow, after=after or None, limit=PAGE).next_name


LEARN_PLACES = Job("search.learn_places", in_pages(_learn), queue=Queue.MAINTENANCE, seconds=600)
