"""Whose offers changed, for the indexes that each process holds in memory."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base, BigInt, Id


class SearchChange(Base):
    """Something of an instructor changed that the search goes by. Written by triggers.

    `txid` is the id of the transaction, which says more than any clock about who saw it: what a
    reader could not see was not finished, and so is not less than what was then the oldest.
    """

    __tablename__ = "search_changes"
    __table_args__ = (Index("ix_search_changes_txid", "txid"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    instructor_id: Mapped[Id]
    txid: Mapped[BigInt] = mapped_column(
        server_default=text("(pg_current_xact_id()::text)::bigint")
    )
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class SearchFeed(Base):
    """One row: how often the catalog or the map changed, and up to which transaction the feed was
    cut off. A reader who remembers less than that begins anew.
    """

    __tablename__ = "search_feed"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[BigInt]
    purged: Mapped[BigInt]
