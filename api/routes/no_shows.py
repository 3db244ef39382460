"""Somebody did not come: saying so, objecting, and what staff decide."""

from api.deps import RuntimeDep, SignedInDep
from api.routing import Router
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    DisputeReport,
    ReportAbsence,
    ResolveReport,
)

router = Router(prefix="/bookings/{booking_id}/no-show", tags=["bookings"])


@router.post("", operation_id="bookings.report_no_show", summary="Say that somebody did not come")
def report(
    runtime: RuntimeDep, actor: SignedInDep, booking_id: str, command: ReportAbsence
) -> BookingDetailView:
    """From the start until 24 hours after the end. Nothing is charged until it is resolved; when
    nobody objects for 24 hours, it stands.
    """
    return flows.report_absence(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command
    )


@router.post("/dispute", operation_id="bookings.dispute_no_show", summary="Object to a report")
def dispute(
    runtime: RuntimeDep, actor: SignedInDep, booking_id: str, command: DisputeReport
) -> BookingDetailView:
    """For whoever it is about, once, within 24 hours. Then staff decide."""
    return flows.dispute_report(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command
    )


@router.post("/resolve", operation_id="bookings.resolve_no_show", summary="Decide about a report")
def resolve(
    runtime: RuntimeDep, actor: SignedInDep, booking_id: str, command: ResolveReport
) -> BookingDetailView:
    """For staff. The money follows from the decision at once."""
    return flows.resolve_report(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command
    )
