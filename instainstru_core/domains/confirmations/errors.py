"""Ways a confirmation says no."""

from instainstru_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class ConfirmationUnknown(NotFound):
    code = "confirmation.unknown"


class ConfirmationForeign(Forbidden):
    code = "confirmation.foreign"


class ConfirmationExpired(Conflict):
    code = "confirmation.expired"


class ConfirmationUsed(Conflict):
    code = "confirmation.used"


class ConfirmationDeclined(Conflict):
    code = "confirmation.declined"


class ConfirmationOfAnother(Invalid):
    code = "confirmation.other_action"


class StateChanged(Conflict):
    code = "confirmation.state_changed"


class ExecutionUnderWay(Unavailable):
    code = "confirmation.in_progress"


class NobodyToBind(Forbidden):
    code = "confirmation.nobody"
