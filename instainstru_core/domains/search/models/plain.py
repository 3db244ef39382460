"""What people searched for and what they did with the results."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.db import Base, Id, NewId


class SearchQuery(Base):
    """One search. `normalized_text` folds case, accents and spaces, for counting."""

    __tablename__ = "search_queries"
    __table_args__ = (
        Index("ix_search_queries_at", "at"),
        Index(
            "ix_search_queries_zero",
            "at",
            "normalized_text",
            postgresql_where=text("result_count = 0"),
        ),
    )

    id: Mapped[NewId]
    at: Mapped[datetime]
    user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    text: Mapped[str]
    normalized_text: Mapped[str]
    service_id: Mapped[Id | None] = mapped_column(ForeignKey("services.id"))
    area_key: Mapped[str | None] = mapped_column(ForeignKey("display_areas.key"))
    result_count: Mapped[int]
    took_ms: Mapped[int]


class SearchClick(Base):
    """A result someone acted on, with its 1-based position."""

    __tablename__ = "search_clicks"

    id: Mapped[NewId]
    search_id: Mapped[Id] = mapped_column(
        ForeignKey("search_queries.id", ondelete="CASCADE"), index=True
    )
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    action: Mapped[ClickAction]
    position: Mapped[int]
    at: Mapped[datetime]
