"""Many pieces of work in one task: each on its own, none in the way of the others."""

from collections.abc import Callable, Iterable

from celery.exceptions import SoftTimeLimitExceeded
from prometheus_client import Counter

from instainstru_core.kernel.errors import Conflict, Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import DatabaseUnreachable

ITEMS = Counter(
    "instainstru_worker_items_total",
    "Single pieces of work inside background tasks by how they ended: done, busy, failed.",
    ["task", "result"],
)

_log = logger(__name__)


class SomeFailed(Conflict):
    """Single pieces of a batch failed; they are due again, the others are done."""

    code = "worker.some_failed"


def each(name: str, items: Iterable[str], act: Callable[[str], bool]) -> None:
    """Do this for each item, whatever becomes of the others. Raises SomeFailed at the end.

    Where the database cannot be reached at all, or the task's time is up, the rest is left: it is
    due again.
    """
    tried = failed = 0
    for item in items:
        tried += 1
        try:
            done = act(item)
        except (DatabaseUnreachable, SoftTimeLimitExceeded):
            ITEMS.labels(name, "failed").inc()
            raise
        except Exception as failure:  # noqa: BLE001 - one bad item never stops the batch
            failed += 1
            code = failure.code if isinstance(failure, Refusal) else type(failure).__name__
            _log.error("item_failed", task=name, item=item, code=code, exc_info=failure)
            ITEMS.labels(name, "failed").inc()
        else:
            ITEMS.labels(name, "done" if done else "busy").inc()
    refuse_failures(failed, of=tried)


def refuse_failures(failed: int, *, of: int) -> None:
    """Raises SomeFailed unless all went well."""
    if failed:
        raise SomeFailed(f"{failed} of {of} failed and are due again.", failed=failed)
