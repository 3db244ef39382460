"""Reviews, and what they come to for each instructor."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.reviews.types import HideReason, ReviewState
from instainstru_core.kernel.db import Base, Id, NewId

ONLY_PUBLISHED = "state = 'published'"


class Review(Base):
    """What a student says of one lesson, and what the instructor answers. One for each lesson."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_range"),
        CheckConstraint(
            "(response IS NULL) = (responded_at IS NULL)", name="answered_whole_or_not"
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_whole_or_not"
        ),
        CheckConstraint(
            "(state <> 'hidden') OR (hidden_at IS NOT NULL AND hidden_reason IS NOT NULL)",
            name="hidden_for_a_reason",
        ),
        Index(
            "ix_reviews_published",
            "instructor_id",
            "written_at",
            "id",
            postgresql_where=text(ONLY_PUBLISHED),
        ),
        Index("ix_reviews_instructor", "instructor_id", "written_at", "id"),
        Index("ix_reviews_student", "student_id", "written_at", "id"),
        Index("ix_reviews_written", "written_at", "id"),
    )

    id: Mapped[NewId]
    booking_id: Mapped[Id] = mapped_column(ForeignKey("bookings.id"), unique=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"))
    service_id: Mapped[Id] = mapped_column(ForeignKey("services.id"))
    service_name: Mapped[str]
    stars: Mapped[int]
    text: Mapped[str | None]
    state: Mapped[ReviewState]
    lesson_completed_at: Mapped[datetime]
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    response: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    response_edited_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[str | None]
    hidden_reason: Mapped[HideReason | None]
    hidden_note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class ReviewTotal(Base):
    """The published reviews of one instructor in figures, changed together with each review."""

    __tablename__ = "review_totals"
    __table_args__ = (
        CheckConstraint(
            "one_star >= 0 AND two_stars >= 0 AND three_stars >= 0 AND four_stars >= 0"
            " AND five_stars >= 0",
            name="no_less_than_nothing",
        ),
        CheckConstraint(
            "count = one_star + two_stars + three_stars + four_stars + five_stars",
            name="count_adds_up",
        ),
        CheckConstraint(
            "star_sum = one_star + 2 * two_stars + 3 * three_stars + 4 * four_stars"
            " + 5 * five_stars",
            name="sum_adds_up",
        ),
    )

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    count: Mapped[int]
    star_sum: Mapped[int]
    one_star: Mapped[int]
    two_stars: Mapped[int]
    three_stars: Mapped[int]
    four_stars: Mapped[int]
    five_stars: Mapped[int]
    updated_at: Mapped[datetime]


class ReviewServiceTotal(Base):
    """The same for one service of theirs."""

    __tablename__ = "review_service_totals"
    __table_args__ = (
        CheckConstraint("count >= 0 AND star_sum BETWEEN count AND 5 * count", name="plausible"),
    )

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    service_id: Mapped[Id] = mapped_column(ForeignKey("services.id"), primary_key=True)
    count: Mapped[int]
    star_sum: Mapped[int]
    updated_at: Mapped[datetime]
