"""Ways addresses says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class AddressNotFound(NotFound):
    code = "addresses.not_found"


class TooManyAddresses(Conflict):
    code = "addresses.too_many"


class CustomLabelMissing(Invalid):
    code = "addresses.custom_label_missing"


class PointIncomplete(Invalid):
    code = "addresses.point_incomplete"


class PostalCodeUnusable(Invalid):
    code = "addresses.postal_code_unusable"
