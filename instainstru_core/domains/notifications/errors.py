"""Ways notifications says no."""

from instainstru_core.kernel.errors import Conflict, NotFound, Unavailable


class MailRefused(Conflict):
    """The carrier will not take this mail, however often it is asked."""

    code = "notifications.refused"


class MailUncertain(Unavailable):
    """The carrier did not answer, or cannot now: ask again with the same key."""

    code = "notifications.uncertain"


class MailNotConfigured(MailUncertain):
    code = "notifications.not_configured"


class DeliveryNotFound(NotFound):
    code = "notifications.not_found"
