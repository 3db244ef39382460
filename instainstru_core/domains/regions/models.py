"""Neighborhood polygons and the display areas that group them."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.regions.types import Borough
from instainstru_core.kernel.db import Base, Id
from instainstru_core.kernel.geometry import Geometry


class DisplayArea(Base):
    """A neighborhood as people speak of it: one or several polygons under one stable key."""

    __tablename__ = "display_areas"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    borough: Mapped[Borough] = mapped_column(index=True)
    position: Mapped[int]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Region(Base):
    """One polygon of the 2020 neighborhood tabulation areas. Parks and the like have no area."""

    __tablename__ = "regions"
    __table_args__ = (Index("ix_regions_boundary", "boundary", postgresql_using="gist"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    borough: Mapped[Borough]
    area_key: Mapped[str | None] = mapped_column(ForeignKey("display_areas.key"), index=True)
    boundary: Mapped[str] = mapped_column(Geometry("MULTIPOLYGON", 4326))
    latitude: Mapped[float]
    longitude: Mapped[float]
