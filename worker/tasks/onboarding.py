"""Checks whose events were lost, and profiles whose check no longer counts."""

from collections.abc import Iterator, Mapping
from functools import partial

from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.errors import CheckRefused
from instainstru_core.domains.background_checks.types import OpenCheck
from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.onboarding import flows, service
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.paging import pages
from worker.batches import each
from worker.jobs import Desk, Job, in_pages

BATCH = 100

_log = logger(__name__)


def _look_again(desk: Desk) -> None:
    """Ask the provider about every check under way; one that fails stops no other."""
    page: dict[str, OpenCheck] = {}
    each("onboarding.look_again", _under_way(desk, page), partial(_look, desk, page))


def _under_way(desk: Desk, page: dict[str, OpenCheck]) -> Iterator[str]:
    """The ids of checks under way, a page at a time; the page that an id is on is in `page`."""
    for found in pages(desk.begin, checks.open_after, place=lambda check: check.id, size=BATCH):
        page.clear()
        page.update((check.id, check) for check in found)
        yield from [check.id for check in found]


def _look(desk: Desk, known: Mapping[str, OpenCheck], name: str) -> bool:
    """Look at one check; False for one that the provider does not know, which stays as it is."""
    try:
        flows.look_again(desk.runtime.begin, desk.runtime.checks, desk.actor, known[name])
    except CheckRefused as refusal:
        _log.warning("check_unknown", check_id=name, code=refusal.code)
        return False
    return True


LOOK_AGAIN = Job(
    "onboarding.look_again", _look_again, queue=Queue.MAINTENANCE, seconds=600, retries=0
)
HIDE_LAPSED = Job(
    "onboarding.hide_lapsed",
    in_pages(service.hide_lapsed),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
