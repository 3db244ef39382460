"""What results say of instructors, in one statement for a whole page."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

CARDS = text(
    """
    SELECT i.id, i.slug, left(i.bio, 150), u.first_name, u.last_name, i.years_experience,
           i.is_founding,
           (SELECT string_agg(area_key, ' ') FROM service_areas a WHERE a.instructor_id = i.id),
           (
               SELECT string_agg(
                   concat_ws(' ', approximate_latitude, approximate_longitude, area_key), ';'
                   ORDER BY kind DESC, position, id
               )
               FROM teaching_places p WHERE p.instructor_id = i.id
           ),
           (
               SELECT string_agg(concat_ws(' ', service_id, id), ' ')
               FROM offerings o WHERE o.instructor_id = i.id AND o.is_active
           )
    FROM instructors i
    JOIN users u ON u.id = i.id
    WHERE i.id = ANY(:ids) AND i.is_live AND u.status = 'active'
    """
)
"""What is several of somebody comes as one text: an array of JSON takes the database and us three
times as long.
"""


class Card(NamedTuple):
    """What a result says of an instructor. Exact points do not leave the tables."""

    id: str
    slug: str
    bio: str | None
    """Its first 150 characters."""
    first_name: str
    last_name: str
    years_experience: int
    is_founding: bool
    area_keys: Sequence[str]
    places: Sequence[tuple[float, float, str | None]]
    """Approximate latitude and longitude, and the area."""
    offerings: Mapping[str, str]
    """The active ones by service."""


def cards(session: Session, ids: Collection[str]) -> dict[str, Card]:
    """Those of these instructors whom the public may see at this moment."""
    found: dict[str, Card] = {}
    for row in session.execute(CARDS, {"ids": sorted(ids)}):
        *told, areas, places, offerings = row
        pairs = iter((offerings or "").split())
        several = (
            (areas or "").split(),
            [_place(one) for one in places.split(";")] if places else [],
            dict(zip(pairs, pairs, strict=True)),
        )
        found[row[0]] = Card._make([*told, *several])
    return found


def _place(told: str) -> tuple[float, float, str | None]:
    latitude, longitude, *area_key = told.split(" ")
    return float(latitude), float(longitude), area_key[0] if area_key else None
