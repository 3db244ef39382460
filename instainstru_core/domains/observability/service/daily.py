"""How tasks fare: of days that are over by what is kept of them, of the rest by the attempts."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from instainstru_core.domains.observability.policy import durations
from instainstru_core.domains.observability.repository import daily, history
from instainstru_core.domains.observability.repository.daily import Part
from instainstru_core.domains.observability.schemas.executions import TaskFigures
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, day_span, local_day
from instainstru_core.kernel.uow import Uow

ONE = timedelta(days=1)
SETTLING = timedelta(hours=1)
"""So long after a day's end no transaction is open any more that thought it was not over."""


def fared(uow: Uow, span: Span, *, task_name: str | None) -> list[TaskFigures]:
    """How each task fared whose attempts began in this span: most failures first."""
    days, parts = daily.kept(uow.session, *_whole_days(span), task_name=task_name)
    for rest in _rest(span, days):
        parts += daily.counted(uow.session, rest, task_name=task_name)
    found = [_figures(task, of_task) for task, of_task in _by_task(parts).items()]
    return sorted(found, key=lambda one: (-one.failed, -one.attempts, one.task))


@operation("observability.keep_task_days")
def keep_task_days(uow: Uow, *, limit: int) -> int:
    """Keep how tasks fared on days that are over and of which nothing is kept, the oldest first.

    Says how many it kept, at most the limit.
    """
    require(uow.actor, Permission.OPERATIONS_READ)
    since = history.records_since(uow.session)
    if since is None:
        return 0
    daily.hold(uow.session)
    first, end = local_day(since), local_day(uow.now - SETTLING)
    known = daily.kept_days(uow.session, first, end)
    number = 0
    for day in _days(first, end):
        if number == limit:
            break
        if day not in known:
            number += daily.keep(uow.session, day, day_span(day, day)) > 0
    return number


def drop_days_of(uow: Uow, moments: Iterable[datetime]) -> None:
    """Keep nothing of days that are over of which an attempt that began then has changed."""
    today = local_day(uow.now)
    if days := {day for moment in moments if (day := local_day(moment)) < today}:
        daily.hold(uow.session)
        daily.drop(uow.session, days)


def drop_days_until(uow: Uow, moment: datetime) -> None:
    """Keep nothing of days that began before this moment: attempts of theirs are gone."""
    daily.hold(uow.session)
    daily.drop_until(uow.session, local_day(moment))


def _whole_days(span: Span) -> tuple[date, date]:
    """The first day that lies wholly in the span, and the day after the last one that does."""
    first = local_day(span.start)
    if day_span(first, first).start < span.start:
        first += ONE
    return first, local_day(span.end)


def _rest(span: Span, days: list[date]) -> Iterator[Span]:
    """What these days, in their order, leave of the span."""
    start = span.start
    for day in days:
        of_day = day_span(day, day)
        if start < of_day.start:
            yield Span(start, of_day.start)
        start = of_day.end
    if start < span.end:
        yield Span(start, span.end)


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += ONE


def _by_task(parts: Iterable[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.task_name, []).append(part)
    return found


def _figures(task: str, parts: list[Part]) -> TaskFigures:
    succeeded = sum(part.succeeded for part in parts)
    failed = sum(part.failed for part in parts)
    took = durations.spread(b"".join(part.durations for part in parts))
    return TaskFigures(
        task=task,
        attempts=sum(part.attempts for part in parts),
        succeeded=succeeded,
        failed=failed,
        unfinished=sum(part.unfinished for part in parts),
        success_rate=round(succeeded / (succeeded + failed), 4) if succeeded + failed else None,
        p50_ms=None if took.p50_ms is None else round(took.p50_ms),
        p95_ms=None if took.p95_ms is None else round(took.p95_ms),
        max_ms=took.max_ms,
        last_success_at=_last(part.last_success_at for part in parts),
        last_failure_at=_last(part.last_failure_at for part in parts),
    )


def _last(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
