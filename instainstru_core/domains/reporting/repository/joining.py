"""Queries over the way to going live: cohorts by stage, and those who do not go on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.policy import DECIDED
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.instructors.models import (
    Instructor,
    LifecycleEvent,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import (
    FUNNEL,
    LessonFormat,
    Milestone,
    PlaceKind,
)
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.time import Span


class StageCount(NamedTuple):
    """How many of a cohort reached a stage, in any order and with all stages before it."""

    reached: int
    through: int


class StuckRow(NamedTuple):
    """Somebody who does not go on, with what tells why."""

    instructor_id: str
    first_name: str
    last_name: str
    email: str
    is_founding: bool
    stage: Milestone
    last_at: datetime
    check: CheckStatus | None
    decided: CheckStatus | None
    valid_until: datetime | None
    identity: IdentityStatus | None
    account: str | None
    details_submitted: bool | None
    payouts_enabled: bool | None
    disabled_reason: str | None
    lacks_area: bool
    lacks_place: bool


def cohort(session: Session, span: Span | None, *, founding_only: bool) -> list[StageCount]:
    """For each stage, how many of those who registered in this stretch of time got there."""
    flags = _flags(span, founding_only=founding_only).subquery()
    columns: list[ColumnElement[int]] = []
    for position in range(len(FUNNEL)):
        columns.append(func.count().filter(flags.c[position + 1]))
        columns.append(func.count().filter(and_(*_up_to(flags, position))))
    found = session.execute(select(*columns).select_from(flags)).one()
    pairs = zip(found[::2], found[1::2], strict=True)
    return [StageCount(reached, through) for reached, through in pairs]


def first_registered_at(session: Session) -> datetime | None:
    """When the first instructor registered."""
    query = select(func.min(LifecycleEvent.occurred_at))
    return session.scalar(query.where(LifecycleEvent.milestone == Milestone.REGISTERED))


def stuck_by_stage(
    session: Session, *, since: datetime, founding_only: bool
) -> dict[Milestone, int]:
    """How many do not go on since then or longer, by their stage."""
    base = _stuck(since, founding_only=founding_only).subquery()
    query = select(base.c.stage, func.count()).group_by(base.c.stage)
    return {Milestone(stage): count for stage, count in session.execute(query)}


def stuck(
    session: Session,
    *,
    since: datetime,
    stage: Milestone | None,
    founding_only: bool,
    limit: int,
) -> list[StuckRow]:
    """Those who do not go on since then or longer, the longest first."""
    base = _stuck(since, founding_only=founding_only).subquery()
    latest, decided = _newest_check(base), _newest_check(base, *DECIDED)
    query = (
        select(
            base.c.id,
            User.first_name,
            User.last_name,
            User.email,
            Instructor.is_founding,
            base.c.stage,
            base.c.last_at,
            latest(BackgroundCheck.status),
            decided(BackgroundCheck.status),
            decided(BackgroundCheck.valid_until),
            IdentityCheck.status,
            ConnectAccount.vendor_id,
            ConnectAccount.details_submitted,
            ConnectAccount.payouts_enabled,
            ConnectAccount.disabled_reason,
            and_(_offers(base, LessonFormat.STUDENT_LOCATION), not_(_has_area(base))),
            and_(_offers(base, LessonFormat.INSTRUCTOR_LOCATION), not_(_has_place(base))),
        )
        .select_from(base)
        .join(Instructor, Instructor.id == base.c.id)
        .join(User, User.id == base.c.id)
        .outerjoin(IdentityCheck, IdentityCheck.instructor_id == base.c.id)
        .outerjoin(ConnectAccount, ConnectAccount.instructor_id == base.c.id)
        .order_by(base.c.last_at, base.c.id)
        .limit(limit)
    )
    if stage is not None:
        query = query.where(base.c.stage == stage.value)
    rows = session.execute(query)
    return [_stuck_row(row) for row in rows]


def _stuck_row(row: Sequence[Any]) -> StuckRow:
    known = StuckRow(*row)
    return known._replace(stage=Milestone(known.stage))


def _flags(span: Span | None, *, founding_only: bool) -> Select[Any]:
    """Each instructor of a cohort, and for each stage whether they reached it."""
    registered = aliased(LifecycleEvent)
    mine = and_(
        registered.instructor_id == Instructor.id, registered.milestone == Milestone.REGISTERED
    )
    query = (
        select(
            Instructor.id,
            *(func.bool_or(LifecycleEvent.milestone == step) for step in FUNNEL),
        )
        .join(registered, mine)
        .join(LifecycleEvent, LifecycleEvent.instructor_id == Instructor.id)
        .group_by(Instructor.id)
    )
    if span is not None:
        query = query.where(registered.occurred_at >= span.start, registered.occurred_at < span.end)
    return query.where(Instructor.is_founding) if founding_only else query


def _up_to(flags: Subquery, position: int) -> list[ColumnElement[bool]]:
    return [flags.c[place + 1] for place in range(position + 1)]


def _stuck(since: datetime, *, founding_only: bool) -> Select[str, str, datetime]:
    """Who never was live, may still go on, and did nothing after `since`; with their stage."""
    has = [func.bool_or(LifecycleEvent.milestone == step) for step in FUNNEL]
    stage = case(
        *(
            (and_(*has[: position + 1]), literal(FUNNEL[position].value))
            for position in reversed(range(len(FUNNEL)))
        ),
        else_=literal(Milestone.REGISTERED.value),
    )
    last_at = func.max(LifecycleEvent.occurred_at)
    query = (
        select(Instructor.id.label("id"), stage.label("stage"), last_at.label("last_at"))
        .join(User, User.id == Instructor.id)
        .join(LifecycleEvent, LifecycleEvent.instructor_id == Instructor.id)
        .where(
            Instructor.first_live_at.is_(None),
            Instructor.deactivated_at.is_(None),
            User.status == AccountStatus.ACTIVE,
        )
        .group_by(Instructor.id)
        .having(last_at <= since)
    )
    return query.where(Instructor.is_founding) if founding_only else query


def _newest_check(base: Subquery, *among: CheckStatus) -> Any:  # noqa: ANN401 - any column's
    """A column of somebody's newest check, or of their newest with one of these statuses."""

    def column(wanted: Any) -> Any:  # noqa: ANN401
        query = select(wanted).where(BackgroundCheck.user_id == base.c.id)
        if among:
            query = query.where(BackgroundCheck.status.in_(among))
        return query.order_by(BackgroundCheck.id.desc()).limit(1).scalar_subquery()

    return column


def _offers(base: Subquery, lesson_format: LessonFormat) -> ColumnElement[bool]:
    return exists(
        select(Offering.id)
        .join(OfferingPrice, OfferingPrice.offering_id == Offering.id)
        .where(
            Offering.instructor_id == base.c.id,
            Offering.is_active,
            OfferingPrice.format == lesson_format,
        )
    )


def _has_area(base: Subquery) -> ColumnElement[bool]:
    return exists(select(ServiceArea.area_key).where(ServiceArea.instructor_id == base.c.id))


def _has_place(base: Subquery) -> ColumnElement[bool]:
    return exists(
        select(TeachingPlace.id).where(
            TeachingPlace.instructor_id == base.c.id, TeachingPlace.kind == PlaceKind.TEACHING
        )
    )
