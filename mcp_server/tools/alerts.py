"""Alerts and silences."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.flows.silences import Considered
from instainstru_core.domains.observability.policy.alerts import word_for
from instainstru_core.domains.observability.policy.silences import LABELS
from instainstru_core.domains.observability.schemas.alerts import (
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    AlertsView,
    EndSilence,
    ListAlerts,
    SilenceAlerts,
    SilenceMade,
    SilencePreview,
    SilencesView,
    UnsilencePreview,
)
from instainstru_core.domains.observability.types import AlertState, MonitoringKind
from mcp_server.arguments import PLAIN, Limit
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    Order,
    Proposed,
    Shown,
    Steps,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer, NextAction, Source, answer, suggest
from mcp_server.tool import Call, previews, reads, writes

State = Annotated[
    AlertState | None,
    BeforeValidator(lambda given: word_for(given) if isinstance(given, str) else given),
    Field(description="Only alerts in this state.", examples=["firing"]),
]
Severity = Annotated[
    str | None,
    Field(
        max_length=40,
        pattern=PLAIN,
        description="Only alerts of this severity.",
        examples=["critical"],
    ),
]
ActiveOnly = Annotated[
    bool, Field(description="Leave out silences that are over.", examples=[True])
]
Minutes = Annotated[
    int,
    Field(
        ge=SHORTEST_MINUTES,
        le=LONGEST_MINUTES,
        description="How long from now.",
        examples=[60],
    ),
]
Comment = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=5, max_length=200, pattern=PLAIN),
    Field(description="Why.", examples=["Planned restart of the worker"]),
]
SilenceId = Annotated[
    str,
    Field(
        max_length=64,
        pattern=r"^[A-Za-z0-9-]+$",
        description="The `id` of a silence.",
        examples=["9ae17ed1-7086-4d87-8a5f-ffb8618ed6f1"],
    ),
]

Told = TypeVar("Told", bound=BaseModel)


class LabelMatcher(BaseModel):
    """What a label must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=60, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    value: str = Field(min_length=1, max_length=200, pattern=PLAIN)
    is_regex: bool = Field(default=False, description="`value` is a list such as `a|b`.")
    is_equal: bool = True


Matchers = Annotated[
    list[LabelMatcher],
    Field(
        min_length=1,
        max_length=6,
        description="All must fit. One names an alertname, role or instance exactly. Labels: "
        + ", ".join(LABELS[3:-1])
        + ", severity.",
        examples=[[{"name": "alertname", "value": "ProcessDown"}]],
    ),
]


@reads("Alerts", open_world=True)
def alerts_list(
    call: Call, state: State = None, severity: Severity = None, limit: Limit = 50
) -> Answer[AlertsView]:
    """What is wrong now: alerts that fire, are pending, silenced or inhibited, gravest first."""
    at = call.runtime.clock()
    report = observability.alerts_list(
        call.runtime.monitoring,
        actor=call.actor,
        command=ListAlerts(state=state, severity=severity, limit=limit),
        at=at,
    )
    next_actions: list[NextAction] = []
    if any(one.state is AlertState.FIRING for one in report.data.alerts):
        next_actions.append(suggest("dashboards_list", "Find the dashboard that shows more."))
    if report.data.silenced:
        next_actions.append(suggest("silences_list", "See who silenced them, and until when."))
    return answer(
        report,
        as_of=at,
        source=_source(call),
        shown=len(report.data.alerts),
        next_actions=next_actions,
    )


@reads("Silences", open_world=True)
def silences_list(
    call: Call, active_only: ActiveOnly = True, limit: Limit = 50
) -> Answer[SilencesView]:
    """Which alerts are kept quiet, by whom, why and until when."""
    report = observability.silences_list(
        call.runtime.monitoring, actor=call.actor, active_only=active_only, limit=limit
    )
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=_source(call),
        shown=len(report.data.silences),
        next_actions=[suggest("alerts_list", "See what is silenced now.", state="silenced")],
    )


@previews("Preview a silence", direct=True)
def alert_silence(
    call: Call, matchers: Matchers, duration_minutes: Minutes, comment: Comment
) -> Answer[Proposed[SilencePreview]]:
    """Show which alerts a silence would keep quiet, before alert_silence_execute makes it."""
    wish = SilenceAlerts.model_validate(
        {
            "matchers": [one.model_dump() for one in matchers],
            "duration_minutes": duration_minutes,
            "comment": comment,
        }
    )
    return propose(call, SILENCE, wish)


@writes("Silence alerts", destructive=True, idempotent=True)
def alert_silence_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[SilenceMade]]:
    """Silence alerts as previewed."""
    return execute(call, SILENCE, confirm_token)


@previews("Preview ending a silence")
def alert_unsilence(call: Call, silence_id: SilenceId) -> Answer[Proposed[UnsilencePreview]]:
    """Show which alerts disturb again without a silence, before alert_unsilence_execute ends it."""
    return propose(call, UNSILENCE, EndSilence(silence_id=silence_id))


@writes("End a silence", destructive=False, idempotent=True)
def alert_unsilence_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[SilenceMade]]:
    """End a silence as previewed, so that its alerts disturb again."""
    return execute(call, UNSILENCE, confirm_token)


def _source(call: Call) -> Source:
    is_grafana = call.runtime.monitoring.kind is MonitoringKind.GRAFANA
    return Source.GRAFANA if is_grafana else Source.ALERTMANAGER


def _shown(found: Considered[Told]) -> Shown[Told]:
    return Shown(found.told, found.summary, stamp(*found.rests_on), found.warnings)


def _preview_silence(call: Call, wish: SilenceAlerts) -> Shown[SilencePreview]:
    return _shown(
        observability.preview_silence(call.runtime.monitoring, actor=call.actor, command=wish)
    )


def _silence(call: Call, wish: SilenceAlerts, order: Order) -> SilenceMade:
    return observability.silence(
        call.runtime.monitoring,
        actor=call.actor,
        command=wish,
        key=order.key,
        at=call.runtime.clock(),
    )


def _preview_unsilence(call: Call, wish: EndSilence) -> Shown[UnsilencePreview]:
    return _shown(
        observability.preview_unsilence(call.runtime.monitoring, actor=call.actor, command=wish)
    )


def _unsilence(call: Call, wish: EndSilence, _order: Order) -> SilenceMade:
    return observability.unsilence(
        call.runtime.monitoring, actor=call.actor, command=wish, at=call.runtime.clock()
    )


SILENCE = Steps(
    action="alert_silence_execute",
    wish=SilenceAlerts,
    made=SilenceMade,
    preview=_preview_silence,
    make=_silence,
)
UNSILENCE = Steps(
    action="alert_unsilence_execute",
    wish=EndSilence,
    made=SilenceMade,
    preview=_preview_unsilence,
    make=_unsilence,
)
