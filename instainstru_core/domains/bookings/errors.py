"""Ways bookings says no."""

from instainstru_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class BookingNotFound(NotFound):
    code = "bookings.not_found"


class NotAStudent(Forbidden):
    code = "bookings.not_a_student"


class OwnOffering(Invalid):
    code = "bookings.own_offering"


class OffGrid(Invalid):
    code = "bookings.off_grid"


class NonexistentTime(Invalid):
    code = "bookings.nonexistent_time"


class InThePast(Invalid):
    code = "bookings.in_the_past"


class TooFarAhead(Invalid):
    code = "bookings.too_far_ahead"


class DurationNotOffered(Invalid):
    code = "bookings.duration_not_offered"


class AddressRequired(Invalid):
    code = "bookings.address_required"


class AlreadyStarted(Conflict):
    code = "bookings.already_started"


class AlreadyCancelled(Conflict):
    code = "bookings.already_cancelled"


class OwnBooking(Forbidden):
    code = "bookings.own_booking"


class NotCancellable(Conflict):
    code = "bookings.not_cancellable"


class CheckoutOver(Conflict):
    code = "bookings.checkout_over"


class NotPayable(Conflict):
    code = "bookings.not_payable"


class PaymentRefused(Conflict):
    code = "bookings.payment_refused"


class InstructorNotReady(Conflict):
    code = "bookings.instructor_not_ready"


class CardRequired(Invalid):
    code = "bookings.card_required"


class NotCompletable(Conflict):
    code = "bookings.not_completable"


class NotOverYet(Conflict):
    code = "bookings.not_over_yet"


class NotMovable(Conflict):
    code = "bookings.not_movable"


class RescheduleLocked(Conflict):
    code = "bookings.reschedule_locked"


class RescheduleWindowClosed(Conflict):
    code = "bookings.reschedule_window_closed"


class RescheduleLimitReached(Conflict):
    code = "bookings.reschedule_limit_reached"


class OfferingFixed(Invalid):
    code = "bookings.offering_fixed"


class MoveFailed(Conflict):
    code = "bookings.move_failed"


class MoveUnderWay(Conflict):
    code = "bookings.move_under_way"


class NotReportable(Conflict):
    code = "bookings.not_reportable"


class ReportedBefore(Conflict):
    code = "bookings.reported_before"


class NotDisputable(Conflict):
    code = "bookings.not_disputable"


class NothingToResolve(Conflict):
    code = "bookings.nothing_to_resolve"


class NotRefundable(Conflict):
    code = "bookings.not_refundable"


class RefundTooLarge(Invalid):
    code = "bookings.refund_too_large"


class PreviewOutdated(Conflict):
    code = "bookings.preview_outdated"


class NotTippable(Conflict):
    code = "bookings.not_tippable"
