"""Names of places that were taught, and words for places that nobody knew."""

from datetime import datetime

from sqlalchemy import REAL, CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    UnresolvedStatus,
)
from instainstru_core.kernel.db import Base, NewId


class PlaceAlias(Base):
    """Another name of one or several areas, folded. `people` is how many different people agreed.

    `is_ambiguous` is whether nobody knows which of its areas is meant.
    """

    __tablename__ = "place_aliases"
    __table_args__ = (
        CheckConstraint("cardinality(area_keys) >= 1", name="somewhere"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_is_a_share"),
        Index("ix_place_aliases_status", "status", "id"),
    )

    id: Mapped[NewId]
    name: Mapped[str] = mapped_column(unique=True)
    area_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_ambiguous: Mapped[bool]
    status: Mapped[AliasStatus]
    source: Mapped[AliasSource]
    confidence: Mapped[float] = mapped_column(REAL)
    people: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class UnresolvedPlace(Base):
    """Words for a place that nobody knew, as the last look at the searches found them.

    `areas` are the different people whose clicks speak for each area.
    """

    __tablename__ = "unresolved_places"
    __table_args__ = (
        CheckConstraint("people <= searches", name="people_search"),
        Index(
            "ix_unresolved_places_people",
            "status",
            text("people DESC"),
            text("searches DESC"),
            "name",
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[UnresolvedStatus]
    searches: Mapped[int]
    people: Mapped[int]
    clickers: Mapped[int]
    area_key: Mapped[str | None]
    share: Mapped[float] = mapped_column(REAL)
    areas: Mapped[dict[str, object]] = mapped_column(JSONB)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class PlaceVersion(Base):
    """One row: a token that is another one after each change of the map's names or of aliases.

    Chance instead of a count: what a transaction that was undone had counted never comes again.
    """

    __tablename__ = "place_versions"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(Uuid(as_uuid=False))
