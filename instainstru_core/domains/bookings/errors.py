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


class NotCancellable(Conflict):
    code = "bookings.not_cancellable"
