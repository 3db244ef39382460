"""The declarative base: names of constraints, types of columns, identifiers."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Annotated, Any, ClassVar

from psycopg.types.json import set_json_loads
from pydantic_core import from_json
from sqlalchemy import BigInteger, Date, DateTime, Enum, MetaData, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from instainstru_core.kernel.ids import ID_LENGTH, new_id

set_json_loads(from_json)  # in a third of the time

Id = Annotated[str, mapped_column(String(ID_LENGTH))]
NewId = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
BigInt = Annotated[int, mapped_column(BigInteger)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


def _values(kind: type[PythonEnum]) -> list[str]:
    return [str(member.value) for member in kind]


class Base(DeclarativeBase):
    """Every table of the project."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        date: Date(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(6, 4),
        dict[str, Any]: JSONB(),
        PythonEnum: Enum(
            PythonEnum,
            native_enum=False,
            create_constraint=True,
            values_callable=_values,
            length=40,
        ),
    }
