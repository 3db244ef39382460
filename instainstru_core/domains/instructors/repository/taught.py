"""How many instructors teach what."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.catalog.types import AgeGroup
from instainstru_core.domains.instructors.models import Instructor, Offering, OfferingPrice
from instainstru_core.domains.instructors.repository.rows import is_bookable


class ServiceTaught(NamedTuple):
    """A service with how many teach it, and what an hour costs at least."""

    category_slug: str
    category_name: str
    service_id: str
    service_slug: str
    service_name: str
    instructors: int
    least_cents: int


def taught_most(
    session: Session, *, most: int, age_group: AgeGroup | None
) -> Sequence[ServiceTaught]:
    """So many services of each category, in the order of the tree; most instructors first."""
    price = func.min(OfferingPrice.hourly_rate_cents)
    offered = (
        select(Offering.service_id, Offering.instructor_id, price.label("cents"))
        .join(OfferingPrice, OfferingPrice.offering_id == Offering.id)
        .join(Instructor, Instructor.id == Offering.instructor_id)
        .join(User, User.id == Instructor.id)
        .where(Offering.is_active, is_bookable())
        .group_by(Offering.id)
    )
    if age_group is not None:
        offered = offered.where(Offering.age_groups.contains([age_group.value]))
    each = offered.subquery()
    number = func.count(each.c.instructor_id)
    place: Any = func.row_number().over(
        partition_by=Category.id, order_by=(number.desc(), Subcategory.position, Service.position)
    )
    ranked = (
        select(
            Category.slug.label("category_slug"),
            Category.name.label("category_name"),
            Service.id,
            Service.slug,
            Service.name,
            number.label("instructors"),
            func.min(each.c.cents).label("cents"),
            Category.position.label("position"),
            place.label("place"),
        )
        .join(Subcategory, Subcategory.category_id == Category.id)
        .join(Service, Service.subcategory_id == Subcategory.id)
        .join(each, each.c.service_id == Service.id)
        .where(Service.is_active)
        .group_by(Category.id, Subcategory.id, Service.id)
        .subquery()
    )
    shown = [ranked.c[name] for name in ranked.c.keys()[:7]]
    query = (
        select(*shown)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.position, ranked.c.category_slug, ranked.c.place)
    )
    return [ServiceTaught._make(row) for row in session.execute(query)]
