"""Ways instructors says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class InstructorNotFound(NotFound):
    code = "instructors.not_found"


class OfferingNotFound(NotFound):
    code = "instructors.offering_not_found"


class TeachingPlaceNotFound(NotFound):
    code = "instructors.teaching_place_not_found"


class ProfileExists(Conflict):
    code = "instructors.profile_exists"


class NotReady(Conflict):
    code = "instructors.not_ready"


class ProfileDeactivated(Conflict):
    code = "instructors.deactivated"


class NotDeactivated(Conflict):
    code = "instructors.not_deactivated"


class AlreadyOffered(Conflict):
    code = "instructors.already_offered"


class TooManyOfferings(Conflict):
    code = "instructors.too_many_offerings"


class BuffersInverted(Invalid):
    code = "instructors.buffers_inverted"


class ServiceUnknown(Invalid):
    code = "instructors.service_unknown"


class PriceBelowFloor(Invalid):
    code = "instructors.price_below_floor"


class FormatRepeated(Invalid):
    code = "instructors.format_repeated"


class OnlineImpossible(Invalid):
    code = "instructors.online_impossible"


class DurationNotAllowed(Invalid):
    code = "instructors.duration_not_allowed"


class AgeGroupNotAllowed(Invalid):
    code = "instructors.age_group_not_allowed"


class FilterNotAllowed(Invalid):
    code = "instructors.filter_not_allowed"


class AreaUnknown(Invalid):
    code = "instructors.area_unknown"


class PlaceRepeated(Invalid):
    code = "instructors.place_repeated"


class OutsideCity(Invalid):
    code = "instructors.outside_city"


class FormatNotOffered(Invalid):
    code = "instructors.format_not_offered"


class PointRequired(Invalid):
    code = "instructors.point_required"


class OutsideServiceArea(Invalid):
    code = "instructors.outside_service_area"


class PlacesUnavailable(Unavailable):
    code = "instructors.places_unavailable"


class TooManyInstructors(Invalid):
    code = "instructors.too_many"
