"""Ways search says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class NothingAsked(Invalid):
    code = "search.nothing_asked"


class PointIncomplete(Invalid):
    code = "search.point_incomplete"


class PricesInverted(Invalid):
    code = "search.prices_inverted"


class DayOutOfReach(Invalid):
    code = "search.day_out_of_reach"


class SearchNotFound(NotFound):
    code = "search.not_found"


class ResultUnknown(NotFound):
    code = "search.result_unknown"


class PositionUnknown(Invalid):
    code = "search.position_unknown"


class TooManyClicks(Conflict):
    code = "search.too_many_clicks"
