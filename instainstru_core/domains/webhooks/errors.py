"""Ways webhooks says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated


class SignatureRefused(Unauthenticated):
    code = "webhooks.signature_refused"


class PayloadUnreadable(Invalid):
    code = "webhooks.payload_unreadable"


class EventNotFound(NotFound):
    code = "webhooks.not_found"


class NotReplayable(Conflict):
    code = "webhooks.not_replayable"
