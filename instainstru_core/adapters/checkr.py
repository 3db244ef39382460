"""Checkr over HTTP: candidates, invitations, reports, and its signed webhooks.

What Checkr says of an error never leaves this module: it may quote people.
"""

import base64
import hashlib
import hmac
import json
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, ValidationError

from instainstru_core.domains.background_checks.errors import (
    CheckNotConfigured,
    CheckRefused,
    CheckUnavailable,
)
from instainstru_core.domains.background_checks.types import (
    CandidateData,
    InvitationSeen,
    ReportSeen,
)
from instainstru_core.domains.webhooks.errors import PayloadUnreadable, SignatureRefused
from instainstru_core.domains.webhooks.types import Inbound
from instainstru_core.kernel.errors import Refusal

if TYPE_CHECKING:
    import httpx

SOURCE = "checkr"
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 15.0
BUSY_SECONDS = 60
WORK_LOCATION = {"country": "US", "state": "NY", "city": "New York"}
FORBIDDEN = frozenset({401, 403})
TIMED_OUT, TOO_OFTEN, BROKEN = 408, 429, 500


class Candidate(BaseModel):
    """A candidate on the wire."""

    id: str = Field(min_length=1)


class Invitation(BaseModel):
    """An invitation on the wire."""

    id: str = Field(min_length=1)
    candidate_id: str
    status: str
    invitation_url: str | None = None
    report_id: str | None = None
    expires_at: AwareDatetime | None = None


class Report(BaseModel):
    """A report on the wire. What it found out about a person is not read at all."""

    id: str = Field(min_length=1)
    candidate_id: str
    status: str
    result: str | None = None
    assessment: str | None = None
    adjudication: str | None = None
    includes_canceled: bool | None = None
    completed_at: AwareDatetime | None = None


class Event(BaseModel):
    """A webhook on the wire."""

    id: str
    object: Literal["event"]
    type: str
    created_at: AwareDatetime
    account_id: str | None = None
    data: dict[str, Any]


Shape = TypeVar("Shape", bound=BaseModel)


