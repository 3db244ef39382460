"""What students say, for staff."""

from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.reviews import ReviewList, ReviewRow
from instainstru_core.domains.reporting.service.common import CANDIDATES, people, unresolved
from instainstru_core.domains.reviews import service as reviews
from instainstru_core.domains.reviews.policy import rating
from instainstru_core.domains.reviews.schemas import ReviewFilters, StaffReviewView
from instainstru_core.domains.reviews.types import NO_REVIEWS, ReviewState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LONGEST = 300
DECIMALS = 2


@operation("reporting.reviews_list")
def reviews_list(
    uow: Uow,
    instructor: str | None = None,
    *,
    state: ReviewState | None = None,
    max_stars: int | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Report[ReviewList]:
    """Reviews, the newest first: all, or those of one instructor by any name, with their rating.

    Words are cut at 300 characters.
    """
    require(uow.actor, Permission.REVIEWS_READ_ANY)
    overall = round(reviews.overall_mean(uow), DECIMALS)
    found = [] if instructor is None else people(uow, instructor, limit=CANDIDATES + 1)
    if instructor is not None and len(found) != 1:
        candidates = [candidate for _, candidate in found]
        nobody = ReviewList(
            instructor_id=None,
            count=None,
            mean_stars=None,
            overall_mean_stars=overall,
            reviews=[],
            candidates=candidates[:CANDIDATES],
        )
        return Report(data=nobody, warnings=unresolved(candidates))
    person_id = found[0][0].id if found else None
    page = reviews.listing(
        uow,
        ReviewFilters(state=state, instructor_id=person_id, max_stars=max_stars),
        cursor=cursor,
        limit=limit,
    )
    known = None
    if person_id is not None:
        known = reviews.totals(uow, [person_id]).get(person_id, NO_REVIEWS)
    mean = None if known is None else rating.mean(known)
    return Report(
        data=ReviewList(
            instructor_id=person_id,
            count=None if known is None else known.count,
            mean_stars=None if mean is None else round(mean, DECIMALS),
            overall_mean_stars=overall,
            reviews=[_row(one) for one in page.items],
            candidates=[],
        ),
        next_cursor=page.next_cursor,
        warnings=[] if page.items else ["No review meets these conditions."],
    )


def _row(one: StaffReviewView) -> ReviewRow:
    return ReviewRow(
        review_id=one.id,
        written_at=one.written_at,
        stars=one.stars,
        text=None if one.text is None else _cut(redacted(one.text)),
        student=one.student_name,
        instructor=one.instructor_name,
        instructor_id=one.instructor_id,
        service=one.service_name,
        booking_id=one.booking_id,
        state=one.state,
        hidden_reason=one.hidden_reason,
        answered=one.response is not None,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
