"""Days on which one does not teach, whatever hours are open."""

from datetime import date, timedelta

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import BlackoutNotFound, DaysOutOfReach
from instainstru_core.domains.availability.events import AvailabilityDaysChanged
from instainstru_core.domains.availability.schemas import (
    AddBlackouts,
    AddedBlackoutsView,
    BlackoutsView,
    BlackoutView,
    DayOutcome,
    TakenView,
)
from instainstru_core.domains.availability.service import own
from instainstru_core.domains.availability.service.reach import require_reach
from instainstru_core.domains.availability.types import Done, Why
from instainstru_core.kernel import locks
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import day_span, local_day
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)


@operation("availability.blackouts")
def blackouts(uow: Uow) -> BlackoutsView:
    """One's own blackout days from today on, for a year, in one statement."""
    own_id = own.own_id(uow)
    first = uow.now.date() - ONE_DAY
    stored = own.stored(uow, own_id, first, uow.now.date() + policy.REACH)
    today = local_day(uow.now, stored.timezone)
    return BlackoutsView(
        items=[
            BlackoutView(day=day, reason=reason)
            for day, reason in sorted(stored.blackouts.items())
            if day >= today
        ]
    )


@operation("availability.add_blackouts")
def add_blackouts(uow: Uow, command: AddBlackouts) -> AddedBlackoutsView:
    """Let nobody book these days any more. Hours stay as they are, and so do lessons.

    Waits for whoever is booking at this moment, so that no lesson on these days goes unmentioned.
    Marking a day again changes its reason. Days that are over are skipped.
    """
    own_id = own.own_id(uow)
    first, last = command.first, command.last or command.first
    for each in (first, last):
        require_reach(uow, each)
    if not timedelta(0) <= last - first <= policy.REACH:
        raise DaysOutOfReach(
            f"The last day lies on or after the first, and at most {policy.REACH.days} days"
            " after it.",
            most=policy.REACH.days,
        )
    locks.advisory(uow.session, [own.calendar_lock(own_id)])
    zone_name = own.stored(uow, own_id, first, first).timezone
    today = local_day(uow.now, zone_name)
    days = [first + offset * ONE_DAY for offset in range((last - first).days + 1)]
    marked = [day for day in days if day >= today]
    changed: set[date] = set()
    if marked:
        changed = repository.add_blackouts(
            uow.session, own_id, marked, reason=command.reason, now=uow.now
        )
    if changed:
        _announce(uow, own_id, sorted(changed), "availability.add_blackouts")
    return AddedBlackoutsView(
        items=[_outcome(day, today, changed) for day in days],
        staying=_lessons_on(uow, own_id, marked, zone_name),
    )


@operation("availability.remove_blackout")
def remove_blackout(uow: Uow, day: date) -> BlackoutView:
    """Let a day be booked again by its hours. Refuses with BlackoutNotFound."""
    own_id = own.own_id(uow)
    require_reach(uow, day)
    removed, reason = repository.remove_blackout(uow.session, own_id, day)
    if not removed:
        raise BlackoutNotFound(
            "This day is no blackout. List the blackouts to see which are.", day=day.isoformat()
        )
    _announce(uow, own_id, [day], "availability.remove_blackout")
    return BlackoutView(day=day, reason=reason)


def _announce(uow: Uow, own_id: str, days: list[date], action: str) -> None:
    uow.emit(AvailabilityDaysChanged(instructor_id=own_id, first=days[0], last=days[-1]))
    audit.record(
        uow,
        action,
        subject_kind="instructor",
        subject_id=own_id,
        details={"first": days[0].isoformat(), "last": days[-1].isoformat(), "days": len(days)},
    )


def _outcome(day: date, today: date, changed: set[date]) -> DayOutcome:
    if day < today:
        return DayOutcome(day=day, result=Done.SKIPPED, why=Why.OVER)
    done = Done.APPLIED if day in changed else Done.UNCHANGED
    return DayOutcome(day=day, result=done, why=None)


def _lessons_on(uow: Uow, own_id: str, days: list[date], zone_name: str) -> list[TakenView]:
    """What is booked on these days, also what began the evening before."""
    if not days:
        return []
    within = day_span(days[0], days[-1], zone_name)
    return [
        own.taken_view(span, zone_name)
        for span in repository.spans(uow.session, own_id, within, uow.now)
    ]
