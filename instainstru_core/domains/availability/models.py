"""Availability days, the version of each week, and what occupies time."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base, Id, NewId


class AvailabilityDay(Base):
    """The open minutes of one local day: bit m is minute m, least significant bit first.

    `tags` are two more planes, low digits first, where any minute has a tag; most days have none.
    """

    __tablename__ = "availability_days"
    __table_args__ = (
        CheckConstraint("length(bits) = 180", name="bits_length"),
        CheckConstraint("length(tags) = 360", name="tags_length"),
    )

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    bits: Mapped[bytes] = mapped_column(LargeBinary)
    tags: Mapped[bytes | None] = mapped_column(LargeBinary)


class AvailabilityWeek(Base):
    """How often a week was changed. Saving compares and sets it, so that nobody is overwritten."""

    __tablename__ = "availability_weeks"
    __table_args__ = (CheckConstraint("extract(isodow FROM monday) = 1", name="monday"),)

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    monday: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int]
    saved_at: Mapped[datetime]


class Blackout(Base):
    """A local day on which an instructor does not teach, whatever hours are open."""

    __tablename__ = "availability_blackouts"
    __table_args__ = (CheckConstraint("length(reason) BETWEEN 1 AND 255", name="reason_length"),)

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class OccupiedTime(Base):
    """A span that is taken for an instructor and, where there is one, a student.

    Rows of one chain never conflict with each other: a moved lesson shares its chain. A row with
    `expires_at` is a hold that ends by itself.
    """

    __tablename__ = "occupied_times"
    __table_args__ = (
        ExcludeConstraint(
            ("instructor_id", "="),
            ("chain_id", "<>"),
            ("span", "&&"),
            name="ex_occupied_times_instructor",
            using="gist",
        ),
        ExcludeConstraint(
            ("student_id", "="),
            ("chain_id", "<>"),
            ("span", "&&"),
            name="ex_occupied_times_student",
            using="gist",
            where="student_id IS NOT NULL",
        ),
        CheckConstraint("upper(span) - lower(span) <= interval '1 day'", name="span_length"),
        Index("ix_occupied_times_ahead", "instructor_id", text("upper(span)")),
        Index(
            "ix_occupied_times_learning",
            "student_id",
            text("upper(span)"),
            postgresql_where="student_id IS NOT NULL",
        ),
        Index("ix_occupied_times_expires", "expires_at", postgresql_where="expires_at IS NOT NULL"),
    )

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    student_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    travels: Mapped[bool]
    chain_id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
