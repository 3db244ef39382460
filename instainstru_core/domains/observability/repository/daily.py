"""How tasks fared day by day in New York: kept for days that are over, and read from the attempts.

Of a day all tasks are kept or none is. Whoever changes an attempt of a day that is over drops what
is kept of that day, under the lock that whoever keeps a day holds: what is there is always true.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from instainstru_core.domains.observability.models import TaskDay
from instainstru_core.kernel.locks import advisory
from instainstru_core.kernel.time import Span

LOCK = "observability.task_days"


class Part(NamedTuple):
    """How one task fared in some stretches of time. `durations` are packed, of successes alone."""

    task_name: str
    attempts: int
    succeeded: int
    failed: int
    unfinished: int
    durations: bytes
    last_success_at: datetime | None
    last_failure_at: datetime | None


def hold(session: Session) -> None:
    """Let nobody else keep or drop days until this transaction ends."""
    advisory(session, [LOCK])


def kept_days(session: Session, first: date, end: date) -> set[date]:
    """The days from the first up to the end of which something is kept."""
    query = select(TaskDay.day).where(TaskDay.day >= first, TaskDay.day < end).distinct()
    return set(session.scalars(query))


def keep(session: Session, day: date, span: Span) -> int:
    """Keep this day, which is over, and say of how many tasks."""
    given = {"day": day, "start": span.start, "end": span.end, "name": None}
    return len(session.execute(_KEEP, given).all())


def drop(session: Session, days: Collection[date]) -> None:
    """Keep nothing of these days any more."""
    if days:
        session.execute(delete(TaskDay).where(TaskDay.day.in_(days)))


def drop_until(session: Session, last: date) -> None:
    """Keep nothing of this day and of those before it any more."""
    session.execute(delete(TaskDay).where(TaskDay.day <= last))


def kept(
    session: Session, first: date, end: date, *, task_name: str | None
) -> tuple[list[date], list[Part]]:
    """Of which days from the first up to the end anything is kept, in their order, and how each
    task fared on them. Read at once, so that nobody drops a day in between.
    """
    given = {"first": first, "end": end, "name": task_name}
    rows = session.execute(_KEPT, given).all()
    return rows[0][0] or [], _parts(row[1:] for row in rows if row[1] is not None)


def counted(session: Session, span: Span, *, task_name: str | None) -> list[Part]:
    """How each task fared in this span, by its attempts; one with a later one decides nothing."""
    given = {"start": span.start, "end": span.end, "name": task_name}
    return _parts(session.execute(_COUNTED, given))


def _parts(rows: Iterable[Sequence[object]]) -> list[Part]:
    return [Part._make(row) for row in rows]


_OF_ATTEMPTS = """
    SELECT task_name,
           count(*),
           count(*) FILTER (WHERE state = 'succeeded'),
           count(*) FILTER (WHERE is_last AND state = 'failed'),
           count(*) FILTER (WHERE is_last AND state IN ('started', 'retried')),
           coalesce(
               string_agg(int4send(duration_ms), ''::bytea) FILTER (WHERE state = 'succeeded'),
               ''::bytea
           ),
           max(finished_at) FILTER (WHERE state = 'succeeded'),
           max(finished_at) FILTER (WHERE state = 'failed')
    FROM (
        SELECT task_name, state, duration_ms, finished_at,
               CASE WHEN state <> 'succeeded' THEN NOT EXISTS (
                   SELECT FROM task_executions AS later
                   WHERE later.task_id = one.task_id AND later.attempt > one.attempt
               ) END AS is_last
        FROM task_executions AS one
        WHERE started_at >= :start AND started_at < :end
          AND (CAST(:name AS text) IS NULL OR task_name = :name)
    ) AS attempts
    GROUP BY task_name
"""
"""Only what did not succeed may have a later attempt."""
_COUNTED = text(_OF_ATTEMPTS)
_KEEP = text(
    f"""
    INSERT INTO task_days (
        day, task_name, attempts, succeeded, failed, unfinished, durations,
        last_success_at, last_failure_at
    )
    SELECT CAST(:day AS date), fared.* FROM ({_OF_ATTEMPTS}) AS fared
    RETURNING task_name
    """  # noqa: S608 - a constant
)
_KEPT = text(
    """
    WITH within AS MATERIALIZED (
        SELECT * FROM task_days WHERE day >= :first AND day < :end
    )
    SELECT days.kept, fared.*
    FROM (SELECT array_agg(DISTINCT day ORDER BY day) AS kept FROM within) AS days
    LEFT JOIN (
        SELECT task_name, sum(attempts), sum(succeeded), sum(failed), sum(unfinished),
               string_agg(durations, ''::bytea), max(last_success_at), max(last_failure_at)
        FROM within
        WHERE CAST(:name AS text) IS NULL OR task_name = :name
        GROUP BY task_name
    ) AS fared ON true
    """
)
