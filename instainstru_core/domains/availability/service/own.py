"""What one's own calendar needs: whose it is, how it is written, how it is shown."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import (
    CalendarNotFound,
    HoursUnusable,
    NotAMonday,
    WeekChanged,
)
from instainstru_core.domains.availability.policy import BadDay
from instainstru_core.domains.availability.repository import Stored, TakenSpan
from instainstru_core.domains.availability.schemas import (
    DayOutcome,
    DayView,
    HoursView,
    TakenView,
)
from instainstru_core.domains.availability.service.reach import require_reach
from instainstru_core.domains.availability.types import OpenDay, Opening, Outcome, Tag
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.time import local_day, monday_of, to_local
from instainstru_core.kernel.uow import Uow

BOOKING = "booking:"


def own_id(uow: Uow) -> str:
    """Whose calendar it is. Refuses whoever has none."""
    require(uow.actor, Permission.AVAILABILITY_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise no_calendar()
    return uow.actor.id


def calendar_lock(person_id: str) -> str:
    """The name of the lock on somebody's calendar, which booking holds."""
    return f"availability:{person_id}"


def no_calendar() -> CalendarNotFound:
    return CalendarNotFound("You have no calendar. Sign up to teach with an invite.")


def require_monday(uow: Uow, monday: date) -> None:
    """Refuse what names no week, or one that is out of reach."""
    require_reach(uow, monday)
    if monday.weekday() != 0:
        raise NotAMonday("A week is named by its Monday.", monday=monday_of(monday).isoformat())


def stored(uow: Uow, instructor_id: str, first: date, last: date) -> Stored:
    """One's own days as they are, with the versions of their weeks. One statement."""
    found = repository.stored(uow.session, instructor_id, first, last)
    if found is None:
        raise no_calendar()
    return found


def write(
    uow: Uow,
    instructor_id: str,
    before: Stored,
    changed: Mapping[date, OpenDay],
    *,
    action: str,
    about: dict[str, Any],
) -> dict[date, int]:
    """Write these days, unless somebody else changed their weeks since they were read.

    Two statements, the second of which is the audit trail. Returns the weeks' new versions.
    """
    mondays = sorted({monday_of(day) for day in changed})
    versions = repository.save(
        uow.session,
        instructor_id,
        expected={monday: before.versions.get(monday, 0) for monday in mondays},
        days=changed,
        now=uow.now,
    )
    stale = next((monday for monday in mondays if monday not in versions), None)
    if stale is not None:
        meanwhile = stored(uow, instructor_id, stale, stale)
        raise week_changed(stale, meanwhile.versions.get(stale, 0))
    opens, closes, retags = policy.minutes_changed(before.days, changed)
    today = local_day(uow.now, before.timezone)
    audit.record(
        uow,
        action,
        subject_kind="instructor",
        subject_id=instructor_id,
        details={
            **about,
            "changed_days": len(changed),
            "past_days": sum(day < today for day in changed),
            "opened_minutes": opens,
            "closed_minutes": closes,
            "retagged_minutes": retags,
        },
    )
    return versions


def week_changed(monday: date, current: int) -> WeekChanged:
    return WeekChanged(
        "This week was changed since you read it. Read it again, then make your change anew.",
        monday=monday.isoformat(),
        current_version=current,
    )


def unusable(problem: BadDay) -> HoursUnusable:
    return HoursUnusable(str(problem), day=problem.day.isoformat())


def opening(start: str, end: str, tag: Tag | None) -> Opening:
    """A typed stretch in minutes of the clock; an end of 24:00 is the same as one of 00:00."""
    return Opening(policy.minute_of(start), policy.minute_of(end) % policy.DAY_MINUTES, tag)


def shown(
    days: Iterable[date], found: Mapping[date, OpenDay], blackouts: Iterable[date]
) -> list[DayView]:
    """Days as their owner sees them."""
    off = frozenset(blackouts)
    return [
        DayView.model_construct(
            day=day,
            hours=[
                HoursView.model_construct(
                    start=policy.clock_text(each.start),
                    end=policy.clock_text(each.end),
                    tag=each.tag or Tag.ANY,
                )
                for each in policy.windows(found.get(day, policy.NOTHING))
            ],
            blackout=day in off,
        )
        for day in days
    ]


def taken_view(span: TakenSpan, zone_name: str) -> TakenView:
    """A taken span on the wall clock of its instructor."""
    start, end = to_local(span.starts_at, zone_name), to_local(span.ends_at, zone_name)
    is_booking = span.reference.startswith(BOOKING)
    return TakenView(
        day=start.date(),
        start=f"{start:%H:%M}",
        end=f"{end:%H:%M}",
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        travels=span.travels,
        booking_id=span.reference.removeprefix(BOOKING) if is_booking else None,
        student_name=(
            None if span.first_name is None else public_name(span.first_name, span.last_name or "")
        ),
        held_until=span.expires_at,
    )


def outcome_view(outcome: Outcome) -> DayOutcome:
    return DayOutcome(day=outcome.day, result=outcome.done, why=outcome.why)
