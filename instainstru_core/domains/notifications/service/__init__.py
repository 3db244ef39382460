"""Messages: queued in the transaction of their cause, sent by a flow, looked at by staff."""

from instainstru_core.domains.notifications.service.proving import ask_for_proof
from instainstru_core.domains.notifications.service.queueing import (
    claim,
    mark_failed,
    mark_sent,
    put_back,
    queue,
)
from instainstru_core.domains.notifications.service.reading import detail, listing, resend
from instainstru_core.domains.notifications.service.rendering import (
    HIDDEN_CODE,
    invite_letter,
    letter,
    read,
)

__all__ = [
    "HIDDEN_CODE",
    "ask_for_proof",
    "claim",
    "detail",
    "invite_letter",
    "letter",
    "listing",
    "mark_failed",
    "mark_sent",
    "put_back",
    "queue",
    "read",
    "resend",
]
