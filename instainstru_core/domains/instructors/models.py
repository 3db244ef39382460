"""Profiles, offerings and prices, service areas, teaching places, milestones."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from instainstru_core.domains.instructors.types import LessonFormat, Milestone, PlaceKind
from instainstru_core.kernel.db import Base, Id, NewId

ALL_LEVELS = "ARRAY['beginner', 'intermediate', 'advanced']::text[]"


class Instructor(Base):
    """A person who teaches. The key is the person's own id: an instructor id is a user id."""

    __tablename__ = "instructors"
    __table_args__ = (
        CheckConstraint("buffer_minutes BETWEEN 10 AND 120", name="buffer_range"),
        CheckConstraint(
            "travel_buffer_minutes BETWEEN 30 AND 120 AND travel_buffer_minutes >= buffer_minutes",
            name="travel_buffer_range",
        ),
        CheckConstraint("years_experience BETWEEN 0 AND 70", name="years_range"),
        Index("ix_instructors_live", "id", postgresql_where=text("is_live")),
    )

    id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    bio: Mapped[str | None]
    years_experience: Mapped[int] = mapped_column(default=1)
    timezone: Mapped[str] = mapped_column(default="America/New_York")
    buffer_minutes: Mapped[int] = mapped_column(default=15)
    travel_buffer_minutes: Mapped[int] = mapped_column(default=60)
    overnight_protection: Mapped[bool] = mapped_column(default=True)
    is_live: Mapped[bool] = mapped_column(default=False)
    first_live_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    is_founding: Mapped[bool] = mapped_column(default=False)
    founding_granted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    offerings: Mapped[list["Offering"]] = relationship(lazy="raise")
    service_areas: Mapped[list["ServiceArea"]] = relationship(lazy="raise")
    places: Mapped[list["TeachingPlace"]] = relationship(lazy="raise")


class Offering(Base):
    """A service this instructor teaches. One active row per service.

    `filters` has for each key of the catalog what applies here, such as
    `{"goal": ["hobby", "performance"]}`; a key that is absent matches no wish for it.
    """

    __tablename__ = "offerings"
    __table_args__ = (
        Index(
            "uq_offerings_active",
            "instructor_id",
            "service_id",
            unique=True,
            postgresql_where=text("is_active"),
        ),
        Index("ix_offerings_service", "service_id", postgresql_where=text("is_active")),
        CheckConstraint(f"skill_levels <@ {ALL_LEVELS}", name="skill_levels_known"),
        CheckConstraint("jsonb_typeof(filters) = 'object'", name="filters_object"),
        Index(
            "ix_offerings_filters",
            "filters",
            postgresql_using="gin",
            postgresql_ops={"filters": "jsonb_path_ops"},
            postgresql_where=text("is_active"),
        ),
    )

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), index=True
    )
    service_id: Mapped[Id] = mapped_column(ForeignKey("services.id"))
    description: Mapped[str | None]
    durations: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    age_groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    skill_levels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text(ALL_LEVELS))
    filters: Mapped[dict[str, list[str]]] = mapped_column(
        JSONB, default=dict, server_default=text("'{}'::jsonb")
    )
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    prices: Mapped[list["OfferingPrice"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class OfferingPrice(Base):
    """The hourly rate of an offering in one format. The rows present are what is offered."""

    __tablename__ = "offering_prices"
    __table_args__ = (
        CheckConstraint("hourly_rate_cents BETWEEN 1 AND 100000", name="rate_range"),
        CheckConstraint("format <> 'neutral_location'", name="neutral_has_no_price"),
    )

    offering_id: Mapped[Id] = mapped_column(
        ForeignKey("offerings.id", ondelete="CASCADE"), primary_key=True
    )
    format: Mapped[LessonFormat] = mapped_column(primary_key=True)
    hourly_rate_cents: Mapped[int]


class ServiceArea(Base):
    """A display area this instructor travels to."""

    __tablename__ = "service_areas"

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    area_key: Mapped[str] = mapped_column(
        ForeignKey("display_areas.key"), primary_key=True, index=True
    )


class TeachingPlace(Base):
    """Where the instructor teaches. The public sees only the approximate point and the area."""

    __tablename__ = "teaching_places"

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[PlaceKind]
    label: Mapped[str]
    address_line: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    approximate_latitude: Mapped[float]
    approximate_longitude: Mapped[float]
    area_key: Mapped[str | None] = mapped_column(ForeignKey("display_areas.key"))
    position: Mapped[int]


class LifecycleEvent(Base):
    """A milestone an instructor reached. Rows are added, never changed."""

    __tablename__ = "lifecycle_events"
    __table_args__ = (
        Index("ix_lifecycle_events_instructor", "instructor_id", "occurred_at"),
        Index(
            "uq_lifecycle_events_once",
            "instructor_id",
            "milestone",
            unique=True,
            postgresql_where=text("milestone NOT IN ('paused', 'reactivated', 'deactivated')"),
        ),
        Index("ix_lifecycle_events_milestone", "milestone", "occurred_at"),
    )

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    milestone: Mapped[Milestone]
    occurred_at: Mapped[datetime]
