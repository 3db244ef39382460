"""Ways credits says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class PersonNotFound(NotFound):
    code = "credits.person_not_found"


class NotEnoughCredit(Conflict):
    code = "credits.not_enough"


class NothingToAdjust(Invalid):
    code = "credits.nothing_to_adjust"


class TopUpNotFound(NotFound):
    code = "credits.top_up_not_found"
