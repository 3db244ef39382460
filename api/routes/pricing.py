"""What a lesson costs."""

from api.deps import PublicUowDep
from api.routing import Router
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.pricing.schemas import QuoteLesson, QuoteView

router = Router(prefix="/pricing", tags=["pricing"])


@router.post(
    "/quote", operation_id="pricing.quote", summary="What a lesson costs", responses={404: {}}
)
def quote(uow: PublicUowDep, command: QuoteLesson) -> QuoteView:
    """The price now; a booking keeps the price it was made at."""
    return bookings.quote(uow, command)
