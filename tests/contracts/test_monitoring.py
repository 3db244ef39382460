"""Grafana's shapes, and Prometheus and Alertmanager themselves, say the same through our port.

Behind both stand the same real Prometheus and Alertmanager.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from devstack.grafana_simulator.server import SimulatorServer
from devstack.grafana_simulator.simulator import Simulator
from instainstru_core.adapters.grafana import Grafana
from instainstru_core.adapters.monitoring import Servers
from instainstru_core.domains.observability.errors import (
    DashboardUnknown,
    QueryInvalid,
    SilenceEnded,
    SilenceRefused,
    SilenceUnknown,
)
from instainstru_core.domains.observability.ports import Monitoring
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    Matcher,
    MonitoringKind,
    NewSilence,
    RuleHealth,
    Silence,
    SilenceState,
)
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import DASHBOARDS
from tests import monitors as real
from tests.monitors import Monitors

TOKEN = "glsa_of_this_test"
NOBODY = "00000000-0000-0000-0000-000000000000"

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def monitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitors]:
    with real.running(tmp_path_factory.mktemp("monitors")) as found:
        yield found


@pytest.fixture(scope="module")
def simulator(monitors: Monitors) -> Iterator[SimulatorServer]:
    simulator = Simulator(
        TOKEN,
        prometheus_url=monitors.prometheus_url,
        alertmanager_url=monitors.alertmanager_url,
        dashboards=DASHBOARDS,
    )
    with SimulatorServer(simulator) as server:
        yield server


@pytest.fixture(params=[MonitoringKind.SERVERS, MonitoringKind.GRAFANA])
def monitoring(
    request: pytest.FixtureRequest, monitors: Monitors, simulator: SimulatorServer
) -> Iterator[Monitoring]:
    found: Monitoring = Servers(
        monitors.prometheus_url, monitors.alertmanager_url, dashboards=DASHBOARDS
    )
    if request.param is MonitoringKind.GRAFANA:
        found = Grafana(simulator.url, TOKEN, datasource="prometheus")
    assert found.kind is request.param
    yield found
    found.close()


def wish(*, role: str, minutes: int = 5) -> NewSilence:
    now = utc_now()
    return NewSilence(
        matchers=(
            Matcher("alertname", "Wished"),
            Matcher("role", f"{role}|other", is_regex=True),
            Matcher("severity", "info", is_equal=False),
        ),
        starts_at=now,
        ends_at=now + timedelta(minutes=minutes),
        created_by="user 01J (InstaInstru copilot)",
        comment='Planned: "restart"',
    )


def alert_of(monitoring: Monitoring, role: str) -> Alert:
    (found,) = [
        one
        for one in monitoring.alerts()
        if one.name == "Wished" and one.labels.get("role") == role
    ]
    return found


def silence_of(monitoring: Monitoring, silence_id: str) -> Silence:
    (found,) = [one for one in monitoring.silences() if one.id == silence_id]
    return found


class TestQueries:
    def test_give_numbers_and_what_is_none(self, monitoring: Monitoring) -> None:
        now = utc_now()
        for query, value, reason in (
            ("vector(1.5)", 1.5, None),
            ("vector(0) / 0", None, "NaN"),
            ("vector(1) / 0", None, "+Inf"),
            ("vector(-1) / 0", None, "-Inf"),
        ):
            (point,) = monitoring.instant(query, at=now).series[0].points
            assert (point.value, point.reason) == (value, reason)
        assert monitoring.instant("there_is_no_such_series", at=now).series == ()

    def test_give_a_course(self, monitoring: Monitoring) -> None:
        end = utc_now()
        found = monitoring.range(
            "vector(7)", start=end - timedelta(minutes=2), end=end, step_seconds=60
        )
        assert [point.value for point in found.series[0].points] == [7.0] * 3

    def test_tell_where_a_mistake_is(self, monitoring: Monitoring) -> None:
        with pytest.raises(QueryInvalid) as refused:
            monitoring.instant("sum(up))", at=utc_now())
        assert refused.value.facts["line"] == 1


class TestAlerts:
    def test_of_rules_fire_or_are_pending_and_a_broken_rule_is_known(
        self, monitoring: Monitoring
    ) -> None:
        rules = {rule.name: rule for rule in monitoring.rules()}
        assert {name: rule.health for name, rule in rules.items()} == {
            "AlwaysFiring": RuleHealth.OK,
            "AlwaysPending": RuleHealth.OK,
            "NeverFiring": RuleHealth.OK,
            "NeverKnown": RuleHealth.FAILING,
        }
        assert {rule.group for rule in rules.values()} == {"wished"}
        states = {name: [one.state for one in rule.alerts] for name, rule in rules.items()}
        assert states == {
            "AlwaysFiring": [AlertState.FIRING],
            "AlwaysPending": [AlertState.PENDING],
            "NeverFiring": [],
            "NeverKnown": [],
        }
        now = utc_now()
        for rule in rules.values():
            assert rule.evaluated_at is not None
            assert timedelta(0) <= now - rule.evaluated_at < timedelta(seconds=30)

    def test_are_held_with_their_labels(self, monitoring: Monitoring) -> None:
        (found,) = [one for one in monitoring.alerts() if one.name == "AlwaysFiring"]
        assert found.state is AlertState.FIRING
        ours = {"alertname": "AlwaysFiring", "severity": "critical", "role": "worker"}
        assert ours.items() <= found.labels.items()
        assert (found.labels == ours) is (monitoring.kind is MonitoringKind.SERVERS)
        assert found.annotations["summary"] == "It fires: ask jonas@example.org"
        assert found.since <= utc_now()

    def test_are_silenced_and_unsilenced(self, monitoring: Monitoring, monitors: Monitors) -> None:
        role = f"role-{monitoring.kind}"
        monitors.alert("Wished", role=role)
        assert alert_of(monitoring, role).state is AlertState.FIRING
        wished = wish(role=role)
        silence_id = monitoring.silence(wished)
        silenced = alert_of(monitoring, role)
        assert (silenced.state, silenced.silenced_by) == (AlertState.SILENCED, (silence_id,))
        kept = silence_of(monitoring, silence_id)
        assert kept.state is SilenceState.ACTIVE
        assert sorted(kept.matchers, key=lambda one: one.name) == list(wished.matchers)
        assert (kept.created_by, kept.comment) == (wished.created_by, wished.comment)
        assert abs(kept.ends_at - wished.ends_at) < timedelta(milliseconds=1)
        monitoring.unsilence(silence_id)
        assert alert_of(monitoring, role).state is AlertState.FIRING
        assert silence_of(monitoring, silence_id).state is SilenceState.EXPIRED
        with pytest.raises(SilenceEnded):
            monitoring.unsilence(silence_id)

    def test_are_not_silenced_by_what_makes_no_sense(self, monitoring: Monitoring) -> None:
        wished = wish(role="x")
        with pytest.raises(SilenceRefused):
            monitoring.silence(replace(wished, ends_at=wished.starts_at - timedelta(hours=1)))
        assert not any(one.name == "Wished" and "x" in one.labels for one in monitoring.alerts())

    @pytest.mark.parametrize("silence_id", [NOBODY, "no-id-at-all"])
    def test_are_not_unsilenced_by_an_unknown_id(
        self, monitoring: Monitoring, silence_id: str
    ) -> None:
        with pytest.raises(SilenceUnknown):
            monitoring.unsilence(silence_id)


class TestDashboards:
    def test_are_those_kept_as_files(self, monitoring: Monitoring) -> None:
        found = monitoring.dashboards()
        assert [one.title for one in found] == [
            "API",
            "Copilot",
            "Money pipeline",
            "Processes",
            "Search",
            "Worker",
        ]
        money = found[2]
        assert (money.uid, money.tags) == ("instainstru-money", ("instainstru", "money"))
        assert (money.folder, money.url is None) == (
            (None, True) if monitoring.kind is MonitoringKind.SERVERS else ("InstaInstru", False)
        )

    def test_show_their_panels_but_not_their_rows(self, monitoring: Monitoring) -> None:
        found = monitoring.dashboard("instainstru-processes")
        assert (found.uid, found.title) == ("instainstru-processes", "Processes")
        assert [(one.title, one.kind, one.datasource) for one in found.panels] == [
            ("Scraped", "timeseries", "prometheus"),
            ("Readable", "timeseries", "prometheus"),
            ("Memory", "timeseries", "prometheus"),
            ("Processor", "timeseries", "prometheus"),
        ]
        assert found.panels[1].queries == (
            "instainstru_exporter_database_up",
            "instainstru_exporter_broker_up",
        )

    @pytest.mark.parametrize("uid", ["nobody-knows-it", "../../admin"])
    def test_that_are_not_there_are_refused(self, monitoring: Monitoring, uid: str) -> None:
        with pytest.raises(DashboardUnknown):
            monitoring.dashboard(uid)
