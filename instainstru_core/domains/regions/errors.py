"""Ways regions says no."""

from instainstru_core.kernel.errors import NotFound


class AreaNotFound(NotFound):
    code = "regions.area_not_found"


class PlaceUnknown(NotFound):
    code = "regions.place_unknown"
