"""The nightly evaluation of instructors' tiers."""

from instainstru_core.domains.bookings.repository import lessons as repository
from instainstru_core.domains.bookings.schemas import TierSweep
from instainstru_core.domains.pricing import policy as pricing_rules
from instainstru_core.domains.pricing import service as pricing
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

STEP = 1000
"""How many instructors one transaction takes."""


@operation("bookings.evaluate_tiers")
def evaluate_tiers(uow: Uow, *, after: str = "", limit: int = STEP) -> TierSweep:
    """Evaluate the tiers of the next instructors in order of id; founding ones are left out."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    since = pricing_rules.window_start(pricing_rules.rules_at(uow.now), uow.now)
    records = repository.teaching_records(uow.session, after=after, since=since, limit=limit)
    changed = pricing.evaluate(uow, records)
    more = len(records) == limit
    return TierSweep(
        evaluated=len(records),
        changed=changed,
        next_after=records[-1].instructor_id if more else None,
    )
