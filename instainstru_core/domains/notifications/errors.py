"""Ways notifications says no."""

from instainstru_core.kernel.errors import Conflict, NotFound, Unavailable


class MailRefused(Conflict):
    """The carrier will not take this mail, however often it is asked."""

    code = "notifications.refused"


class MailTaken(MailRefused):
    """The carrier took a mail with this key before, in other words: the person has it."""

    code = "notifications.taken"


class MailUncertain(Unavailable):
    """The carrier did not answer, or cannot now: ask again with the same key."""

    code = "notifications.uncertain"


class MailBusy(MailUncertain):
    """The carrier is asked too often, and took nothing. Not the fault of this mail."""

    code = "notifications.busy"


class MailNotConfigured(MailUncertain):
    """There is no carrier that would take mails from us. Not the fault of this mail."""

    code = "notifications.not_configured"


class AccountInactive(Conflict):
    """Nothing is sent to a person whose account is not active."""

    code = "notifications.account_inactive"


class InviteClosed(Conflict):
    """Nothing is sent about an invite that was used or taken back."""

    code = "notifications.invite_closed"


class MessageTooLate(Conflict):
    """What the message asks for can no longer be done."""

    code = "notifications.too_late"


class ProofUnsigned(Unavailable):
    """A proof of an address cannot be signed here: the secret of this server is missing or weak."""

    code = "notifications.proof_unsigned"


class MessageUnreadable(Conflict):
    """The stored facts do not make this message: other code wrote them."""

    code = "notifications.unreadable"


class DeliveryNotFound(NotFound):
    code = "notifications.not_found"


class DeliveryUnderWay(Conflict):
    code = "notifications.under_way"
