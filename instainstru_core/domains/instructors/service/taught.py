"""What is taught most, for whoever only looks around."""

from itertools import groupby

from instainstru_core.domains.catalog.types import AgeGroup
from instainstru_core.domains.instructors import repository
from instainstru_core.domains.instructors.schemas import (
    CategoryTaughtView,
    ServiceTaughtView,
    TaughtView,
)
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

MOST = 20


@operation("instructors.taught")
def taught(uow: Uow, *, per_category: int = 7, age_group: AgeGroup | None = None) -> TaughtView:
    """The services of each category that most instructors teach who can be booked, in one
    statement. Categories that nobody teaches are left out.
    """
    rows = repository.taught_most(
        uow.session, most=max(1, min(per_category, MOST)), age_group=age_group
    )
    return TaughtView(
        items=[
            CategoryTaughtView(
                slug=slug,
                name=name,
                services=[
                    ServiceTaughtView(
                        id=row.service_id,
                        slug=row.service_slug,
                        name=row.service_name,
                        instructor_count=row.instructors,
                        from_hourly_rate_cents=row.least_cents,
                    )
                    for row in members
                ],
            )
            for (slug, name), members in groupby(
                rows, key=lambda row: (row.category_slug, row.category_name)
            )
        ]
    )
