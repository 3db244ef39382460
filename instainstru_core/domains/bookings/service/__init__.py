"""What can be done with a booking, one transaction at a time."""

from instainstru_core.domains.bookings.service.cancel import cancel
from instainstru_core.domains.bookings.service.create import create, quote
from instainstru_core.domains.bookings.service.reading import detail, listing
from instainstru_core.domains.bookings.service.tiers import evaluate_tiers

__all__ = ["cancel", "create", "detail", "evaluate_tiers", "listing", "quote"]
