"""Asking many sources at once, each with a deadline, and keeping the answer for a moment."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeAlias

from instainstru_core.domains.observability.policy import health
from instainstru_core.domains.observability.policy.health import Check, Section, Status
from instainstru_core.domains.observability.schemas.health import (
    CheckView,
    HealthOverview,
    Looked,
)
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger

DEADLINE_SECONDS = 3.0
KEPT = timedelta(seconds=15)
GIVEN_MEANWHILE = timedelta(minutes=1)
NO_ANSWER = f"No answer within {DEADLINE_SECONDS:g} seconds."
BROKEN = "It could not be looked at: see the log."

Figures: TypeAlias = Mapping[Check, float | None]
"""What a source says of each of its checks; None where it does not know."""

Look: TypeAlias = Callable[[], Figures]

_log = logger(__name__)


@dataclass(slots=True)
class Board:
    """The last overview of this process. Many who ask at once make one between them.

    A source that hangs keeps its one thread; until it is done, that source is unknown.
    """

    deadline_seconds: float = DEADLINE_SECONDS
    last: Looked | None = None
    _one_at_a_time: Lock = field(default_factory=Lock)
    _threads: ThreadPoolExecutor | None = None
    _hanging: dict[Section, Future[Figures]] = field(
        default_factory=dict[Section, "Future[Figures]"]
    )

    def seen(
        self, looks: Mapping[Section, Look], *, clock: Callable[[], datetime], left_out: list[str]
    ) -> Looked:
        """The overview, made now unless there is one of the last seconds.

        While somebody makes a new one, that of the last minute is given at once.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            last = self.last
            if last is not None and clock() - last.at < GIVEN_MEANWHILE:
                return last
            self._one_at_a_time.acquire()
        try:
            now = clock()
            if self.last is None or not timedelta(0) <= now - self.last.at < KEPT:
                self.last = Looked(at=now, overview=self._look(looks, left_out))
            return self.last
        finally:
            self._one_at_a_time.release()

    def close(self) -> None:
        """Ask nobody any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    def _look(self, looks: Mapping[Section, Look], left_out: list[str]) -> HealthOverview:
        asked = {section: self._asked(section, look) for section, look in looks.items()}
        wait(asked.values(), timeout=self.deadline_seconds)
        self._hanging = {section: one for section, one in asked.items() if not one.done()}
        checks = [
            view
            for section, future in asked.items()
            for view in _views(section, *_told(section, future))
        ]
        sections = {
            section.value: health.worst(one.status for one in checks if one.section == section)
            for section in looks
        }
        return HealthOverview(
            overall=health.worst(sections.values()),
            sections=sections,
            checks=checks,
            left_out=left_out,
        )

    def _asked(self, section: Section, look: Look) -> Future[Figures]:
        """Ask anew, unless the question of before still hangs. An answer that came late is old."""
        hanging = self._hanging.get(section)
        if hanging is not None and not hanging.done():
            return hanging
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(Section), thread_name_prefix="health")
        return self._threads.submit(look)


def _told(section: Section, future: Future[Figures]) -> tuple[Figures, str | None]:
    """What the source said, or why it said nothing."""
    if not future.done():
        return {}, NO_ANSWER
    try:
        return future.result(), None
    except Refusal as refusal:
        return {}, refusal.message
    except Exception:  # noqa: BLE001 - one broken source never hides the others
        _log.exception("health_section_failed", section=section.value)
        return {}, BROKEN


def _views(section: Section, figures: Figures, why: str | None) -> list[CheckView]:
    return [_view(section, check, figures.get(check), why) for check in health.checks_of(section)]


def _view(section: Section, check: Check, value: float | None, why: str | None) -> CheckView:
    limits, status = health.LIMITS[check], health.judge(check, value)
    return CheckView(
        section=section.value,
        check=check.value,
        status=status,
        value=value,
        warn=limits.warn,
        critical=limits.critical,
        note=(why or "No data.") if status is Status.UNKNOWN else None,
    )
