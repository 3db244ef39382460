"""Every alert once, in people's words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from instainstru_core.domains.observability.policy import alerts
from instainstru_core.domains.observability.types import AlertState, RuleHealth
from tests.factories.monitoring import alert, rule
from tests.factories.observability import NOW

FIRING, PENDING = AlertState.FIRING, AlertState.PENDING
SILENCED, INHIBITED = AlertState.SILENCED, AlertState.INHIBITED


class TestWords:
    @pytest.mark.parametrize(
        ("word", "state"),
        [
            ("firing", FIRING),
            ("active", FIRING),
            (" Alerting ", FIRING),
            ("pending", PENDING),
            ("silenced", SILENCED),
            ("suppressed", SILENCED),
            ("MUTED", SILENCED),
            ("inhibited", INHIBITED),
        ],
    )
    def test_of_people_and_vendors_mean_our_states(self, word: str, state: AlertState) -> None:
        assert alerts.word_for(word) == state

    @pytest.mark.parametrize("word", ["all", " Any "])
    def test_for_all_of_them_name_none(self, word: str) -> None:
        assert alerts.word_for(word) is None

    def test_that_mean_nothing_stay_as_they_are(self) -> None:
        assert alerts.word_for("Broken") == "broken"


class TestMerged:
    def test_an_alert_that_is_held_is_not_told_twice(self) -> None:
        held = alert("Down", SILENCED, role="api", cluster="added on the way")
        ruled = rule("Down", alert("Down", FIRING, role="api"))
        assert alerts.merged([held], [ruled]) == [held]

    def test_labels_that_grafana_adds_do_not_count(self) -> None:
        held = alert("Down", FIRING, role="api")
        added = {"__alert_rule_uid__": "x", "grafana_folder": "y"}
        ruled = rule("Down", alert("Down", FIRING, role="api", **added))
        assert alerts.merged([held], [ruled]) == [held]

    def test_a_sibling_of_one_that_is_held_is_told(self) -> None:
        held, other = alert("Down", role="api"), alert("Down", role="worker")
        ruled = rule("Down", alert("Down", role="api"), other)
        assert alerts.merged([held], [ruled]) == [held, other]

    def test_what_is_pending_comes_from_the_rules(self) -> None:
        pending = alert("Slow", PENDING)
        assert alerts.merged([], [rule("Slow", pending)]) == [pending]

    def test_without_the_alert_manager_the_rules_tell_what_fires(self) -> None:
        firing = alert("Down")
        assert alerts.merged(None, [rule("Down", firing)]) == [firing]

    def test_without_rules_the_alert_manager_tells_what_it_holds(self) -> None:
        held = alert("Down")
        assert alerts.merged([held], None) == [held]

    def test_the_gravest_come_first(self) -> None:
        early = NOW - timedelta(hours=1)
        wanted = [
            replace(alert("B", FIRING, severity="critical"), since=early),
            alert("A", FIRING, severity="critical"),
            alert("A", FIRING, severity="warning"),
            alert("A", FIRING, severity="page"),
            alert("B", FIRING),
            alert("A", PENDING, severity="critical"),
            alert("A", SILENCED, severity="critical"),
            alert("A", INHIBITED, severity="critical"),
        ]
        assert alerts.merged(wanted[::-1], []) == wanted


class TestUnheard:
    def test_is_what_fires_while_the_alert_manager_knows_nothing_of_it(self) -> None:
        rules = [
            rule("Down", alert("Down", FIRING, role="api"), alert("Down", FIRING, role="mcp")),
            rule("Slow", alert("Slow", FIRING)),
            rule("Long", alert("Long", PENDING)),
        ]
        silenced = alert("Down", SILENCED, role="api")
        assert alerts.unheard([silenced], rules) == ["Down", "Slow"]
        assert alerts.unheard([alert("Down", role="mcp"), silenced, alert("Slow")], rules) == []


class TestRules:
    def test_that_cannot_be_evaluated_are_named(self) -> None:
        rules = [
            rule("Fine"),
            rule("Broken", health=RuleHealth.FAILING),
            rule("New", health=RuleHealth.UNKNOWN),
        ]
        assert alerts.failing(rules) == ["Broken"]

    @pytest.mark.parametrize(
        ("ago", "is_stale"),
        [
            (timedelta(0), False),
            (timedelta(minutes=5), False),
            (timedelta(minutes=5, microseconds=1), True),
            (None, True),
        ],
    )
    def test_that_were_not_evaluated_of_late_are_stale(
        self, ago: timedelta | None, *, is_stale: bool
    ) -> None:
        found = replace(rule("R"), evaluated_at=None if ago is None else NOW - ago)
        assert alerts.stale([found], now=NOW) == (["R"] if is_stale else [])
