"""What the queries over instructors answer with, and who may be seen."""

from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
)

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough


class Person(NamedTuple):
    """A profile and whose it is."""

    row: Instructor
    first_name: str
    last_name: str
    account: AccountStatus


class Taught(NamedTuple):
    """An offering, what it is called in the catalog, and its hourly cents by format."""

    row: Offering
    service_slug: str
    service_name: str
    prices: dict[LessonFormat, int]


class Area(NamedTuple):
    """A neighborhood."""

    key: str
    name: str
    borough: Borough


class Point(NamedTuple):
    """A place on the map."""

    latitude: float
    longitude: float


def is_bookable() -> ColumnElement[bool]:
    """Whether the public may see the instructor of the outer query, which joins the account."""
    return and_(Instructor.is_live, User.status == AccountStatus.ACTIVE)
