"""How the operations of this package find a review."""

from instainstru_core.domains.reviews import repository
from instainstru_core.domains.reviews.errors import ReviewNotFound
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.repository import Named
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow


def held(uow: Uow, review_id: str) -> Review:
    """A review, held until the transaction ends. Refuses with ReviewNotFound."""
    found = repository.locked(uow.session, review_id) if is_id(review_id) else None
    if found is None:
        raise no_review(review_id)
    return found


def named(uow: Uow, review_id: str) -> Named:
    """A review with the names of its two sides. Refuses with ReviewNotFound."""
    found = repository.named(uow.session, review_id) if is_id(review_id) else None
    if found is None:
        raise no_review(review_id)
    return found


def no_review(review_id: str) -> ReviewNotFound:
    return ReviewNotFound(
        "There is no such review. Look its id up in a list of reviews.", review_id=review_id
    )
