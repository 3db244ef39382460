"""What people searched for, what they were shown, and what they did with it."""

from datetime import date, datetime

from sqlalchemy import REAL, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Device, FoundBy, SearchSource
from instainstru_core.kernel.db import Base, Id, NewId
from instainstru_core.kernel.ids import ID_LENGTH

HASH_LENGTH = 32
NOBODY = text("false")


class SearchQuery(Base):
    """One search. Texts hold no e-mail address and no phone number.

    `normalized_text` folds case, accents and spaces of what was typed, `wish_text` of what was
    understood, with its spelling repaired: wishes are counted by it. `person` is a keyed hash, the
    same for all that one person does. `slots` is what the text says, `stages` are milliseconds.
    `service_ids` are those meant as well as the best, `service_id` and `area_key` the only ones.
    Where a stored answer was told, `shown_as` is the search that it was made for: its candidates
    are what was shown.
    """

    __tablename__ = "search_queries"
    __table_args__ = (
        Index("ix_search_queries_at", "at"),
        Index(
            "ix_search_queries_zero",
            "at",
            "normalized_text",
            postgresql_where=text("result_count = 0"),
        ),
        Index("ix_search_queries_user_id", "user_id", postgresql_where=text("user_id IS NOT NULL")),
        Index(
            "ix_search_queries_unresolved",
            "at",
            postgresql_where=text("unresolved_place IS NOT NULL"),
        ),
    )

    id: Mapped[NewId]
    at: Mapped[datetime]
    user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    person: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    address_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    device: Mapped[Device] = mapped_column(
        default=Device.UNKNOWN, server_default=Device.UNKNOWN.value
    )
    source: Mapped[SearchSource] = mapped_column(
        default=SearchSource.TYPED, server_default=SearchSource.TYPED.value
    )
    text: Mapped[str]
    normalized_text: Mapped[str]
    wish_text: Mapped[str | None]
    slots: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    service_id: Mapped[Id | None] = mapped_column(ForeignKey("services.id"))
    service_ids: Mapped[list[str] | None] = mapped_column(ARRAY(String(ID_LENGTH)))
    area_key: Mapped[str | None] = mapped_column(ForeignKey("display_areas.key"))
    area_keys: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    unresolved_place: Mapped[str | None]
    result_count: Mapped[int]
    strict_count: Mapped[int | None]
    relaxed: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    took_ms: Mapped[int]
    stages: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    cache_hit: Mapped[bool] = mapped_column(default=False, server_default=NOBODY)
    shown_as: Mapped[Id | None]
    level: Mapped[str | None]
    skipped: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class SearchCandidate(Base):
    """A result that was shown. Whom it shows may have gone since then."""

    __tablename__ = "search_candidates"

    search_id: Mapped[Id] = mapped_column(
        ForeignKey("search_queries.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[Id]
    service_id: Mapped[Id]
    score: Mapped[float] = mapped_column(REAL)
    found_by: Mapped[FoundBy]
    signals: Mapped[dict[str, object]] = mapped_column(JSONB)
    relaxed: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SearchClick(Base):
    """What someone did with a result, once for each action. It may come before its search is
    written: what finds none within a day is dropped.
    """

    __tablename__ = "search_clicks"
    __table_args__ = (
        Index("uq_search_clicks_once", "search_id", "instructor_id", "action", unique=True),
        Index("ix_search_clicks_at", "at"),
    )

    id: Mapped[NewId]
    search_id: Mapped[Id]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    action: Mapped[ClickAction]
    position: Mapped[int]
    at: Mapped[datetime]
    person: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    guest: Mapped[str | None] = mapped_column(String(HASH_LENGTH))


class SearchHistory(Base):
    """What somebody searched for, a row for each text, however often. `guest` is a keyed hash.

    A guest's rows are copied when they sign in and then name to whom, until they are removed.
    """

    __tablename__ = "search_histories"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, guest) = 1", name="one_owner"),
        CheckConstraint("times >= 1", name="at_least_once"),
        Index(
            "uq_search_histories_user",
            "user_id",
            "normalized_text",
            unique=True,
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        Index(
            "uq_search_histories_guest",
            "guest",
            "normalized_text",
            unique=True,
            postgresql_where=text("guest IS NOT NULL"),
        ),
        Index(
            "ix_search_histories_recent_user",
            "user_id",
            "last_at",
            postgresql_where=text("user_id IS NOT NULL AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[NewId]
    user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    guest: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    text: Mapped[str]
    normalized_text: Mapped[str]
    source: Mapped[SearchSource]
    result_count: Mapped[int]
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    converted_to: Mapped[Id | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    converted_at: Mapped[datetime | None]


class SearchSalt(Base):
    """What network addresses are hashed with on one UTC day. Once it is gone, nothing tells whose
    address a hash was of.
    """

    __tablename__ = "search_salts"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
