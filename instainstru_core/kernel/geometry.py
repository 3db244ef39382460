"""The column type of PostGIS.

All that is asked of shapes is asked in SQL, so a column and the way in for a text are enough. A
library for it brings numpy and the dialects of six databases, and looks at each statement.
"""

from typing import Any

from sqlalchemy import Function, func
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import UserDefinedType


class Geometry(UserDefinedType[str]):
    """Shapes of a kind in a reference system, such as MULTIPOLYGON in 4326, written as EWKT."""

    cache_ok = True

    def __init__(self, shape: str, reference: int | str) -> None:
        self.shape = shape
        self.reference = reference

    def get_col_spec(self, **_: object) -> str:
        return f"geometry({self.shape},{self.reference})"

    def bind_expression(self, bindvalue: ColumnElement[str]) -> Function[str]:
        return func.ST_GeomFromEWKT(bindvalue, type_=self)


_read_back: dict[str, Any] = ischema_names  # types of columns, by the names a database tells
_read_back["geometry"] = Geometry
