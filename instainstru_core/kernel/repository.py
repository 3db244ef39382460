"""The verbs every repository has. Domains add named selects, not cleverness."""

from collections.abc import Sequence
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from instainstru_core.kernel.db import Base

LoadPlan: TypeAlias = tuple[ExecutableOption, ...]

Row = TypeVar("Row", bound=Base)


class Repository(Generic[Row]):
    """Reads and adds rows of one table. Queries are named functions beside the subclass."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def one_or_none(self, query: Select[Row], plan: LoadPlan = ()) -> Row | None:
        return self.session.scalars(query.options(*plan)).unique().one_or_none()

    def all(self, query: Select[Row], plan: LoadPlan = ()) -> Sequence[Row]:
        return self.session.scalars(query.options(*plan)).unique().all()

    def add(self, row: Row) -> Row:
        """Write the row now, so that its constraints speak here and not at commit."""
        self.session.add(row)
        self.session.flush()
        return row
