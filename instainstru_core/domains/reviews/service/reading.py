"""Looking at reviews: everybody, the two sides of a lesson, staff."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement

from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.reviews import repository
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.repository import Named
from instainstru_core.domains.reviews.schemas import (
    OwnReviewView,
    ReceivedReviewView,
    ReviewFilters,
    ReviewView,
    StaffReviewView,
)
from instainstru_core.domains.reviews.service import rows
from instainstru_core.domains.reviews.service.views import (
    own_view,
    public_view,
    received_view,
    staff_view,
)
from instainstru_core.domains.reviews.types import ReviewState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page, moment_after, page_of
from instainstru_core.kernel.uow import Uow

Seen = TypeVar("Seen", bound=ReviewView)


@operation("reviews.public_list")
def public_list(
    uow: Uow,
    slug_or_id: str,
    *,
    service_id: str | None = None,
    stars: int | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[ReviewView]:
    """The published reviews of an instructor, newest first, in two statements. For everybody."""
    card = instructors.public_card(uow, slug_or_id)
    which = [Review.instructor_id == card.id, Review.state == ReviewState.PUBLISHED]
    if service_id is not None:
        which.append(Review.service_id == service_id)
    if stars is not None:
        which.append(Review.stars == stars)
    scope = f"reviews.public:{card.id}:{service_id}:{stars}"
    return _page(uow, which, scope=scope, cursor=cursor, limit=limit, view=public_view)


@operation("reviews.written")
def written(
    uow: Uow, *, booking_id: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page[OwnReviewView]:
    """What the actor wrote as a student, newest first, also what is hidden or withdrawn."""
    require(uow.actor, Permission.REVIEWS_WRITE_OWN)
    own_id = uow.actor.id or ""
    which = [Review.student_id == own_id]
    if booking_id is not None:
        which.append(Review.booking_id == booking_id)
    return _page(
        uow,
        which,
        scope=f"reviews.written:{own_id}:{booking_id}",
        cursor=cursor,
        limit=limit,
        view=lambda named: own_view(named, uow.now),
    )


@operation("reviews.received")
def received(
    uow: Uow, *, unanswered: bool = False, cursor: str | None = None, limit: int = 20
) -> Page[ReceivedReviewView]:
    """What students wrote of the actor's lessons, newest first; hidden ones are marked."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    own_id = uow.actor.id or ""
    which = [Review.instructor_id == own_id, Review.state != ReviewState.WITHDRAWN]
    if unanswered:
        which += [Review.response.is_(None), Review.state == ReviewState.PUBLISHED]
    return _page(
        uow,
        which,
        scope=f"reviews.received:{own_id}:{unanswered}",
        cursor=cursor,
        limit=limit,
        view=lambda named: received_view(named, uow.now),
    )


@operation("reviews.listing")
def listing(
    uow: Uow, filters: ReviewFilters, *, cursor: str | None = None, limit: int = 20
) -> Page[StaffReviewView]:
    """All reviews that match, newest first. For staff."""
    require(uow.actor, Permission.REVIEWS_READ_ANY)
    wanted = filters.model_dump(exclude_none=True, exclude={"max_stars"})
    which = [getattr(Review, name) == value for name, value in wanted.items()]
    if filters.max_stars is not None:
        which.append(Review.stars <= filters.max_stars)
    return _page(
        uow,
        which,
        scope=f"reviews.listing:{filters.model_dump_json()}",
        cursor=cursor,
        limit=limit,
        view=staff_view,
    )


@operation("reviews.review")
def review(uow: Uow, review_id: str) -> StaffReviewView:
    """One review with all that is known of it. For staff."""
    require(uow.actor, Permission.REVIEWS_READ_ANY)
    return staff_view(rows.named(uow, review_id))


def _page(
    uow: Uow,
    which: list[ColumnElement[bool]],
    *,
    scope: str,
    cursor: str | None,
    limit: int,
    view: Callable[[Named], Seen],
) -> Page[Seen]:
    limit = max(1, min(limit, MAX_PAGE))
    return page_of(
        repository.page(uow.session, *which, before=moment_after(cursor, scope), limit=limit),
        limit=limit,
        scope=scope,
        key=lambda named: (named.row.written_at.isoformat(), named.row.id),
        view=view,
    )
