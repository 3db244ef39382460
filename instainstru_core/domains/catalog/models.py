"""Categories, subcategories and services."""

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base, Id


class Category(Base):
    """The top of the tree, such as Music."""

    __tablename__ = "categories"

    id: Mapped[Id] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int]
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class Subcategory(Base):
    """A group of services, such as Orchestral Strings."""

    __tablename__ = "subcategories"
    __table_args__ = (UniqueConstraint("category_id", "slug"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    category_id: Mapped[Id] = mapped_column(ForeignKey("categories.id"))
    slug: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class Service(Base):
    """Something that can be taught, such as Cello. Inactive ones stay for old bookings."""

    __tablename__ = "services"
    __table_args__ = (
        Index(
            "ix_services_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
        Index("ix_services_synonyms", "synonyms", postgresql_using="gin"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    subcategory_id: Mapped[Id] = mapped_column(ForeignKey("subcategories.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str]
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    age_groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    durations: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    online_capable: Mapped[bool]
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
