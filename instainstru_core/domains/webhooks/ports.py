"""Who can tell whether an event is really from its source."""

from typing import Protocol

from instainstru_core.domains.webhooks.types import Inbound


class WebhookParser(Protocol):
    """Checks the signature of one source's events and reads them."""

    def parse(self, body: bytes, signature: str | None) -> Inbound:
        """The event. Raises webhooks.errors.SignatureRefused or PayloadUnreadable."""
        ...
