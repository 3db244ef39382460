"""What students say of their lessons, what instructors answer, and what staff hide."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import etag
from api.deps import PublicUowDep, UowDep
from api.routing import Router
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.schemas import (
    AnswerReview,
    EditReview,
    HideReview,
    OwnReviewView,
    RatingView,
    ReceivedReviewView,
    ReviewFilters,
    ReviewView,
    RowId,
    ShowReview,
    StaffReviewView,
    Stars,
    WriteReview,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(tags=["reviews"])


class Paged(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


class PublicQuery(Paged):
    """Which reviews of an instructor."""

    service_id: RowId | None = Field(default=None, description="Of lessons of this service.")
    stars: Stars | None = Field(default=None, description="That give just so many stars.")


class WrittenQuery(Paged):
    """Which of one's own reviews."""

    booking_id: RowId | None = Field(default=None, description="The one of this lesson.")


class ReceivedQuery(Paged):
    """Which reviews of one's own lessons."""

    unanswered: bool = Field(default=False, description="Only those to be answered yet.")


class StaffQuery(ReviewFilters):
    """Which reviews, and which page of them."""

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


@router.get(
    "/instructors/{instructor_id}/reviews",
    operation_id="reviews.public_list",
    summary="What students say of an instructor",
)
def public_list(
    uow: PublicUowDep, instructor_id: str, query: Annotated[PublicQuery, Query()]
) -> Page[ReviewView]:
    """Newest first. By id or slug; whoever is not live is not there."""
    return service.public_list(
        uow,
        instructor_id,
        service_id=query.service_id,
        stars=query.stars,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/instructors/{instructor_id}/rating",
    operation_id="reviews.rating",
    summary="What an instructor's reviews come to",
)
def rating(uow: PublicUowDep, response: Response, instructor_id: str) -> RatingView:
    """In all, by number of stars, and by service."""
    view = service.rating(uow, instructor_id)
    response.headers["ETag"] = etag.of_content(view)
    return view


@router.post(
    "/reviews",
    status_code=HTTPStatus.CREATED,
    operation_id="reviews.publish",
    summary="Review a lesson",
    responses={404: {}},
)
def publish(uow: UowDep, command: WriteReview) -> OwnReviewView:
    """Within 30 days of its completion, once. What people could be reached by is taken out."""
    return service.publish(uow, command)


@router.get("/reviews", operation_id="reviews.list", summary="All reviews")
def listing(uow: UowDep, query: Annotated[StaffQuery, Query()]) -> Page[StaffReviewView]:
    """For staff, newest first, also hidden and withdrawn ones."""
    filters = ReviewFilters(**query.model_dump(exclude={"cursor", "limit"}))
    return service.listing(uow, filters, cursor=query.cursor, limit=query.limit)


@router.get("/reviews/written", operation_id="reviews.written", summary="One's own reviews")
def written(uow: UowDep, query: Annotated[WrittenQuery, Query()]) -> Page[OwnReviewView]:
    """What one wrote as a student, newest first."""
    return service.written(uow, booking_id=query.booking_id, cursor=query.cursor, limit=query.limit)


@router.get(
    "/reviews/received", operation_id="reviews.received", summary="Reviews of one's own lessons"
)
def received(uow: UowDep, query: Annotated[ReceivedQuery, Query()]) -> Page[ReceivedReviewView]:
    """What students wrote of an instructor's lessons, newest first."""
    return service.received(
        uow, unanswered=query.unanswered, cursor=query.cursor, limit=query.limit
    )


@router.get("/reviews/{review_id}", operation_id="reviews.review", summary="A review")
def review(uow: UowDep, review_id: str) -> StaffReviewView:
    """For staff, with all that is known of it."""
    return service.review(uow, review_id)


@router.patch("/reviews/{review_id}", operation_id="reviews.edit", summary="Change one's review")
def edit(uow: UowDep, review_id: str, command: EditReview) -> OwnReviewView:
    """As long as the lesson could be reviewed and the instructor has not answered."""
    return service.edit(uow, review_id, command)


@router.post(
    "/reviews/{review_id}/withdraw",
    operation_id="reviews.withdraw",
    summary="Take one's review back",
)
def withdraw(uow: UowDep, review_id: str) -> OwnReviewView:
    """At any time, and for good: the lesson cannot be reviewed again."""
    return service.withdraw(uow, review_id)


@router.put(
    "/reviews/{review_id}/response", operation_id="reviews.answer", summary="Answer a review"
)
def answer(uow: UowDep, review_id: str, command: AnswerReview) -> ReceivedReviewView:
    """For its instructor. Within a week of the first answer it can be put in other words."""
    return service.answer(uow, review_id, command)


@router.post("/reviews/{review_id}/hide", operation_id="reviews.hide", summary="Hide a review")
def hide(uow: UowDep, review_id: str, command: HideReview) -> StaffReviewView:
    """For staff. It is not seen any more and does not count."""
    return service.hide(uow, review_id, command)


@router.post(
    "/reviews/{review_id}/show", operation_id="reviews.show", summary="Show a hidden review"
)
def show(uow: UowDep, review_id: str, command: ShowReview) -> StaffReviewView:
    """For staff. It is seen and counts again."""
    return service.show(uow, review_id, command)
