"""The tier each instructor stands in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.db import Base, Id


class InstructorTier(Base):
    """The tier of the last evaluation; no row means entry. Demotion takes one step at a time."""

    __tablename__ = "instructor_tiers"

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    tier: Mapped[Tier]
    evaluated_at: Mapped[datetime]