class CheckrProvider:
    """The port on Checkr or on what speaks like it. Nothing is connected until first used."""

    def __init__(
        self,
        api_key: SecretStr,
        *,
        api_url: str,
        package: str,
        timeout: float = ANSWER_SECONDS,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        self._api_key = api_key
        self._api_url = api_url
        self._package = package
        self._timeout = timeout
        self._transport = transport
        self._client: httpx.Client | None = None
        self._opening = Lock()

    def create_candidate(self, *, key: str, candidate: CandidateData) -> str:
        """Tell Checkr who is to be checked; the rest it asks the person for."""
        body = {
            "custom_id": candidate.user_id,
            "first_name": candidate.first_name,
            "last_name": candidate.last_name,
            "email": candidate.email,
            "phone": candidate.phone,
            "zipcode": candidate.zip_code,
            "work_locations": [WORK_LOCATION],
        }
        given = {name: value for name, value in body.items() if value is not None}
        return self._asked("POST", "/v1/candidates", Candidate, key=key, body=given).id

    def invite(self, *, key: str, candidate_id: str) -> InvitationSeen:
        """Have Checkr ask the person for consent and data."""
        body = {
            "candidate_id": candidate_id,
            "package": self._package,
            "work_locations": [WORK_LOCATION],
        }
        return _invitation(self._asked("POST", "/v1/invitations", Invitation, key=key, body=body))

    def invitation(self, invitation_id: str) -> InvitationSeen:
        """How an invitation stands."""
        return _invitation(
            self._asked("GET", f"/v1/invitations/{quote(invitation_id, safe='')}", Invitation)
        )

    def report(self, report_id: str) -> ReportSeen:
        """How a report stands."""
        found = self._asked("GET", f"/v1/reports/{quote(report_id, safe='')}", Report)
        return ReportSeen(
            id=found.id,
            candidate_id=found.candidate_id,
            status=found.status,
            result=found.result,
            assessment=found.assessment,
            adjudication=found.adjudication,
            includes_canceled=bool(found.includes_canceled),
            completed_at=found.completed_at,
        )

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _asked(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        *,
        key: str | None = None,
        body: dict[str, Any] | None = None,
    ) -> Shape:
        import httpx  # noqa: PLC0415 - most processes never ask

        headers = {} if key is None else {"Idempotency-Key": key}
        try:
            answer = self._opened().request(method, path, json=body, headers=headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as failure:
            raise _not_checkr() from failure
        except httpx.HTTPError as failure:
            raise CheckUnavailable(
                "The provider of background checks did not answer. Try again in a minute.",
                retry_after=BUSY_SECONDS,
            ) from failure
        if not answer.is_success:
            raise _refusal(answer.status_code)
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as failure:
            raise _not_checkr() from failure

    def _opened(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415

        with self._opening:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self._api_url,
                    timeout=httpx.Timeout(self._timeout, connect=CONNECT_SECONDS),
                    headers={"Authorization": _basic(self._api_key), "User-Agent": "instainstru"},
                    transport=self._transport,
                    trust_env=False,
                )
            return self._client


class UnconfiguredChecks:
    """The port where no provider is configured: nobody can be checked, so nobody goes live."""

    def create_candidate(self, *, key: str, candidate: CandidateData) -> str:  # noqa: ARG002
        raise _not_configured()

    def invite(self, *, key: str, candidate_id: str) -> InvitationSeen:  # noqa: ARG002
        raise _not_configured()

    def invitation(self, invitation_id: str) -> InvitationSeen:  # noqa: ARG002
        raise _not_configured()

    def report(self, report_id: str) -> ReportSeen:  # noqa: ARG002
        raise _not_configured()

    def close(self) -> None:
        """Nothing was opened."""


class CheckrWebhookParser:
    """Reads webhooks. Checkr signs the body with HMAC-SHA256, keyed by the API key itself."""

    def __init__(self, api_key: SecretStr | None) -> None:
        self._api_key = api_key

    def parse(self, body: bytes, signature: str | None) -> Inbound:
        """The event. Raises SignatureRefused or PayloadUnreadable."""
        self._check(body, signature)
        try:
            payload = json.loads(body)
            event = Event.model_validate(payload)
        except (ValueError, RecursionError, ValidationError):
            raise PayloadUnreadable("This is signed, but no event of Checkr's.") from None
        return Inbound(
            source=SOURCE,
            event_id=event.id,
            kind=event.type,
            account_id=event.account_id,
            payload=_without_people(event),
            happened_at=event.created_at,
        )

    def _check(self, body: bytes, signature: str | None) -> None:
        if self._api_key is None or not self._api_key.get_secret_value().strip():
            raise SignatureRefused("No key of Checkr's is set here. Set CHECKR_API_KEY.")
        if not signature:
            raise SignatureRefused("This has no signature. Send the header X-Checkr-Signature.")
        key = self._api_key.get_secret_value().encode()
        expected = hmac.new(key, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.strip().encode()):
            raise SignatureRefused("This signature is not Checkr's. Check which API key is set.")


def _without_people(event: Event) -> dict[str, Any]:
    """What is stored of an event: what it is about. What it says of a person is asked anew, and
    stays with Checkr.
    """
    about = event.data.get("object")
    known = cast("dict[str, Any]", about) if isinstance(about, dict) else {}
    kept = {name: known[name] for name in ("id", "object", "uri", "status") if name in known}
    return {
        "id": event.id,
        "object": event.object,
        "type": event.type,
        "created_at": event.created_at.isoformat(),
        "data": {"object": kept},
    }


def _invitation(found: Invitation) -> InvitationSeen:
    return InvitationSeen(
        id=found.id,
        candidate_id=found.candidate_id,
        status=found.status,
        url=found.invitation_url,
        report_id=found.report_id,
        expires_at=found.expires_at,
    )


def _basic(api_key: SecretStr) -> str:
    """The key is the name; there is no password."""
    pair = f"{api_key.get_secret_value()}:".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _refusal(status: int) -> Refusal:
    if status in FORBIDDEN:
        return CheckNotConfigured(
            "The provider of background checks does not accept our key. Check CHECKR_API_KEY."
        )
    if status in {TIMED_OUT, TOO_OFTEN} or status >= BROKEN:
        return CheckUnavailable(
            "The provider of background checks cannot answer now. Try again in a minute.",
            retry_after=BUSY_SECONDS,
        )
    return CheckRefused(
        "The provider of background checks does not take this. Check name, e-mail address and ZIP"
        " code of the person.",
        status=status,
    )


def _not_configured() -> CheckNotConfigured:
    return CheckNotConfigured(
        "No provider of background checks is configured here. Set CHECKR_API_KEY; until then"
        " nobody new can go live."
    )


def _not_checkr() -> CheckNotConfigured:
    return CheckNotConfigured(
        "What answers at INSTAINSTRU_CHECKR_API_URL is not Checkr. Check the address.",
    )
