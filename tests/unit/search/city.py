"""The names of the real city, put together as the database would, without one."""

from functools import cache

from instainstru_core.domains.regions import policy, repository, service
from instainstru_core.domains.regions.policy import Gazetteer
from instainstru_core.domains.regions.types import Named


@cache
def area_of_polygon() -> dict[str, str | None]:
    """The area of each polygon by the map's name for it; parks and the like have none."""
    return {str(row["name"]): row["area_key"] for row in repository.boundaries()}


@cache
def gazetteer() -> Gazetteer:
    """Every name of every place, as packaged."""
    polygons: dict[str, list[str]] = {}
    for name, key in area_of_polygon().items():
        if key is not None:
            polygons.setdefault(key, []).append(name)
    areas = tuple(
        Named(area.key, area.name, borough.name, tuple(area.aliases), tuple(polygons[area.key]))
        for borough in repository.packaged().boroughs
        for area in borough.areas
    )
    return policy.gazetteer(areas, service.vocabulary())
