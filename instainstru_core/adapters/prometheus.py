"""Prometheus over HTTP: read-only, bounded, in our own words.

What the server says of an error never leaves this module: it may quote anything. Only the place
of a mistake in the query is taken from it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from instainstru_core.adapters.careful import (
    MAX_ANSWER_BYTES,
    TOO_MANY_REQUESTS,
    Away,
    Careful,
    Large,
    Reply,
    Slow,
    is_busy,
)
from instainstru_core.domains.observability.errors import (
    AnswerTooLarge,
    PrometheusNotConfigured,
    PrometheusTooSlow,
    PrometheusUnreachable,
    QueryFailed,
    QueryInvalid,
)
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    Found,
    Point,
    Rule,
    RuleHealth,
    Series,
)
from instainstru_core.kernel.errors import Fact, Refusal

__all__ = ["MAX_ANSWER_BYTES", "HttpPrometheus"]

SERVER_SECONDS = 8
RETRY_AFTER_SECONDS = 10
KEEP_ANSWERS_SECONDS = 5.0
KEEP_RULES_SECONDS = 2.0
PLACE = re.compile(r"(\d{1,5}):(\d{1,5}): parse error")
BAD_QUERY, NOT_EXECUTED = 400, 422
TIMED_OUT = frozenset({"timeout", "canceled"})
HEALTH = {
    "ok": RuleHealth.OK,
    "err": RuleHealth.FAILING,
    "error": RuleHealth.FAILING,
    "nodata": RuleHealth.FAILING,
}
STATES = {
    "firing": AlertState.FIRING,
    "alerting": AlertState.FIRING,
    "recovering": AlertState.FIRING,
    "pending": AlertState.PENDING,
}
NO_ALERTS = frozenset({"inactive", "normal"})

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


class AlertLine(BaseModel):
    """An alert of a rule on the wire. Grafana writes the state in its own words."""

    state: str
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    since: AwareDatetime | None = Field(default=None, alias="activeAt")


class RuleLine(BaseModel):
    """A rule on the wire; one that records has no state."""

    name: str
    kind: str = Field(default="alerting", alias="type")
    health: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    alerts: list[AlertLine] | None = None
    evaluated_at: AwareDatetime | None = Field(default=None, alias="lastEvaluation")


class Group(BaseModel):
    """A group of rules on the wire."""

    name: str
    rules: list[RuleLine]


class Groups(BaseModel):
    """All groups on the wire."""

    groups: list[Group]


class RulesAnswer(BaseModel):
    """The rules on the wire."""

    data: Groups


class HttpPrometheus:
    """The port on a real server, or on what answers as one: `api` and `rules` are its paths."""

    def __init__(
        self,
        url: str | None,
        *,
        client: Careful | None = None,
        api: str = "/api/v1",
        rules: str = "/api/v1/rules",
    ) -> None:
        self._client = client or (Careful(url) if url else None)
        self._api = api
        self._rules = rules

    def instant(self, query: str, *, at: datetime) -> Found:
        return self._ask("query", {"query": query, "time": at.timestamp()})

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        times = {"start": start.timestamp(), "end": end.timestamp(), "step": step_seconds}
        return self._ask("query_range", {"query": query, **times})

    def rules(self) -> tuple[Rule, ...]:
        """Every alert rule, with the alerts it holds at the moment."""
        asked = {"type": "alert"}
        try:
            reply = self._read(self._rules, params=asked, keep_seconds=KEEP_RULES_SECONDS)
        except AnswerTooLarge as failure:
            raise _rules_unknown() from failure
        if reply.status in {BAD_QUERY, NOT_EXECUTED}:
            raise _rules_unknown()
        if reply.status != 200:  # noqa: PLR2004 - OK
            raise _refusal(reply)
        try:
            groups = RulesAnswer.model_validate_json(reply.body).data.groups
        except ValidationError as failure:
            raise _stranger() from failure
        return tuple(
            _rule(group.name, rule)
            for group in groups
            for rule in group.rules
            if rule.kind == "alerting"
        )

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _ask(self, what: str, parameters: Mapping[str, str | float]) -> Found:
        form = {key: str(value) for key, value in parameters.items()}
        form["timeout"] = f"{SERVER_SECONDS}s"
        return _found(
            self._read(f"{self._api}/{what}", form=form, keep_seconds=KEEP_ANSWERS_SECONDS)
        )

    def _read(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        keep_seconds: float,
    ) -> Reply:
        if self._client is None:
            raise PrometheusNotConfigured(
                "No Prometheus is configured here. Set PROMETHEUS_URL to use its figures."
            )
        try:
            return self._client.read(
                path, form=form, params=params, again=_is_busy, keep_seconds=keep_seconds
            )
        except Slow as failure:
            raise _too_slow() from failure
        except Large as failure:
            raise AnswerTooLarge(
                "This answer is too large. Aggregate it, for example with sum by (...) or"
                " topk(10, ...), or ask for a shorter window.",
                field="query",
            ) from failure
        except Away as failure:
            raise PrometheusUnreachable(
                "Prometheus cannot be reached right now, so its figures are unknown."
                " Try again in a few seconds.",
                retry_after=failure.retry_after,
            ) from failure


def _is_busy(reply: Reply) -> bool:
    return is_busy(reply) and _complaint(reply.body).kind not in TIMED_OUT


def _found(reply: Reply) -> Found:
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise _refusal(reply)
    try:
        answer = Answer.model_validate_json(reply.body)
    except ValidationError as failure:
        raise _stranger() from failure
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
    if isfinite(value):
        return Point(datetime.fromtimestamp(at, UTC), value)
    return Point(datetime.fromtimestamp(at, UTC), None, reason=text)


def _rule(group: str, rule: RuleLine) -> Rule:
    health = HEALTH.get(rule.health.lower(), RuleHealth.UNKNOWN)
    alerts: list[Alert] = []
    for line in rule.alerts or []:
        word = line.state.lower().split(" ")[0]
        if word in NO_ALERTS:
            continue
        if word not in STATES:  # NoData and Error of Grafana: nobody knows whether it fires
            health = RuleHealth.FAILING
            continue
        since = line.since or rule.evaluated_at
        if since is not None:
            found = Alert(rule.name, STATES[word], line.labels, line.annotations, since)
            alerts.append(found)
    evaluated = rule.evaluated_at
    return Rule(
        name=rule.name,
        group=group,
        health=health,
        evaluated_at=evaluated if evaluated and evaluated.year > 1 else None,  # never: year one
        alerts=tuple(alerts),
    )


def _refusal(reply: Reply) -> Refusal:
    complaint = _complaint(reply.body)
    if complaint.kind in TIMED_OUT:
        return _too_slow()
    if reply.status == BAD_QUERY:
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
    if reply.status == NOT_EXECUTED:
        return QueryFailed(
            "Prometheus can read this query but not carry it out: it may read too many points, or"
            " match one series with several. Narrow it with labels, or aggregate both sides.",
            field="query",
        )
    is_asked_too_often = reply.status == TOO_MANY_REQUESTS
    word = "is asked too often" if is_asked_too_often else "does not answer our questions"
    return PrometheusUnreachable(
        f"Prometheus {word} right now, so its figures are unknown. Try again later.",
        retry_after=reply.retry_after or RETRY_AFTER_SECONDS,
    )


def _rules_unknown() -> PrometheusUnreachable:
    return PrometheusUnreachable("The alert rules cannot be read, so what they hold is unknown.")


def _complaint(body: bytes) -> Complaint:
    try:
        return Complaint.model_validate_json(body)
    except ValidationError:
        return Complaint()


def _stranger() -> PrometheusUnreachable:
    return PrometheusUnreachable(
        "What answers at PROMETHEUS_URL is no Prometheus. Check the address."
    )


def _too_slow() -> PrometheusTooSlow:
    return PrometheusTooSlow(
        "Prometheus took too long over this query. Ask for a shorter window or a longer step.",
        retry_after=RETRY_AFTER_SECONDS,
    )
