"""Silences: shown first, with the alerts they cover now, then made as shown."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from instainstru_core.domains.observability.errors import (
    SilenceEnded,
    SilenceTooWide,
    SilenceUncertain,
    SilenceUnknown,
)
from instainstru_core.domains.observability.flows.alerts import labels_of
from instainstru_core.domains.observability.policy import alerts, silences
from instainstru_core.domains.observability.ports import Monitoring
from instainstru_core.domains.observability.schemas.alerts import (
    EndSilence,
    SilenceAlerts,
    SilenceMade,
    SilencePreview,
    SilencesView,
    SilenceView,
    UnsilencePreview,
)
from instainstru_core.domains.observability.types import (
    Alert,
    Matcher,
    NewSilence,
    Rule,
    Silence,
    SilenceState,
)
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, ActorKind, Permission, require
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.measure import operation

SHOWN_ALERTS = 20
LONGEST_TEXT = 300
BY_US = " (InstaInstru copilot)"
MARK_LENGTH = 12
COVERS_NOTHING = (
    "No alert fits now: it would only hold alerts that come. Check the names with alerts_list."
)
COVERS_CRITICAL = "Critical alerts are among them: nobody is told while it holds."
PENDING_UNKNOWN = "What is pending could not be read, so it may cover more than is shown."

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Considered(Generic[Told]):
    """What a change of silences would do, the sentence to agree to, and what that rests on."""

    told: Told
    summary: str
    rests_on: tuple[object, ...]
    warnings: list[str]


@operation("observability.silences_list")
def silences_list(
    monitoring: Monitoring, *, actor: Actor, active_only: bool, limit: int
) -> Report[SilencesView]:
    """The silences there are; those that are over only on request."""
    require(actor, Permission.OPERATIONS_READ)
    known = [
        one
        for one in monitoring.silences()
        if not active_only or one.state is not SilenceState.EXPIRED
    ]
    known.sort(key=lambda one: (one.state is SilenceState.EXPIRED, one.ends_at, one.id))
    view = SilencesView(silences=[_view(one) for one in known[:limit]])
    return Report(data=view, total=len(known))


@operation("observability.preview_silence")
def preview_silence(
    monitoring: Monitoring, *, actor: Actor, command: SilenceAlerts
) -> Considered[SilencePreview]:
    """What this silence would cover."""
    require(actor, Permission.OPERATIONS_MANAGE)
    matchers = _matchers(command)
    known, warnings = _known(monitoring)
    covered = silences.covered(matchers, known)
    told = SilencePreview(
        matchers=[silences.written(one) for one in matchers],
        duration_minutes=command.duration_minutes,
        created_by=creator(actor),
        comment=command.comment,
        covers=[_covered(one) for one in covered[:SHOWN_ALERTS]],
        covers_total=len(covered),
    )
    if not covered:
        warnings.append(COVERS_NOTHING)
    if any(alerts.severity(one) == "critical" for one in covered):
        warnings.append(COVERS_CRITICAL)
    summary = (
        f"Silence alerts with {' and '.join(told.matchers)} for {command.duration_minutes} minutes"
        f" ({len(covered)} fit now): {command.comment.rstrip('.')}."
    )
    return Considered(told, summary, tuple(_mark_of(covered)), warnings)


@operation("observability.silence")
def silence(
    monitoring: Monitoring, *, actor: Actor, command: SilenceAlerts, key: str, at: datetime
) -> SilenceMade:
    """Make this silence, once for each key: one that was made before is found again."""
    require(actor, Permission.OPERATIONS_MANAGE)
    mark = hashlib.sha256(key.encode()).hexdigest()[:MARK_LENGTH]
    if (made := _marked(monitoring, mark)) is not None:
        return _made(made)
    wish = NewSilence(
        matchers=_matchers(command),
        starts_at=at,
        ends_at=at + timedelta(minutes=command.duration_minutes),
        created_by=creator(actor),
        comment=f"{command.comment} ({mark})",
    )
    try:
        silence_id = monitoring.silence(wish)
    except SilenceUncertain:
        with suppress(Unavailable):
            if (made := _marked(monitoring, mark)) is not None:
                return _made(made)
        raise
    return SilenceMade(
        id=silence_id,
        matchers=[silences.written(one) for one in wish.matchers],
        ends_at=wish.ends_at,
        created_by=wish.created_by,
    )


@operation("observability.preview_unsilence")
def preview_unsilence(
    monitoring: Monitoring, *, actor: Actor, command: EndSilence
) -> Considered[UnsilencePreview]:
    """What would disturb again."""
    require(actor, Permission.OPERATIONS_MANAGE)
    found = _found(monitoring, command.silence_id)
    if found.state is SilenceState.EXPIRED:
        raise SilenceEnded("This silence is over already: nothing is left to end.")
    freed = silences.freed(found, monitoring.alerts())
    told = UnsilencePreview(
        silence=_view(found),
        frees=[_covered(one) for one in freed[:SHOWN_ALERTS]],
        frees_total=len(freed),
    )
    summary = (
        f"End the silence of alerts with {' and '.join(told.silence.matchers)}, which would last"
        f" until {found.ends_at:%Y-%m-%d %H:%M} UTC ({len(freed)} alerts disturb again)."
    )
    rests_on = (found.id, found.state, found.ends_at, *told.silence.matchers)
    return Considered(told, summary, rests_on, [])


@operation("observability.unsilence")
def unsilence(
    monitoring: Monitoring, *, actor: Actor, command: EndSilence, at: datetime
) -> SilenceMade:
    """End this silence now; one that has just ended is answered the same."""
    require(actor, Permission.OPERATIONS_MANAGE)
    found = _found(monitoring, command.silence_id)
    with suppress(SilenceEnded):
        monitoring.unsilence(found.id)
    return _made(replace(found, ends_at=min(at, found.ends_at)))


def creator(actor: Actor) -> str:
    """Who answers for a silence: the person who asks, or whoever answers for the service."""
    if actor.kind is ActorKind.USER:
        return f"user {actor.id}{BY_US}"
    service = f"service {actor.id}" if actor.id else str(actor.kind)
    return f"{actor.operator} through {service}{BY_US}" if actor.operator else service + BY_US


def _matchers(command: SilenceAlerts) -> tuple[Matcher, ...]:
    matchers = tuple(
        Matcher(one.name, one.value, one.is_regex, one.is_equal) for one in command.matchers
    )
    if problem := silences.problem(matchers):
        raise SilenceTooWide(problem, field="matchers", labels=list(silences.LABELS))
    return matchers


def _known(monitoring: Monitoring) -> tuple[list[Alert], list[str]]:
    """The alerts there are. What the alert manager holds must be known, what is pending may not."""
    held = monitoring.alerts()
    rules: Sequence[Rule] | None = None
    with suppress(Unavailable):
        rules = monitoring.rules()
    return alerts.merged(held, rules), [] if rules is not None else [PENDING_UNKNOWN]


def _mark_of(covered: Sequence[Alert]) -> list[str]:
    """Which alerts there are; that one of them begins to fire is no reason to ask again."""
    return sorted(str(sorted(one.labels.items())) for one in covered)


def _marked(monitoring: Monitoring, mark: str) -> Silence | None:
    return next((one for one in monitoring.silences() if one.comment.endswith(f"({mark})")), None)


def _found(monitoring: Monitoring, silence_id: str) -> Silence:
    found = next((one for one in monitoring.silences() if one.id == silence_id), None)
    if found is None:
        raise SilenceUnknown(
            "There is no silence with this id. Ask silences_list for those there are.",
            field="silence_id",
        )
    return found


def _covered(alert: Alert) -> str:
    """The alert in a line, as data."""
    labels = ", ".join(f'{name}="{value}"' for name, value in labels_of(alert).items())
    standing = ", ".join(filter(None, [alert.state, alerts.severity(alert)]))
    return f"{alert.name} ({standing}) {labels}".rstrip()


def _made(found: Silence) -> SilenceMade:
    return SilenceMade(
        id=found.id,
        matchers=[silences.written(one) for one in found.matchers],
        ends_at=found.ends_at,
        created_by=found.created_by,
    )


def _view(found: Silence) -> SilenceView:
    return SilenceView(
        id=found.id,
        state=found.state,
        matchers=[redacted(silences.written(one))[:LONGEST_TEXT] for one in found.matchers],
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        created_by=redacted(found.created_by)[:LONGEST_TEXT],
        comment=redacted(found.comment)[:LONGEST_TEXT],
    )
