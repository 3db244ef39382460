"""What is taken: written, given back, listed. Each is one statement."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Boolean, DateTime, String

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.availability.repository.calendars import meets, range_of, stands
from instainstru_core.kernel import locks
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import Span

_OCCUPY = text(
    """
    WITH gone AS (
        DELETE FROM occupied_times
        WHERE expires_at <= :now AND span && :span
          AND (instructor_id IN (:instructor_id, :student_id)
               OR student_id IN (:instructor_id, :student_id))
        RETURNING id
    )
    INSERT INTO occupied_times
        (id, instructor_id, student_id, span, travels, chain_id, reference, expires_at)
    SELECT :id, :instructor_id, :student_id, :span, :travels, :chain_id, :reference, :expires_at
    WHERE (SELECT count(*) FROM gone) >= 0
    """
).bindparams(
    *(
        bindparam(name, type_=String)
        for name in ("id", "instructor_id", "student_id", "chain_id", "reference")
    ),
    bindparam("span", type_=TSTZRANGE),
    bindparam("travels", type_=Boolean),
    bindparam("expires_at", type_=DateTime(timezone=True)),
    bindparam("now", type_=DateTime(timezone=True)),
)
OCCUPY = Direct(lambda: _OCCUPY)

_OCCUPIED = Base.metadata.tables[OccupiedTime.__tablename__]
_HELD = locks.held(bindparam("locks", type_=ARRAY(BigInteger)))
"""Whether the calendars of the people are held, which is waited for before any row is read."""

KEEP = Direct(
    lambda: (
        update(_OCCUPIED)
        .where(_OCCUPIED.c.reference == bindparam("its_reference", type_=String), _HELD)
        .values(expires_at=bindparam("until", type_=DateTime(timezone=True)))
        .returning(_OCCUPIED.c.id)
    )
)


def occupy(
    session: Session,
    *,
    instructor_id: str,
    student_id: str | None,
    span: Span,
    travels: bool,
    chain_id: str,
    reference: str,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Write a span that is taken, once ended holds in its way are gone."""
    values = {
        "id": new_id(),
        "instructor_id": instructor_id,
        "student_id": student_id,
        "span": range_of(span),
        "travels": travels,
        "chain_id": chain_id,
        "reference": reference,
        "expires_at": expires_at,
        "now": now,
    }
    OCCUPY.within(session, values)


def keep(session: Session, reference: str, *, until: datetime | None, names: Iterable[str]) -> bool:
    """Change when the span of this reference ends by itself; False where there is none.

    The locks of these names are waited for before the row, and held until the transaction ends.
    """
    asked = {"its_reference": reference, "until": until, "locks": locks.keys(names)}
    return bool(KEEP.within(session, asked))


def release(session: Session, reference: str) -> None:
    """Remove the span of this reference, if there is one."""
    session.execute(
        delete(OccupiedTime)
        .where(OccupiedTime.reference == reference)
        .execution_options(synchronize_session=False)
    )


class TakenSpan(NamedTuple):
    """A span that is taken, as its instructor may see it."""

    starts_at: datetime
    ends_at: datetime
    travels: bool
    reference: str
    expires_at: datetime | None
    first_name: str | None
    last_name: str | None


def spans(session: Session, instructor_id: str, within: Span, now: datetime) -> list[TakenSpan]:
    """What takes the time of an instructor up, by start, with whom it is."""
    asked = {"wanted_id": instructor_id, "within": range_of(within), "now": now}
    return [TakenSpan._make(row) for row in session.execute(_spans(), asked)]


@cache
def _spans() -> Select[*tuple[Any, ...]]:
    start = func.lower(OccupiedTime.span)
    return (
        select(
            start,
            func.upper(OccupiedTime.span),
            OccupiedTime.travels,
            OccupiedTime.reference,
            OccupiedTime.expires_at,
            User.first_name,
            User.last_name,
        )
        .outerjoin(User, User.id == OccupiedTime.student_id)
        .where(
            OccupiedTime.instructor_id == bindparam("wanted_id", type_=String),
            meets("within"),
            stands(),
        )
        .order_by(start, OccupiedTime.id)
    )
