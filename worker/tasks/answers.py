"""Forgetting answers of searches that changes have overtaken of which no fact tells."""

from instainstru_core.domains.search.policy import caching
from instainstru_core.domains.search.service.overtaking import overtaken_lately, vocabulary_version
from worker.jobs import Desk, Job

EVERY_SECONDS = 10
LATELY_SECONDS = 60
"""Longer than from one time to the next, so that no change is missed; twice does no harm."""

VOCABULARY = "vocabulary"


def forget_overtaken(desk: Desk) -> None:
    """Make answers untrue in which somebody is who changed of late, or all of them where the
    catalog or the map did.
    """
    with desk.begin() as uow:
        tags = overtaken_lately(uow, seconds=LATELY_SECONDS)
        version = vocabulary_version(uow)
    answers = desk.runtime.answers
    if answers.is_new(VOCABULARY, version):
        tags = (*tags, caching.CATALOG, caching.PLACES)
    if tags:
        answers.touch(tags)


FORGET_OVERTAKEN = Job(
    "search.forget_overtaken_answers", forget_overtaken, seconds=20, retries=0, is_quiet=True
)
