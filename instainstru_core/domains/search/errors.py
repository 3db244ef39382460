"""Ways search says no."""

from instainstru_core.domains.search.types.meaning import ModelUse
from instainstru_core.kernel.errors import Conflict, Fact, Invalid, NotFound, Unavailable


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


class HistoryNotFound(NotFound):
    code = "search.history_not_found"


class GuestUnknown(Invalid):
    code = "search.guest_unknown"


class ModelUnavailable(Unavailable):
    """A model gave no answer. `use` is what to tell of it."""

    code = "search.model_unavailable"

    def __init__(self, message: str, *, use: ModelUse, **facts: Fact) -> None:
        super().__init__(message, **facts)
        self.use = use


class DaysInverted(Invalid):
    code = "search.days_inverted"


class TimesInverted(Invalid):
    code = "search.times_inverted"


class SkillUnknown(Invalid):
    code = "search.skill_unknown"


class SearchesBusy(Unavailable):
    """This process makes as many searches as it can. Come back after `retry_after` seconds."""

    code = "search.busy"


class IndexLoading(Unavailable):
    """This process is still reading what is offered. Come back after `retry_after` seconds."""

    code = "search.index_loading"


class AliasKnown(Conflict):
    """The name has a meaning already, which is not overridden."""

    code = "search.alias_known"


class AliasNotFound(NotFound):
    code = "search.alias_not_found"


class AliasDecided(Conflict):
    """Somebody decided about this alias before."""

    code = "search.alias_decided"


class AliasUnusable(Invalid):
    code = "search.alias_unusable"


class UnresolvedNotFound(NotFound):
    code = "search.unresolved_not_found"
