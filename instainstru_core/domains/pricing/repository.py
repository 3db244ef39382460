"""Named writes of tiers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier


def record(session: Session, tiers: Sequence[tuple[str, Tier]], *, at: datetime) -> None:
    """Write what an evaluation found, a row per instructor, in one statement."""
    written = insert(InstructorTier).values(
        [{"instructor_id": id_, "tier": tier, "evaluated_at": at} for id_, tier in tiers]
    )
    session.execute(
        written.on_conflict_do_update(
            index_elements=["instructor_id"],
            set_={"tier": written.excluded.tier, "evaluated_at": written.excluded.evaluated_at},
        ).execution_options(synchronize_session=False)
    )
