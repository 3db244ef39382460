"""Reading Stripe's webhooks: signed by whoever knows one of our secrets, and not long ago.

Stripe signs `{timestamp}.{body}` with HMAC-SHA256 and sends `t=...,v1=...`, with several `v1` while
a secret is being replaced. Written here, against our clock, so that the SDK need not be loaded.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from instainstru_core.domains.webhooks.errors import PayloadUnreadable, SignatureRefused
from instainstru_core.domains.webhooks.types import Inbound
from instainstru_core.kernel.clock import Clock

SOURCE = "stripe"
SCHEME = "v1"
TOLERANCE = timedelta(seconds=300)
MAX_TIMESTAMP_DIGITS = 11


class Event(BaseModel):
    """An event as it stands on the wire."""

    object: Literal["event"]
    id: str
    type: str
    created: int
    account: str | None = None
    data: dict[str, Any]


class StripeWebhookParser:
    """The port for Stripe. Platform, connected accounts and the terminal have a secret each."""

    def __init__(
        self, secrets: Sequence[str], clock: Clock, tolerance: timedelta = TOLERANCE
    ) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets if secret.strip())
        self._clock = clock
        self._tolerance = tolerance

    def parse(self, body: bytes, signature: str | None) -> Inbound:
        """The event. Raises SignatureRefused or PayloadUnreadable."""
        self._check(body, signature)
        try:
            payload = json.loads(body)
            event = Event.model_validate(payload)
            happened_at = datetime.fromtimestamp(event.created, UTC)
        except (ValueError, OverflowError, OSError, RecursionError, ValidationError):
            raise PayloadUnreadable(
                "This is signed, but no event of Stripe's. Send snapshot events to this address."
            ) from None
        return Inbound(
            source=SOURCE,
            event_id=event.id,
            kind=event.type,
            account_id=event.account,
            payload=payload,
            happened_at=happened_at,
        )

    def _check(self, body: bytes, signature: str | None) -> None:
        if not self._secrets:
            raise SignatureRefused(
                "No signing secret is set here. Set INSTAINSTRU_STRIPE_WEBHOOK_SECRETS."
            )
        if not signature:
            raise SignatureRefused("This has no signature. Send the header Stripe-Signature.")
        stamp, given = _parts(signature)
        signed = stamp.encode() + b"." + body
        expected = [
            hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in self._secrets
        ]
        matches = [
            hmac.compare_digest(good.encode(), one.encode()) for good in expected for one in given
        ]
        if not stamp or not any(matches):
            raise SignatureRefused(
                "This signature is not ours. Check which signing secret the endpoint uses."
            )
        age = self._clock().timestamp() - int(stamp)
        if abs(age) > self._tolerance.total_seconds():
            raise SignatureRefused("This was signed too long ago. Send it anew, and check clocks.")


def _parts(signature: str) -> tuple[str, list[str]]:
    """The timestamp and the signatures of our scheme; an empty timestamp if it is none."""
    pairs = [part.strip().partition("=") for part in signature.split(",")]
    stamp = next((value for name, _, value in pairs if name == "t"), "")
    given = [value for name, _, value in pairs if name == SCHEME]
    is_number = stamp.isascii() and stamp.isdecimal() and len(stamp) <= MAX_TIMESTAMP_DIGITS
    return (stamp if is_number else "", given)
