"""Alertmanager over HTTP: alerts as it holds them, and silences. No answer is kept: changes rest on
them.

What the server says of an error never leaves this module: it may quote anything.
"""

from datetime import UTC, datetime
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from instainstru_core.adapters.careful import (
    RETRY_AFTER_SECONDS,
    Away,
    Careful,
    Large,
    Reply,
    Slow,
    Uncertain,
)
from instainstru_core.domains.observability.errors import (
    AlertmanagerNotConfigured,
    AlertmanagerUnreachable,
    SilenceEnded,
    SilenceRefused,
    SilenceUncertain,
    SilenceUnknown,
)
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    Matcher,
    NewSilence,
    Silence,
    SilenceState,
)

BAD_REQUEST, NOT_FOUND = 400, 404
DONE = frozenset({200, 202, 204})

Read = TypeVar("Read")


class MatcherLine(BaseModel):
    """A matcher on the wire."""

    name: str
    value: str
    is_regex: bool = Field(alias="isRegex")
    is_equal: bool = Field(default=True, alias="isEqual")


class SilenceStatus(BaseModel):
    """Whether a silence holds, on the wire."""

    state: SilenceState


class SilenceLine(BaseModel):
    """A silence on the wire."""

    id: str
    status: SilenceStatus
    matchers: list[MatcherLine]
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime = Field(alias="endsAt")
    created_by: str = Field(alias="createdBy")
    comment: str


class AlertStatus(BaseModel):
    """What is done about an alert, on the wire."""

    state: Literal["active", "suppressed", "unprocessed"]
    silenced_by: list[str] = Field(default=[], alias="silencedBy")
    inhibited_by: list[str] = Field(default=[], alias="inhibitedBy")


class AlertLine(BaseModel):
    """An alert on the wire."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: AwareDatetime = Field(alias="startsAt")
    status: AlertStatus


class Made(BaseModel):
    """A new silence on the wire. Grafana has written its key in more than one way."""

    id: str = Field(alias="silenceID", min_length=1)


ALERTS = TypeAdapter(list[AlertLine])
SILENCES = TypeAdapter(list[SilenceLine])
ONE = TypeAdapter(SilenceLine)
MADE = TypeAdapter(Made)


class HttpAlertmanager:
    """Alerts and silences of a real server, or of what answers as one below `api`."""

    def __init__(
        self, url: str | None, *, client: Careful | None = None, api: str = "/api/v2"
    ) -> None:
        self._client = client or (Careful(url) if url else None)
        self._api = api

    def alerts(self) -> tuple[Alert, ...]:
        """All that it holds: firing, silenced or inhibited."""
        return tuple(_alert(line) for line in _read(ALERTS, self._get("alerts")))

    def silences(self) -> tuple[Silence, ...]:
        """All that it keeps, those that are over among them."""
        return tuple(_silence(line) for line in _read(SILENCES, self._get("silences")))

    def silence(self, wish: NewSilence) -> str:
        """The id of the new silence."""
        content = {
            "matchers": [
                {
                    "name": one.name,
                    "value": one.value,
                    "isRegex": one.is_regex,
                    "isEqual": one.is_equal,
                }
                for one in wish.matchers
            ],
            "startsAt": _written(wish.starts_at),
            "endsAt": _written(wish.ends_at),
            "createdBy": wish.created_by,
            "comment": wish.comment,
        }
        reply = self._change("POST", "silences", content)
        if reply.status == BAD_REQUEST:
            raise SilenceRefused(
                "Alertmanager does not accept this silence. Check the matchers: labels by their"
                " name, values as alerts have them.",
                field="matchers",
            )
        if reply.status not in DONE:
            raise _unreachable(RETRY_AFTER_SECONDS)
        try:
            return MADE.validate_json(reply.body).id
        except ValidationError as failure:
            raise _uncertain() from failure

    def unsilence(self, silence_id: str) -> None:
        """End it now."""
        found = self._get(f"silence/{silence_id}")
        if found.status in {BAD_REQUEST, NOT_FOUND, 422}:
            raise SilenceUnknown(
                "There is no silence with this id. Ask silences_list for those there are.",
                field="silence_id",
            )
        if _read(ONE, found).status.state is SilenceState.EXPIRED:
            raise SilenceEnded("This silence is over already: nothing is left to end.")
        reply = self._change("DELETE", f"silence/{silence_id}")
        if reply.status not in DONE:
            raise _unreachable(RETRY_AFTER_SECONDS)

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _get(self, what: str) -> Reply:
        try:
            return self._known().read(f"{self._api}/{what}")
        except Away as failure:
            raise _unreachable(failure.retry_after) from failure
        except (Slow, Large) as failure:
            raise _unreachable(RETRY_AFTER_SECONDS) from failure

    def _change(self, method: str, what: str, content: object = None) -> Reply:
        try:
            return self._known().write(method, f"{self._api}/{what}", content)
        except Away as failure:
            raise _unreachable(failure.retry_after) from failure
        except Uncertain as failure:
            raise _uncertain() from failure

    def _known(self) -> Careful:
        if self._client is None:
            raise AlertmanagerNotConfigured(
                "No Alertmanager is configured here. Set ALERTMANAGER_URL, or GRAFANA_URL and"
                " GRAFANA_TOKEN, to see and silence alerts."
            )
        return self._client


def _read(form: TypeAdapter[Read], reply: Reply) -> Read:
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise _unreachable(reply.retry_after or RETRY_AFTER_SECONDS)
    try:
        return form.validate_json(reply.body)
    except ValidationError as failure:
        raise AlertmanagerUnreachable(
            "What answers at ALERTMANAGER_URL is no Alertmanager. Check the address."
        ) from failure


def _alert(line: AlertLine) -> Alert:
    state = AlertState.FIRING
    if line.status.state == "suppressed":
        state = AlertState.SILENCED if line.status.silenced_by else AlertState.INHIBITED
    return Alert(
        name=line.labels.get("alertname", ""),
        state=state,
        labels=line.labels,
        annotations=line.annotations,
        since=line.starts_at,
        silenced_by=tuple(line.status.silenced_by),
    )


def _silence(line: SilenceLine) -> Silence:
    return Silence(
        id=line.id,
        state=line.status.state,
        matchers=tuple(
            Matcher(one.name, one.value, one.is_regex, one.is_equal) for one in line.matchers
        ),
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        created_by=line.created_by,
        comment=line.comment,
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unreachable(retry_after: int) -> AlertmanagerUnreachable:
    return AlertmanagerUnreachable(
        "Alertmanager cannot be reached right now, so what fires and what is silenced is unknown."
        " Try again in a few seconds.",
        retry_after=retry_after,
    )


def _uncertain() -> SilenceUncertain:
    return SilenceUncertain(
        "Alertmanager did not say whether it did this. Ask silences_list before trying again.",
    )
