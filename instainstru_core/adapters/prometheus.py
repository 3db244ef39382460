"""Prometheus over HTTP: read-only, bounded, in our own words.

What the server says of an error never leaves this module: it may quote anything. Only the place
of a mistake in the query is taken from it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from threading import Lock
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field, ValidationError

from instainstru_core.domains.observability.errors import (
    AnswerTooLarge,
    PrometheusNotConfigured,
    PrometheusTooSlow,
    PrometheusUnreachable,
    QueryFailed,
    QueryInvalid,
)
from instainstru_core.domains.observability.types import Found, Point, Series
from instainstru_core.kernel.errors import Fact, Refusal

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
SERVER_SECONDS = 8
ATTEMPTS = 3
RETRY_WITHIN_SECONDS = 6.0
MAX_ANSWER_BYTES = 4_000_000
RETRY_AFTER_SECONDS = 10
PLACE = re.compile(r"(\d{1,5}):(\d{1,5}): parse error")
BAD_QUERY, NOT_EXECUTED, BUSY = 400, 422, frozenset({502, 503, 504})
TOO_MANY_REQUESTS = 429
TIMED_OUT = frozenset({"timeout", "canceled"})

Value = tuple[float, str]


class Line(BaseModel):
    """A series on the wire: one value, or one for each step."""

    metric: dict[str, str] = {}
    value: Value | None = None
    values: list[Value] = []


class Lines(BaseModel):
    """A vector or a matrix on the wire."""

    kind: Literal["vector", "matrix"] = Field(alias="resultType")
    result: list[Line]


class Scalar(BaseModel):
    """A lone number on the wire."""

    kind: Literal["scalar"] = Field(alias="resultType")
    result: Value


class Text(BaseModel):
    """A lone text on the wire."""

    kind: Literal["string"] = Field(alias="resultType")
    result: Value


class Answer(BaseModel):
    """A successful answer on the wire."""

    data: Lines | Scalar | Text
    warnings: list[str] = []


class Complaint(BaseModel):
    """A refusal on the wire."""

    kind: str = Field(default="", alias="errorType")
    error: str = ""


class HttpPrometheus:
    """The port on a real server. Nothing is connected or imported until first asked."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self._client: httpx.Client | None = None
        self._opening = Lock()

    def instant(self, query: str, *, at: datetime) -> Found:
        return self._ask("query", {"query": query, "time": at.timestamp()})

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        times = {"start": start.timestamp(), "end": end.timestamp(), "step": step_seconds}
        return self._ask("query_range", {"query": query, **times})

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _ask(self, what: str, parameters: Mapping[str, str | float]) -> Found:
        import httpx  # noqa: PLC0415 - most processes never ask
        import stamina  # noqa: PLC0415

        form = {key: str(value) for key, value in parameters.items()}
        form["timeout"] = f"{SERVER_SECONDS}s"
        tries = stamina.retry_context(
            on=_Again, attempts=ATTEMPTS, timeout=RETRY_WITHIN_SECONDS, wait_initial=0.1
        )
        try:
            client = self._opened()
            answered: tuple[int, bytes] = (0, b"")
            for attempt in tries:
                with attempt:
                    answered = _posted(client, f"/api/v1/{what}", form)
            return _found(*answered)
        except httpx.TimeoutException as failure:
            raise _too_slow() from failure
        except (httpx.HTTPError, httpx.InvalidURL, _Again) as failure:
            raise PrometheusUnreachable(
                "Prometheus cannot be reached right now, so its figures are unknown."
                " Try again in a few seconds.",
                retry_after=RETRY_AFTER_SECONDS,
            ) from failure

    def _opened(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415

        if self.url is None:
            raise PrometheusNotConfigured(
                "No Prometheus is configured here. Set PROMETHEUS_URL to use its figures."
            )
        with self._opening:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self.url,
                    timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                    headers={"Accept": "application/json"},
                    trust_env=False,
                )
            return self._client


class _Again(Exception):
    """The server could not be asked, or was too busy: asking again does no harm."""


def _posted(client: "httpx.Client", path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
    import httpx  # noqa: PLC0415

    try:
        with client.stream("POST", path, data=dict(form)) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise AnswerTooLarge(
                        "This answer is too large. Aggregate it, for example with sum by (...) or"
                        " topk(10, ...), or ask for a shorter window.",
                        field="query",
                    )
            _try_again_if_busy(response.status_code, bytes(body))
            return response.status_code, bytes(body)
    except (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError) as failure:
        raise _Again from failure


def _try_again_if_busy(status: int, body: bytes) -> None:
    if status in BUSY and _complaint(body).kind not in TIMED_OUT:
        raise _Again


def _found(status: int, body: bytes) -> Found:
    if status != 200:  # noqa: PLR2004 - OK
        raise _refusal(status, body)
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError as failure:
        raise PrometheusUnreachable(
            "What answers at PROMETHEUS_URL is no Prometheus. Check the address."
        ) from failure
    data = answer.data
    if isinstance(data, Lines):
        series = tuple(
            Series(line.metric, tuple(map(_point, [line.value] if line.value else line.values)))
            for line in data.result
        )
    elif isinstance(data, Scalar):
        series = (Series({}, (_point(data.result),)),)
    else:
        raise QueryFailed("This query gives a text, not figures. Ask for a metric.", field="query")
    return Found(series, has_warnings=bool(answer.warnings))


def _point(found: Value) -> Point:
    at, text = found
    value = float(text)
    return Point(datetime.fromtimestamp(at, UTC), value if isfinite(value) else None)


def _refusal(status: int, body: bytes) -> Refusal:
    complaint = _complaint(body)
    if complaint.kind in TIMED_OUT:
        return _too_slow()
    if status == BAD_QUERY:
        place: dict[str, Fact] = {}
        where = ""
        if found := PLACE.search(complaint.error):
            place = {"line": int(found[1]), "column": int(found[2])}
            where = f" The mistake is at line {found[1]}, column {found[2]}."
        return QueryInvalid(
            f"Prometheus cannot read this query.{where} Check brackets, quotes and functions.",
            field="query",
            **place,
        )
    if status == NOT_EXECUTED:
        return QueryFailed(
            "Prometheus can read this query but not carry it out: it may read too many points, or"
            " match one series with several. Narrow it with labels, or aggregate both sides.",
            field="query",
        )
    word = "is asked too often" if status == TOO_MANY_REQUESTS else "does not answer our questions"
    return PrometheusUnreachable(
        f"Prometheus {word} right now, so its figures are unknown. Try again later.",
        retry_after=RETRY_AFTER_SECONDS,
    )


def _complaint(body: bytes) -> Complaint:
    try:
        return Complaint.model_validate_json(body)
    except ValidationError:
        return Complaint()


def _too_slow() -> PrometheusTooSlow:
    return PrometheusTooSlow(
        "Prometheus took too long over this query. Ask for a shorter window or a longer step.",
        retry_after=RETRY_AFTER_SECONDS,
    )
