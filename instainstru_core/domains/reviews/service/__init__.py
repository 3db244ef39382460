"""What can be done with reviews, and what they come to."""

from instainstru_core.domains.reviews.service.moderating import follow_lesson, hide, show
from instainstru_core.domains.reviews.service.ratings import (
    overall_mean,
    rated_listing,
    rated_profile,
    rating,
    totals,
)
from instainstru_core.domains.reviews.service.reading import (
    listing,
    public_list,
    received,
    review,
    written,
)
from instainstru_core.domains.reviews.service.writing import answer, edit, publish, withdraw

__all__ = [
    "answer",
    "edit",
    "follow_lesson",
    "hide",
    "listing",
    "overall_mean",
    "public_list",
    "publish",
    "rated_listing",
    "rated_profile",
    "rating",
    "received",
    "review",
    "show",
    "totals",
    "withdraw",
    "written",
]
