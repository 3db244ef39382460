"""What is wrong, and what nobody can know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.errors import (
    AlertmanagerNotConfigured,
    AlertmanagerUnreachable,
    PrometheusUnreachable,
)
from instainstru_core.domains.observability.flows import alerts as flow
from instainstru_core.domains.observability.schemas.alerts import AlertsView, ListAlerts
from instainstru_core.domains.observability.types import AlertState, RuleHealth
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from tests.factories.monitoring import ScriptedMonitoring, alert, rule
from tests.factories.observability import NOW

AWAY = AlertmanagerUnreachable("Alertmanager is away.")
NOT_SET = AlertmanagerNotConfigured("No Alertmanager is configured.")
NO_RULES = PrometheusUnreachable("Prometheus is away.")


def listed(monitoring: ScriptedMonitoring, **wishes: object) -> Report[AlertsView]:
    command = ListAlerts.model_validate(wishes)
    return flows.alerts_list(monitoring, actor=SYSTEM, command=command, at=NOW)


def some() -> ScriptedMonitoring:
    down = alert("ProcessDown", role="worker", severity="critical")
    return ScriptedMonitoring(
        held=[down, replace(alert("HttpSlow"), state=AlertState.INHIBITED)],
        ruled=[
            rule("ProcessDown", down),
            rule("HttpErrors", alert("HttpErrors", AlertState.PENDING, severity="critical")),
            rule("QueueLong"),
        ],
    )


class TestTheList:
    def test_tells_every_state_and_how_many_there_are(self) -> None:
        report = listed(some())
        assert [(one.name, one.state) for one in report.data.alerts] == [
            ("ProcessDown", AlertState.FIRING),
            ("HttpErrors", AlertState.PENDING),
            ("HttpSlow", AlertState.INHIBITED),
        ]
        found = report.data
        assert (found.firing, found.pending, found.silenced, found.inhibited) == (1, 1, 0, 1)
        assert (found.rules, found.failing_rules) == (3, [])
        assert (report.total, report.warnings) == (3, [])

    @pytest.mark.parametrize(
        ("wishes", "names"),
        [
            ({"state": "firing"}, ["ProcessDown"]),
            ({"state": "pending"}, ["HttpErrors"]),
            ({"state": "silenced"}, []),
            ({"severity": "critical"}, ["ProcessDown", "HttpErrors"]),
            ({"severity": "critical", "state": "pending"}, ["HttpErrors"]),
            ({"severity": "crit"}, []),
        ],
    )
    def test_can_be_narrowed_while_counts_stay_whole(
        self, wishes: dict[str, object], names: list[str]
    ) -> None:
        report = listed(some(), **wishes)
        assert [one.name for one in report.data.alerts] == names
        assert (report.total, report.data.firing, report.data.pending) == (len(names), 1, 1)

    def test_says_what_an_alert_is_about_without_addresses(self) -> None:
        one = replace(
            alert("ProcessDown", role="worker", severity="critical", __rule__="x"),
            annotations={"summary": "Ask jonas@example.org", "runbook": "docs/runbooks/a.md"},
            silenced_by=("s1",),
        )
        (found,) = listed(ScriptedMonitoring(held=[one], ruled=[rule("ProcessDown")])).data.alerts
        assert (found.severity, found.since) == ("critical", NOW)
        assert (found.summary, found.runbook) == ("Ask j…@example.org", "docs/runbooks/a.md")
        assert (found.labels, found.silenced_by) == ({"role": "worker"}, ["s1"])

    def test_shows_as_many_as_asked_for(self) -> None:
        monitoring = ScriptedMonitoring(held=[alert("A", n=str(n)) for n in range(5)])
        report = listed(monitoring, limit=2)
        assert (len(report.data.alerts), report.total, report.data.firing) == (2, 5, 5)

    def test_is_not_for_everybody(self) -> None:
        with pytest.raises(PermissionMissing):
            flows.alerts_list(some(), actor=ANONYMOUS, command=ListAlerts(), at=NOW)

    @pytest.mark.parametrize("wishes", [{"state": "broken"}, {"limit": 0}, {"limit": 101}])
    def test_takes_no_nonsense(self, wishes: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            listed(some(), **wishes)


class TestWhatIsUnknown:
    @pytest.mark.parametrize("refusal", [AWAY, NOT_SET])
    def test_is_what_is_silenced_without_the_alert_manager(
        self, refusal: AlertmanagerUnreachable
    ) -> None:
        monitoring = some()
        monitoring.away = {"alerts": refusal}
        report = listed(monitoring)
        assert [one.name for one in report.data.alerts] == ["ProcessDown", "HttpErrors"]
        found = report.data
        assert (found.firing, found.pending, found.silenced, found.inhibited) == (1, 1, None, None)
        assert report.warnings == [flow.NO_SILENCES, refusal.message]

    def test_is_what_is_pending_without_the_rules(self) -> None:
        monitoring = some()
        monitoring.away = {"rules": NO_RULES}
        report = listed(monitoring)
        assert (report.data.firing, report.data.pending, report.data.rules) == (1, None, None)
        assert report.warnings == [flow.NO_RULES_KNOWN, NO_RULES.message]

    def test_is_everything_without_both(self) -> None:
        monitoring = ScriptedMonitoring(away={"alerts": AWAY, "rules": NO_RULES})
        with pytest.raises(AlertmanagerUnreachable):
            listed(monitoring)

    def test_is_everything_without_any_rule(self) -> None:
        assert listed(ScriptedMonitoring()).warnings == [flow.NO_RULES]

    def test_is_a_rule_that_cannot_be_evaluated(self) -> None:
        monitoring = ScriptedMonitoring(
            ruled=[rule(f"R{n}", health=RuleHealth.FAILING) for n in range(7)]
        )
        report = listed(monitoring)
        assert report.data.failing_rules == [f"R{n}" for n in range(7)]
        assert report.warnings == [f"{flow.NO_VERDICT}: R0, R1, R2, R3, R4 and 2 more."]

    def test_to_everybody_is_what_the_alert_manager_does_not_hold(self) -> None:
        monitoring = some()
        monitoring.held = []
        report = listed(monitoring)
        assert (report.data.firing, report.data.silenced) == (1, 0)
        assert report.warnings == [
            "These fire, but the alert manager does not hold them, so nobody is told: ProcessDown."
        ]

    def test_is_a_rule_that_nobody_evaluates_any_more(self) -> None:
        old = replace(rule("Old"), evaluated_at=NOW - timedelta(minutes=6))
        assert listed(ScriptedMonitoring(ruled=[old, rule("New")])).warnings == [
            "These rules were not evaluated in the last 5 minutes, so they are unknown: Old."
        ]
