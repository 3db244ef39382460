"""Alerts: what fires, what is about to, what is silenced, and what nobody can know."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from instainstru_core.domains.observability.policy import alerts as policy
from instainstru_core.domains.observability.ports import Monitoring
from instainstru_core.domains.observability.schemas.alerts import AlertsView, AlertView, ListAlerts
from instainstru_core.domains.observability.types import Alert, AlertState, Rule
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.measure import operation

LONGEST_SUMMARY = 300
SHOWN_LABELS = 12
NAMED_RULES = 5
SHOWN_RULES = 20
NO_SILENCES = (
    "Nobody can say which of these are silenced: the alert manager gave no answer. Firing alerts"
    " are told by their rules."
)
NO_RULES_KNOWN = (
    "Nobody can say what is pending, or whether all rules work: the rules could not be read."
)
NO_VERDICT = "These rules have no data or cannot be evaluated, so they are unknown"
NO_RULES = "There are no alert rules: nothing would ever fire, whatever happens."

Read = TypeVar("Read")


@operation("observability.alerts_list")
def alerts_list(
    monitoring: Monitoring, *, actor: Actor, command: ListAlerts, at: datetime
) -> Report[AlertsView]:
    """The alerts there are. What a source cannot tell is unknown, never fine."""
    require(actor, Permission.OPERATIONS_READ)
    held, refusal = _tried(monitoring.alerts)
    rules, other = _tried(monitoring.rules)
    if held is None and rules is None and refusal is not None:
        raise refusal
    known = policy.merged(held, rules)
    wanted = [one for one in known if _is_wanted(one, command)]
    shown = wanted[: command.limit]
    view = AlertsView(
        alerts=[_view(one) for one in shown],
        firing=_count(known, AlertState.FIRING),
        pending=_count(known, AlertState.PENDING) if rules is not None else None,
        silenced=_count(known, AlertState.SILENCED) if held is not None else None,
        inhibited=_count(known, AlertState.INHIBITED) if held is not None else None,
        rules=len(rules) if rules is not None else None,
        failing_rules=policy.failing(rules or [])[:SHOWN_RULES],
    )
    warnings = _warnings(held, rules, at)
    warnings += [one.message for one in (refusal, other) if one is not None]
    return Report(data=view, total=len(wanted), warnings=warnings)


def _tried(read: Callable[[], Sequence[Read]]) -> tuple[Sequence[Read] | None, Unavailable | None]:
    """What a source tells; None where it cannot be asked, and why."""
    try:
        return read(), None
    except Unavailable as refusal:
        return None, refusal


def _is_wanted(alert: Alert, command: ListAlerts) -> bool:
    if command.state is not None and alert.state is not command.state:
        return False
    return command.severity is None or policy.severity(alert) == command.severity


def _count(known: Sequence[Alert], state: AlertState) -> int:
    return sum(one.state is state for one in known)


def _warnings(
    held: Sequence[Alert] | None, rules: Sequence[Rule] | None, at: datetime
) -> list[str]:
    warnings = [NO_SILENCES] if held is None else []
    if rules is None:
        return [*warnings, NO_RULES_KNOWN]
    if not rules:
        return [*warnings, NO_RULES]
    if held is not None and (unheard := policy.unheard(held, rules)):
        warnings.append(
            f"These fire, but the alert manager does not hold them, so nobody is told:"
            f" {_some(unheard)}."
        )
    if broken := policy.failing(rules):
        warnings.append(f"{NO_VERDICT}: {_some(broken)}.")
    if old := policy.stale(rules, now=at):
        warnings.append(
            f"These rules were not evaluated in the last 5 minutes, so they are unknown:"
            f" {_some(old)}."
        )
    return warnings


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED_RULES} more" if len(names) > NAMED_RULES else ""
    return ", ".join(names[:NAMED_RULES]) + more


def _view(alert: Alert) -> AlertView:
    summary = alert.annotations.get("summary")
    runbook = alert.annotations.get("runbook") or alert.annotations.get("runbook_url")
    return AlertView(
        name=alert.name,
        state=alert.state,
        severity=policy.severity(alert),
        summary=redacted(summary)[:LONGEST_SUMMARY] if summary else None,
        since=alert.since,
        labels=labels_of(alert),
        silenced_by=list(alert.silenced_by),
        runbook=runbook[:LONGEST_SUMMARY] if runbook else None,
    )


def labels_of(alert: Alert) -> dict[str, str]:
    """The labels that tell it from others, without what Grafana keeps for itself."""
    told = {
        name: redacted(value)[:LONGEST_SUMMARY]
        for name, value in sorted(alert.labels.items())
        if not name.startswith("__") and name not in {"alertname", "severity"}
    }
    return dict(list(told.items())[:SHOWN_LABELS])
