"""Which days can be asked about at all."""

from datetime import date

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.errors import DaysOutOfReach
from instainstru_core.kernel.uow import Uow


def require_reach(uow: Uow, day: date) -> None:
    """Refuse days so far away that nobody plans or remembers them."""
    if abs(day - uow.now.date()) > policy.REACH:
        raise DaysOutOfReach(
            f"Choose a day at most {policy.REACH.days} days from today.", day=day.isoformat()
        )


def require_range(first: date, last: date, today: date) -> None:
    """Refuse days that are over, in the wrong order or too many."""
    if first < today:
        raise DaysOutOfReach("The first day is over. Start today.", today=today.isoformat())
    if last < first or (last - first).days >= policy.MAX_DAYS:
        raise range_refused()


def range_refused() -> DaysOutOfReach:
    return DaysOutOfReach(
        f"The last day lies on or after the first, and all of them are at most {policy.MAX_DAYS}"
        " days. Ask for fewer.",
        most=policy.MAX_DAYS,
    )
