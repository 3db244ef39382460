"""Tiers, written straight into the table."""

from datetime import datetime

from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.uow import Uow


def standing(uow: Uow, instructor_id: str, tier: Tier, *, at: datetime | None = None) -> None:
    """The tier that an evaluation at this instant (else now) left the instructor in."""
    uow.session.merge(
        InstructorTier(instructor_id=instructor_id, tier=tier, evaluated_at=at or uow.now)
    )
    uow.session.flush()
