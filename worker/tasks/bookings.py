"""The work on lessons' money: each job finds what is due, others do it a few lessons at a time.

Finding is quick and never dials out, so a job is done in seconds however much is due. The work
itself is a task for so many lessons; each lesson is driven on in transactions of its own, and one
that fails stops no other. What is handed out twice is done once: the second finds nothing to do.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.types import DueKind
from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.paging import pages
from instainstru_core.kernel.uow import Uow
from worker.batches import each
from worker.jobs import Desk, Job, in_pages

PAGE = 200
AT_ONCE = 20
"""How many lessons one task takes: few enough to be done in time when every call is slow."""

KEEP_SECONDS = 600
"""What nobody took by then is dropped: it is found again, and the queue never grows without end."""

_log = logger(__name__)


def _drive(desk: Desk, *chain_ids: str) -> None:
    def act(chain_id: str) -> bool:
        cashier = desk.runtime.cashier
        return flows.drive_quietly(cashier, actor=desk.actor, chain_id=chain_id)

    each("bookings.drive", chain_ids, act)


def _resume(desk: Desk, *references: str) -> None:
    def act(reference: str) -> bool:
        return flows.resume(desk.runtime.cashier, actor=desk.actor, reference=reference)

    each("payments.resume", references, act)


DRIVE = Job("bookings.drive", _drive, seconds=900, retries=0, keep_seconds=KEEP_SECONDS)
RESUME = Job("payments.resume", _resume, seconds=900, retries=0, keep_seconds=KEEP_SECONDS)


def _find(kinds: Sequence[DueKind], desk: Desk) -> None:
    """Hand out the lessons whose money waits for something of these kinds."""
    _hand_out(desk, DRIVE, partial(bookings.due_lessons, kinds=kinds))


def _find_commands(desk: Desk) -> None:
    """Hand out the commands whose caller is gone."""
    _hand_out(desk, RESUME, payments.due_references)


def _find_tips(desk: Desk) -> None:
    """Hand out the tips that were charged and have not reached their instructor."""

    def unsent(uow: Uow, *, after: str, limit: int) -> list[str]:
        return [f"tip:{tip}" for tip in bookings.unsent_tips(uow, after=after, limit=limit)]

    _hand_out(desk, RESUME, unsent, strip="tip:")


def _hand_out(desk: Desk, job: Job, page: Callable[..., list[str]], *, strip: str = "") -> None:
    for found in pages(desk.begin, page, place=lambda one: one.removeprefix(strip), size=PAGE):
        for start in range(0, len(found), AT_ONCE):
            desk.hand_out(job, tuple(found[start : start + AT_ONCE]))


def _finder(name: str, *kinds: DueKind) -> Job:
    return Job(name, partial(_find, kinds), seconds=60, retries=0, is_quiet=False)


EXPIRE_CHECKOUTS = _finder("bookings.expire_checkouts", DueKind.CHECKOUT)
PLACE_HOLDS = _finder("bookings.place_holds", DueKind.HOLD, DueKind.HOLD_EXPIRY)
RETRY_HOLDS = _finder("bookings.retry_holds", DueKind.HOLD_RETRY)
CAPTURE = _finder("bookings.capture", DueKind.CAPTURE)
RETRY_CAPTURES = _finder("bookings.retry_captures", DueKind.CAPTURE_RETRY)
RESOLVE_NO_SHOWS = _finder("bookings.resolve_no_shows", DueKind.NO_SHOW)
MOVE_MONEY = _finder("bookings.move_money", DueKind.MONEY)
FIND_COMMANDS = Job("payments.find_commands", _find_commands, seconds=60, retries=0)
SEND_TIPS = Job("bookings.send_tips", _find_tips, seconds=60, retries=0)


def _check_health(desk: Desk) -> None:
    """Say aloud when the work does not keep up, or when people let a case lie."""
    with desk.begin() as uow:
        found = bookings.health(uow)
    if not found.is_healthy:
        _log.error(
            "payments_unhealthy",
            overdue=sum(found.overdue.values()),
            oldest_overdue_at=_told(found.oldest_overdue_at),
            in_review=found.in_review,
            oldest_review_since=_told(found.oldest_review_since),
            stuck_commands=found.stuck_commands,
            unasked_disputes=found.unasked_disputes,
            waiting_tips=found.waiting_tips,
        )


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


CHECK_HEALTH = Job("bookings.check_health", _check_health, seconds=60, retries=0)


def _evaluate_page(uow: Uow, after: str) -> str | None:
    return bookings.evaluate_tiers(uow, after=after, limit=PAGE).next_after


EVALUATE_TIERS = Job(
    "bookings.evaluate_tiers",
    in_pages(_evaluate_page),
    queue=Queue.MAINTENANCE,
    seconds=1800,
    first_wait_seconds=60,
)
