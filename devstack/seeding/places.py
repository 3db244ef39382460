"""The real map and the real catalogue, read back from the database for the demo's people."""

from collections import defaultdict
from functools import lru_cache

import psycopg

from devstack.seeding.world import Area, Point, Service

POINTS_PER_REGION = 24

SERVICES = """
SELECT s.id, s.name, s.slug, c.slug, b.slug, s.synonyms, s.durations, s.age_groups,
    s.online_capable
FROM services s JOIN subcategories b ON b.id = s.subcategory_id
JOIN categories c ON c.id = b.category_id
WHERE s.is_active ORDER BY c.position, b.position, s.position, s.slug
"""
AREAS = """
SELECT a.key, a.name, a.borough, avg(r.latitude), avg(r.longitude)
FROM display_areas a JOIN regions r ON r.area_key = a.key
GROUP BY a.key, a.name, a.borough ORDER BY a.key
"""
POINTS = """
SELECT r.area_key, ST_Y(p.geom), ST_X(p.geom), r.id
FROM regions r, LATERAL ST_Dump(ST_GeneratePoints(r.boundary, %s, 7)) AS p
WHERE r.area_key IS NOT NULL ORDER BY r.code, p.path
"""


def services(connection: psycopg.Connection) -> list[Service]:
    """Every service that can be taught, in catalogue order."""
    return [
        Service(
            id=row[0],
            name=row[1],
            slug=row[2],
            category=row[3],
            subcategory=row[4],
            synonyms=tuple(row[5]),
            durations=tuple(row[6]),
            age_groups=tuple(row[7]),
            online_capable=row[8],
        )
        for row in connection.execute(SERVICES)
    ]


def areas(connection: psycopg.Connection) -> list[Area]:
    """Every display area with points that truly lie inside it."""
    points: dict[str, list[Point]] = defaultdict(list)
    for key, latitude, longitude, region_id in connection.execute(POINTS, [POINTS_PER_REGION]):
        points[key].append(Point(latitude, longitude, region_id))
    return [
        Area(row[0], row[1], row[2], row[3], row[4], tuple(points[row[0]]))
        for row in connection.execute(AREAS)
    ]


class Neighborhoods:
    """Which areas are near which, by the distance of their centers."""

    def __init__(self, areas: list[Area]) -> None:
        self._areas = areas
        self.nearest = lru_cache(maxsize=None)(self._nearest)

    def _nearest(self, key: str, count: int) -> tuple[Area, ...]:
        home = next(area for area in self._areas if area.key == key)
        return tuple(sorted(self._areas, key=lambda area: _apart(home, area))[:count])


def _apart(one: Area, other: Area) -> float:
    north = one.latitude - other.latitude
    east = (one.longitude - other.longitude) * 0.758
    return north * north + east * east
