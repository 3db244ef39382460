"""What reviews come to: for one instructor, for many, and beside what they teach."""

from collections.abc import Collection

from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.schemas import ListingFilters
from instainstru_core.domains.reviews import repository
from instainstru_core.domains.reviews.policy import rating as stars
from instainstru_core.domains.reviews.schemas import (
    RatedCardView,
    RatedProfileView,
    RatingCard,
    RatingView,
    ServiceRatingView,
    StarsView,
)
from instainstru_core.domains.reviews.types import NO_REVIEWS, Totals
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import Page
from instainstru_core.kernel.uow import Uow

DECIMALS = 2


@operation("reviews.totals")
def totals(uow: Uow, ids: Collection[str]) -> dict[str, Totals]:
    """What these instructors' published reviews come to, in one statement; those without any are
    left out.
    """
    return repository.totals(uow.session, ids)


@operation("reviews.overall_mean")
def overall_mean(uow: Uow) -> float:
    """The mean of all published reviews, from 1 to 5: what everybody's mean is pulled towards."""
    return stars.overall_mean(*repository.overall(uow.session))


@operation("reviews.rating")
def rating(uow: Uow, slug_or_id: str) -> RatingView:
    """What the reviews of an instructor whom everybody may see come to, in all and by service."""
    card = instructors.public_card(uow, slug_or_id)
    found = repository.totals(uow.session, [card.id]).get(card.id, NO_REVIEWS)
    overall = overall_mean(uow)
    return RatingView(
        **_card(found).model_dump(),
        instructor_id=card.id,
        weighted_mean=_weighted(found.count, found.star_sum, overall),
        distribution=[
            StarsView(stars=number, count=found.stars[number - 1]) for number in range(5, 0, -1)
        ],
        services=[
            ServiceRatingView(
                service_id=one.service_id,
                service_name=one.service_name,
                count=one.count,
                mean=round(one.star_sum / one.count, DECIMALS),
                weighted_mean=_weighted(one.count, one.star_sum, overall),
            )
            for one in repository.by_service(uow.session, card.id)
        ],
    )


@operation("reviews.rated_listing")
def rated_listing(
    uow: Uow, filters: ListingFilters, *, cursor: str | None = None, limit: int = 20
) -> Page[RatedCardView]:
    """Live instructors with their ratings, page by page, in four statements. For everybody."""
    found = instructors.listing(uow, filters, cursor=cursor, limit=limit)
    known = repository.totals(uow.session, [card.id for card in found.items])
    return Page(
        items=[
            RatedCardView(**dict(card), rating=_card(known.get(card.id, NO_REVIEWS)))
            for card in found.items
        ],
        next_cursor=found.next_cursor,
    )


@operation("reviews.rated_profile")
def rated_profile(uow: Uow, slug_or_id: str) -> RatedProfileView:
    """An instructor as everybody may see them, with the rating. Who is not live is not there."""
    found = instructors.public(uow, slug_or_id)
    known = repository.totals(uow.session, [found.id])
    return RatedProfileView(**dict(found), rating=_card(known.get(found.id, NO_REVIEWS)))


def _card(found: Totals) -> RatingCard:
    mean = stars.mean(found)
    return RatingCard(count=found.count, mean=None if mean is None else round(mean, DECIMALS))


def _weighted(count: int, star_sum: int, overall: float) -> float:
    return round(stars.bayesian_mean(count, star_sum, overall), DECIMALS)
