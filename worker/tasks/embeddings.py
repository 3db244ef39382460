"""Keeping a vector of everything that can be searched for."""

from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.search.flows import embedding
from instainstru_core.kernel.log import logger
from worker.jobs import Desk, Job

SECONDS = 540.0

_log = logger(__name__)


def _rebuild(desk: Desk) -> None:
    """Make the vectors that are missing or stale. Most of the time there are none."""
    runtime = desk.runtime
    done = embedding.rebuild(runtime.begin, runtime.embedder, actor=desk.actor, seconds=SECONDS)
    if done.made or done.forgotten:
        _log.info("embeddings_rebuilt", model=done.model, made=done.made, forgotten=done.forgotten)


REBUILD_EMBEDDINGS = Job(
    "search.rebuild_embeddings", _rebuild, queue=Queue.MAINTENANCE, seconds=600
)
