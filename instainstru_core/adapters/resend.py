"""Resend over HTTP: one mail a call, its key as idempotency key, refusals in our own words.

What Resend says of an error never leaves this module: it may quote addresses. Only the name of the
error is looked at, to tell apart what has one status.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, SecretStr, ValidationError

from instainstru_core.domains.notifications.errors import (
    MailBusy,
    MailNotConfigured,
    MailRefused,
    MailTaken,
    MailUncertain,
)
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.kernel.errors import Refusal

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
SHORT_SECONDS = 2
"""Up to this long it is waited out where it happens: Resend takes a few mails a second."""
TRIES = 3
BUSY_SECONDS = 60
QUOTA_SECONDS = 3_600
IN_PROGRESS_SECONDS = 5
FORBIDDEN, ELSEWHERE = frozenset({401, 403}), frozenset({404, 405})
TIMED_OUT, CONFLICT, TOO_OFTEN, BROKEN = 408, 409, 429, 500


class Taken(BaseModel):
    """A success on the wire."""

    id: str = Field(min_length=1)


class Complaint(BaseModel):
    """An error on the wire."""

    name: str = ""


class ResendMailer:
    """The port on Resend or on what speaks like it. Nothing is connected until first used."""

    def __init__(
        self,
        api_key: SecretStr,
        *,
        api_url: str,
        sender: str,
        timeout: float = ANSWER_SECONDS,
        transport: "httpx.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api_key = api_key
        self._api_url = api_url
        self._sender = sender
        self._timeout = timeout
        self._transport = transport
        self._sleep = sleep
        self._client: httpx.Client | None = None
        self._opening = Lock()

    def send(self, mail: Mail) -> str:
        """Hand the mail over, and give Resend's id of it."""
        import httpx  # noqa: PLC0415 - most processes never send

        body = {
            "from": self._sender,
            "to": [mail.to],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
        }
        try:
            client = self._opened()
            answer = client.post("/emails", json=body, headers={"Idempotency-Key": mail.key})
            for _ in range(TRIES - 1):
                wait = _wait_seconds(answer)
                if answer.status_code != TOO_OFTEN or wait is None or wait > SHORT_SECONDS:
                    break
                self._sleep(wait)
                answer = client.post("/emails", json=body, headers={"Idempotency-Key": mail.key})
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as failure:
            raise _not_resend() from failure
        except httpx.HTTPError as failure:
            raise MailUncertain(
                "The mail carrier did not answer, so it is not known whether it took this mail."
            ) from failure
        if answer.is_success:
            return _taken(answer)
        raise _refusal(answer)

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _opened(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415

        with self._opening:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self._api_url,
                    timeout=httpx.Timeout(self._timeout, connect=CONNECT_SECONDS),
                    headers={
                        "Authorization": f"Bearer {self._api_key.get_secret_value()}",
                        "User-Agent": "instainstru",
                    },
                    transport=self._transport,
                    trust_env=False,
                )
            return self._client


class UnconfiguredMailer:
    """The port where no carrier is configured: mails wait."""

    def send(self, mail: Mail) -> str:  # noqa: ARG002 - it goes nowhere
        raise MailNotConfigured(
            "No mail carrier is configured here, so messages wait. Set RESEND_API_KEY to send them."
        )

    def close(self) -> None:
        """Nothing was opened."""


def _taken(answer: "httpx.Response") -> str:
    try:
        return Taken.model_validate_json(answer.content).id
    except ValidationError as failure:
        raise MailUncertain(
            "What answers as the mail carrier gave no id, so it is not known whether it took this"
            " mail."
        ) from failure


def _refusal(answer: "httpx.Response") -> Refusal:
    status = answer.status_code
    if status in FORBIDDEN:
        return MailNotConfigured(
            "The mail carrier does not accept our key or our sender address, so messages wait."
            " Check RESEND_API_KEY and INSTAINSTRU_MAIL_FROM."
        )
    if answer.is_redirect or status in ELSEWHERE:
        return _not_resend()
    if status in {CONFLICT, TOO_OFTEN}:
        return _for_now(answer)
    if status == TIMED_OUT or status >= BROKEN:
        return MailUncertain(
            "The mail carrier is out of order, so it is not known whether it took this mail."
        )
    return MailRefused("The mail carrier does not take this mail.", status=status)


def _for_now(answer: "httpx.Response") -> Refusal:
    name, wait = _name(answer), _wait_seconds(answer)
    if name == "invalid_idempotent_request":
        return MailTaken("The mail carrier took a mail with this key before.")
    if answer.status_code == CONFLICT:
        return MailUncertain(
            "The mail carrier is still busy with this very mail.", retry_after=IN_PROGRESS_SECONDS
        )
    usual = QUOTA_SECONDS if name.endswith("quota_exceeded") else BUSY_SECONDS
    return MailBusy(
        "The mail carrier takes no more mails from us for now.",
        retry_after=usual if wait is None else max(wait, 1),
    )


def _name(answer: "httpx.Response") -> str:
    try:
        return Complaint.model_validate_json(answer.content).name
    except ValidationError:
        return ""


def _wait_seconds(answer: "httpx.Response") -> int | None:
    """How long we are asked to wait, where that is said in seconds."""
    said = answer.headers.get("retry-after", "")
    return int(said) if said.isdecimal() else None


def _not_resend() -> MailNotConfigured:
    return MailNotConfigured(
        "What answers at INSTAINSTRU_RESEND_API_URL is no mail carrier that we know, so messages"
        " wait. Check the address, and that RESEND_API_KEY is one word."
    )
