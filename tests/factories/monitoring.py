"""Monitoring as tests wish it to be: rules, alerts, silences, and what cannot be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from instainstru_core.domains.observability.errors import SilenceEnded, SilenceUncertain
from instainstru_core.domains.observability.policy import silences as policy
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    Dashboard,
    DashboardName,
    Found,
    MonitoringKind,
    NewSilence,
    Rule,
    RuleHealth,
    Silence,
    SilenceState,
)
from instainstru_core.kernel.errors import Refusal
from tests.factories.observability import NOW


def alert(name: str, state: AlertState = AlertState.FIRING, **labels: str) -> Alert:
    return Alert(name, state, {"alertname": name, **labels}, {"summary": f"{name} is wrong"}, NOW)


def rule(name: str, *alerts: Alert, health: RuleHealth = RuleHealth.OK) -> Rule:
    return Rule(name, "tests", health, NOW - timedelta(seconds=5), alerts)


@dataclass(slots=True)
class ScriptedMonitoring:
    """Holds these alerts, and keeps silences as an alert manager does. `away` refuses."""

    held: list[Alert] = field(default_factory=list[Alert])
    ruled: list[Rule] = field(default_factory=list[Rule])
    kept: list[Silence] = field(default_factory=list[Silence])
    away: dict[str, Refusal] = field(default_factory=dict[str, Refusal])
    kind: MonitoringKind = MonitoringKind.SERVERS
    loses_answers: bool = False

    def rules(self) -> Sequence[Rule]:
        self._refuse("rules")
        return self.ruled

    def alerts(self) -> Sequence[Alert]:
        self._refuse("alerts")
        return [self._standing(one) for one in self.held]

    def silences(self) -> Sequence[Silence]:
        self._refuse("silences")
        return self.kept

    def silence(self, wish: NewSilence) -> str:
        self._refuse("silence")
        made = Silence(
            id=f"silence-{len(self.kept) + 1}",
            state=SilenceState.ACTIVE,
            matchers=wish.matchers,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            created_by=wish.created_by,
            comment=wish.comment,
        )
        self.kept.append(made)
        if self.loses_answers:
            raise SilenceUncertain("Nobody knows.")
        return made.id

    def unsilence(self, silence_id: str) -> None:
        self._refuse("unsilence")
        (place,) = [n for n, one in enumerate(self.kept) if one.id == silence_id]
        if self.kept[place].state is SilenceState.EXPIRED:
            raise SilenceEnded("It is over.")
        self.kept[place] = replace(self.kept[place], state=SilenceState.EXPIRED)

    def dashboards(self) -> Sequence[DashboardName]:
        raise NotImplementedError

    def dashboard(self, uid: str) -> Dashboard:
        raise NotImplementedError

    def instant(self, query: str, *, at: datetime) -> Found:
        raise NotImplementedError

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to give back."""

    def _refuse(self, what: str) -> None:
        if what in self.away:
            raise self.away[what]

    def _standing(self, alert: Alert) -> Alert:
        by = tuple(
            one.id
            for one in self.kept
            if one.state is SilenceState.ACTIVE and policy.fits(one.matchers, alert.labels)
        )
        return replace(alert, state=AlertState.SILENCED, silenced_by=by) if by else alert
