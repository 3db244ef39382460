"""Reading the outbox of a carrier that runs elsewhere, if it is a simulator."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from instainstru_core.kernel.errors import Conflict, Unavailable

REAL = "resend.com"
SECONDS = 5.0


class CarrierIsReal(Conflict):
    code = "mail.carrier_is_real"


class SimulatorUnreachable(Unavailable):
    code = "mail.simulator_unreachable"


class MailSeen(BaseModel):
    """A mail as its recipient got it."""

    model_config = ConfigDict(frozen=True)

    id: str
    to: list[str]
    sender: str = Field(alias="from", serialization_alias="from")
    subject: str
    text: str | None
    html: str | None
    created_at: datetime
    last_event: str
    idempotency_key: str | None


class Outbox(BaseModel):
    """Mails, newest first."""

    model_config = ConfigDict(frozen=True)

    data: list[MailSeen]


def outbox(api_url: str, *, to: str | None = None, limit: int = 20) -> list[MailSeen]:
    """The mails that the simulator at this address took. Refuses to ask the real service."""
    host = urlsplit(api_url).hostname or ""
    if host == REAL or host.endswith(f".{REAL}"):
        raise CarrierIsReal(
            "Mails go to Resend itself here, whose outbox only its dashboard shows. Look at our own"
            " record with `instainstru mail list`."
        )
    asked: dict[str, Any] = {"limit": limit} | ({"to": to} if to is not None else {})
    try:
        answer = httpx.get(
            f"{api_url.rstrip('/')}/_sim/outbox", params=asked, timeout=SECONDS, trust_env=False
        )
        answer.raise_for_status()
        return Outbox.model_validate_json(answer.content).data
    except (httpx.HTTPError, httpx.InvalidURL, ValidationError) as failure:
        raise SimulatorUnreachable(
            "No simulated mail carrier answers at INSTAINSTRU_RESEND_API_URL. Start one with"
            " `python -m devstack.resend_simulator`, or set the address of the one that runs."
        ) from failure
