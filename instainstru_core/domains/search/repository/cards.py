"""What results say of instructors, in one statement for a whole page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ARRAY, ColumnElement, ScalarSelect, Select, String, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.regions.models import DisplayArea

BIO_CHARACTERS = 150


class Card(NamedTuple):
    """What a result says of an instructor. Exact points do not leave the tables."""

    id: str
    slug: str
    bio: str | None
    first_name: str
    last_name: str
    years_experience: int
    is_founding: bool
    areas: Sequence[tuple[str, str, str]]
    """Key, name and borough of each, in the order of the map."""
    places: Sequence[tuple[float, float, str | None]]
    """Approximate latitude and longitude, and the area."""
    offerings: Mapping[str, str]
    """The active ones by service."""


def cards(session: Session, ids: Collection[str]) -> dict[str, Card]:
    """Those of these instructors whom the public may see at this moment."""
    statement: Select[Any] = CARDS
    rows = cast("Iterable[Any]", session.execute(statement, {"ids": sorted(ids)}))
    return {
        row[0]: Card._make((*row[:7], row[7] or (), row[8] or (), row[9] or {})) for row in rows
    }


def _listed(*columns: Any, order: Sequence[ColumnElement[Any]]) -> Any:  # noqa: ANN401 - columns of any table as a JSON list
    return func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*columns), *order))


def _areas() -> ScalarSelect[Any]:
    listed = _listed(
        DisplayArea.key,
        DisplayArea.name,
        DisplayArea.borough,
        order=(DisplayArea.borough.asc(), DisplayArea.position.asc(), DisplayArea.key.asc()),
    )
    return (
        select(listed)
        .join(ServiceArea, ServiceArea.area_key == DisplayArea.key)
        .where(ServiceArea.instructor_id == Instructor.id)
        .correlate(Instructor)
        .scalar_subquery()
    )


def _places() -> ScalarSelect[Any]:
    listed = _listed(
        TeachingPlace.approximate_latitude,
        TeachingPlace.approximate_longitude,
        TeachingPlace.area_key,
        order=(TeachingPlace.kind.desc(), TeachingPlace.position.asc(), TeachingPlace.id.asc()),
    )
    return (
        select(listed)
        .where(TeachingPlace.instructor_id == Instructor.id)
        .correlate(Instructor)
        .scalar_subquery()
    )


def _offerings() -> ScalarSelect[Any]:
    return (
        select(func.jsonb_object_agg(Offering.service_id, Offering.id))
        .where(Offering.instructor_id == Instructor.id, Offering.is_active)
        .correlate(Instructor)
        .scalar_subquery()
    )


def _statement() -> Any:  # noqa: ANN401 - ten columns
    return (
        select(
            Instructor.id,
            Instructor.slug,
            func.left(Instructor.bio, BIO_CHARACTERS),
            User.first_name,
            User.last_name,
            Instructor.years_experience,
            Instructor.is_founding,
            _areas(),
            _places(),
            _offerings(),
        )
        .join(User, User.id == Instructor.id)
        .where(
            Instructor.id == func.any(bindparam("ids", type_=ARRAY(String))),
            Instructor.is_live,
            User.status == AccountStatus.ACTIVE,
        )
    )


CARDS = _statement()
