"""What results say of instructors, in one statement for a whole page."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, String, bindparam, text
from sqlalchemy.orm import Session

from instainstru_core.kernel import direct
from instainstru_core.kernel.direct import Direct

_CARDS = text(
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
           ),
           lifted."to"
    FROM (
        SELECT set_config(
            'statement_timeout', coalesce(:usual, current_setting('statement_timeout')), :is_local
        )
    ) AS lifted ("to")
    CROSS JOIN instructors i
    JOIN users u ON u.id = i.id
    WHERE i.id = ANY(:ids) AND i.is_live AND u.status = 'active'
    """
).bindparams(bindparam("usual", type_=String), bindparam("is_local", type_=Boolean))
"""What is several of somebody comes as one text: an array of JSON takes the database and us three
times as long. It is the last statement of a search and lifts the limit of those before it.
"""
CARDS = Direct(lambda: _CARDS)


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
    limit = direct.limit(session)
    usual = None if limit is None else limit.usual
    rows = CARDS.read(session, {"ids": sorted(ids), "usual": usual, "is_local": usual is None})
    if rows:
        direct.lifted(session)
    for row in rows:
        *told, areas, places, offerings, _ = row
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
