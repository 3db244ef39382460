"""Saved addresses. Exact points are for their owner and for a lesson's two parties only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.kernel.db import Base, Id, NewId


class Address(Base):
    """A place someone saved. Deleting keeps the row and sets `deleted_at`."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index(
            "uq_addresses_default",
            "user_id",
            unique=True,
            postgresql_where=text("is_default AND deleted_at IS NULL"),
        ),
        CheckConstraint(
            "label <> 'other' OR custom_label IS NOT NULL", name="other_needs_custom_label"
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point_whole_or_absent"),
    )

    id: Mapped[NewId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    label: Mapped[AddressLabel]
    custom_label: Mapped[str | None]
    line1: Mapped[str]
    line2: Mapped[str | None]
    city: Mapped[str]
    state: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    region_id: Mapped[Id | None] = mapped_column(ForeignKey("regions.id"))
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
