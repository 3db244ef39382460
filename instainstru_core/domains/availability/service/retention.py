"""Days that are long over."""

from datetime import timedelta

from instainstru_core.domains.availability.repository import retention
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow

KEEP = timedelta(days=180)
"""So old may a day be, in New York, before it is removed; one with a lesson stays."""

PEOPLE = 500


@operation("availability.forget_days")
def forget_days(uow: Uow, after: str, *, people: int = PEOPLE) -> str | None:
    """Remove the open hours, blackouts and versions of old days of some instructors, from behind
    this one. The last of them; None where there are no more.
    """
    some = retention.people_after(uow.session, after, limit=people)
    if not some:
        return None
    retention.forget_days(uow.session, some, before=local_day(uow.now) - KEEP)
    return some[-1] if len(some) == people else None
