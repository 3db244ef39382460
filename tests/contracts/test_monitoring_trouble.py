"""What our adapters make of an Alertmanager or a Grafana that is away, closed or somebody else.

The vendor's words never get through.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stamina

from instainstru_core.adapters.careful import MAX_ANSWER_BYTES
from instainstru_core.adapters.grafana import Grafana
from instainstru_core.adapters.monitoring import Servers
from instainstru_core.domains.observability.errors import (
    AlertmanagerNotConfigured,
    AlertmanagerUnreachable,
    GrafanaNotConfigured,
    GrafanaRefused,
    GrafanaUnreachable,
    PrometheusNotConfigured,
    PrometheusUnreachable,
    SilenceRefused,
    SilenceUncertain,
)
from instainstru_core.domains.observability.ports import Monitoring
from instainstru_core.domains.observability.types import (
    Alert,
    AlertState,
    Matcher,
    NewSilence,
    Panel,
    RuleHealth,
)
from instainstru_core.kernel.errors import Refusal
from instainstru_core.runtime import DASHBOARDS
from tests.peers import Peer, Told, listening
from tests.processes import free_port

AT = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
SECRET = "hunter2 at https://user:pass@internal.example"
WISH = NewSilence(
    matchers=(Matcher("alertname", "ProcessDown"),),
    starts_at=AT,
    ends_at=AT + timedelta(hours=1),
    created_by="user 01J",
    comment="Planned restart",
)
QUESTIONS: dict[str, Callable[[Monitoring], object]] = {
    "alerts": lambda found: found.alerts(),
    "silences": lambda found: found.silences(),
    "silence": lambda found: found.silence(WISH),
    "unsilence": lambda found: found.unsilence("abc"),
    "rules": lambda found: found.rules(),
    "query": lambda found: found.instant("up", at=AT),
    "boards": lambda found: found.dashboards(),
    "board": lambda found: found.dashboard("abc"),
}
EVERYTHING = sorted(QUESTIONS)


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Retries as many, without waits between them."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def peer() -> Iterator[Peer]:
    with listening() as peer:
        yield peer


@pytest.fixture
def servers(peer: Peer) -> Iterator[Servers]:
    found = Servers(peer.url, peer.url, dashboards=DASHBOARDS)
    yield found
    found.close()


@pytest.fixture
def grafana(peer: Peer) -> Iterator[Grafana]:
    found = Grafana(peer.url, "glsa_secret", datasource="our metrics/1")
    yield found
    found.close()


def refused(ask: str, monitoring: Monitoring) -> Refusal:
    with pytest.raises(Refusal) as found:
        QUESTIONS[ask](monitoring)
    assert "hunter2" not in found.value.message + str(found.value.facts)
    assert "glsa_secret" not in found.value.message + str(found.value.facts)
    return found.value


class TestWithoutServers:
    @pytest.mark.parametrize("ask", ["alerts", "silences", "silence", "unsilence"])
    def test_the_alert_manager_is_not_configured(self, ask: str) -> None:
        refusal = refused(ask, Servers("http://127.0.0.1:1", None, dashboards=DASHBOARDS))
        assert isinstance(refusal, AlertmanagerNotConfigured)
        assert "ALERTMANAGER_URL" in refusal.message

    @pytest.mark.parametrize("ask", ["rules", "query"])
    def test_prometheus_is_not_configured(self, ask: str) -> None:
        refusal = refused(ask, Servers(None, "http://127.0.0.1:1", dashboards=DASHBOARDS))
        assert isinstance(refusal, PrometheusNotConfigured)

    @pytest.mark.parametrize("ask", EVERYTHING)
    def test_grafana_needs_a_token(self, ask: str) -> None:
        refusal = refused(ask, Grafana("http://127.0.0.1:1", None, datasource="prometheus"))
        assert isinstance(refusal, GrafanaNotConfigured)
        assert "GRAFANA_TOKEN" in refusal.message

    @pytest.mark.parametrize(
        ("ask", "refusal"),
        [
            ("alerts", AlertmanagerUnreachable),
            ("silence", AlertmanagerUnreachable),
            ("rules", PrometheusUnreachable),
            ("query", PrometheusUnreachable),
            ("boards", GrafanaUnreachable),
        ],
    )
    def test_nobody_answers(self, ask: str, refusal: type[Refusal]) -> None:
        nobody = f"http://127.0.0.1:{free_port()}"
        found = refused(ask, Grafana(nobody, "glsa_secret", datasource="prometheus"))
        assert isinstance(found, refusal)
        assert found.facts["retry_after"] == 10

    def test_dashboards_are_there_without_any_server(self, tmp_path: Path) -> None:
        assert len(Servers(None, None, dashboards=DASHBOARDS).dashboards()) == 6
        assert Servers(None, None, dashboards=tmp_path).dashboards() == ()


class TestAPrometheus:
    @pytest.mark.parametrize(
        "told",
        [
            Told(400, {"errorType": "bad_data", "error": SECRET}),
            Told(422, {"errorType": "execution", "error": SECRET}),
            Told(500, SECRET),
            Told(200, {"data": SECRET}),
            Told(200, b" " * (MAX_ANSWER_BYTES + 1)),
        ],
        ids=["bad", "not done", "broken", "other", "endless"],
    )
    def test_whose_rules_cannot_be_read_is_unknown(
        self, peer: Peer, servers: Servers, told: Told
    ) -> None:
        peer.script = [told]
        assert isinstance(refused("rules", servers), PrometheusUnreachable)


class TestAnAlertmanager:
    @pytest.mark.parametrize("ask", ["alerts", "silences"])
    @pytest.mark.parametrize(
        "told",
        [
            Told(500, SECRET),
            Told(404, SECRET),
            Told(302),
            Told(200, b"<html>hunter2</html>"),
            Told(200, [{"hunter2": 1}]),
            Told(503, SECRET),
        ],
    )
    def test_that_is_away_or_none_is_unknown(
        self, peer: Peer, servers: Servers, ask: str, told: Told
    ) -> None:
        peer.script = [told]
        assert isinstance(refused(ask, servers), AlertmanagerUnreachable)

    def test_that_refuses_a_silence_is_not_quoted(self, peer: Peer, servers: Servers) -> None:
        peer.script = [Told(400, SECRET)]
        assert isinstance(refused("silence", servers), SilenceRefused)

    @pytest.mark.parametrize("told", [Told(0), Told(504, SECRET), Told(200, {"other": SECRET})])
    def test_that_may_have_made_a_silence_is_asked_once(
        self, peer: Peer, servers: Servers, told: Told
    ) -> None:
        peer.script = [told]
        assert isinstance(refused("silence", servers), SilenceUncertain)
        assert peer.asked == ["POST /api/v2/silences"]

    def test_tells_what_it_does_about_each_alert(self, peer: Peer, servers: Servers) -> None:
        def line(state: str, **by: list[str]) -> dict[str, object]:
            status = {"state": state, "silencedBy": [], "inhibitedBy": [], **by}
            return {"labels": {}, "startsAt": "2026-06-15T14:00:00.123456789Z", "status": status}

        peer.script = [
            Told(
                200,
                [
                    line("active"),
                    line("unprocessed"),
                    line("suppressed", silencedBy=["a"], inhibitedBy=["b"]),
                    line("suppressed", inhibitedBy=["b"]),
                ],
            )
        ]
        assert [(one.state, one.silenced_by) for one in servers.alerts()] == [
            (AlertState.FIRING, ()),
            (AlertState.FIRING, ()),
            (AlertState.SILENCED, ("a",)),
            (AlertState.INHIBITED, ()),
        ]


class TestAGrafana:
    @pytest.mark.parametrize("ask", EVERYTHING)
    @pytest.mark.parametrize("status", [401, 403])
    def test_that_does_not_know_our_token_says_what_it_needs(
        self, peer: Peer, grafana: Grafana, ask: str, status: int
    ) -> None:
        peer.script = [Told(status, {"message": SECRET})]
        refusal = refused(ask, grafana)
        assert isinstance(refusal, GrafanaRefused)
        assert "GRAFANA_TOKEN" in refusal.message
        assert peer.authorizations == ["Bearer glsa_secret"]

    @pytest.mark.parametrize(
        ("ask", "refusal"),
        [
            ("alerts", AlertmanagerUnreachable),
            ("query", PrometheusUnreachable),
            ("boards", GrafanaUnreachable),
            ("board", GrafanaUnreachable),
        ],
    )
    def test_that_is_asked_too_often_says_when_to_come_back(
        self, peer: Peer, grafana: Grafana, ask: str, refusal: type[Refusal]
    ) -> None:
        peer.script = [Told(429, {"message": SECRET}, {"Retry-After": "42"})]
        found = refused(ask, grafana)
        assert isinstance(found, refusal)
        assert found.facts["retry_after"] == 42

    @pytest.mark.parametrize("ask", ["boards", "board"])
    @pytest.mark.parametrize("body", [b"<html>hunter2</html>", b"[1]", b"{}"])
    def test_that_is_none_is_unknown(
        self, peer: Peer, grafana: Grafana, ask: str, body: bytes
    ) -> None:
        peer.script = [Told(200, body)]
        assert isinstance(refused(ask, grafana), GrafanaUnreachable)

    def test_is_asked_for_our_data_source(self, peer: Peer, grafana: Grafana) -> None:
        peer.script = [Told(404, {"message": SECRET})]
        assert isinstance(refused("query", grafana), PrometheusUnreachable)
        assert peer.asked == [
            "POST /api/datasources/proxy/uid/our%20metrics%2F1/api/v1/query",
        ]

    def test_tells_rules_in_its_own_words(self, peer: Peer, grafana: Grafana) -> None:
        def rule(name: str, *states: str, health: str = "ok") -> dict[str, object]:
            alerts: list[dict[str, object]] = [
                {"state": state, "labels": {"n": state}, "activeAt": "2026-06-15T14:00:00Z"}
                for state in states
            ]
            return {"name": name, "type": "alerting", "health": health, "alerts": alerts}

        rules: list[dict[str, object]] = [
            rule("a", "Alerting", "Normal", "Pending"),
            rule("b", "NoData"),
            rule("c", "Normal (NoData)", "Recovering"),
            rule("d", health="error"),
            rule("e", health="nodata"),
            rule("f", health="unknown"),
            {"name": "recorded", "type": "recording", "health": "ok"},
        ]
        peer.script = [Told(200, {"data": {"groups": [{"name": "g", "rules": rules}]}})]
        found = {one.name: one for one in grafana.rules()}
        assert {name: one.health for name, one in found.items()} == {
            "a": RuleHealth.OK,
            "b": RuleHealth.FAILING,
            "c": RuleHealth.OK,
            "d": RuleHealth.FAILING,
            "e": RuleHealth.FAILING,
            "f": RuleHealth.UNKNOWN,
        }
        assert found["a"].alerts == (
            Alert("a", AlertState.FIRING, {"n": "Alerting"}, {}, AT),
            Alert("a", AlertState.PENDING, {"n": "Pending"}, {}, AT),
        )
        assert [one.state for one in found["c"].alerts] == [AlertState.FIRING]
        assert found["a"].evaluated_at is None

    @pytest.mark.parametrize(
        ("base", "path", "url"),
        [
            ("", "/d/a/b", "/d/a/b"),
            ("/grafana", "/grafana/d/a/b", "/grafana/d/a/b"),
            ("/grafana/", "/d/a/b", "/grafana/d/a/b"),
        ],
    )
    def test_says_where_people_open_a_dashboard(
        self, peer: Peer, base: str, path: str, url: str
    ) -> None:
        peer.script = [Told(200, [{"uid": "a", "title": "A", "url": path, "tags": ["x"]}])]
        grafana = Grafana(f"{peer.url}{base}", "glsa_secret", datasource="prometheus")
        (found,) = grafana.dashboards()
        assert found.url == f"{peer.url}{url}"
        grafana.close()

    def test_shows_panels_of_old_and_strange_dashboards(self, peer: Peer, grafana: Grafana) -> None:
        inner: dict[str, object] = {
            "id": 3,
            "title": "In a row",
            "type": "stat",
            "targets": [{"query": "select 1"}],
        }
        board: dict[str, object] = {
            "uid": "a",
            "title": "A",
            "panels": [
                {"id": 1, "type": "row", "title": "Row", "panels": [inner]},
                {"id": 2, "type": "text", "datasource": None},
                {"id": 4, "type": "graph", "datasource": "Prometheus", "targets": [{"expr": "up"}]},
                {"id": 5, "type": "graph", "datasource": {"type": "loki"}, "targets": [{}]},
                {"type": "graph", "datasource": {"uid": "$source", "type": "prometheus"}},
            ],
            "rows": [{"panels": [{"id": 6, "type": "graph", "title": "Old"}]}],
        }
        peer.script = [Told(200, {"meta": {}, "dashboard": board})]
        assert grafana.dashboard("a").panels == (
            Panel(3, "In a row", "stat", None, None, ("select 1",)),
            Panel(2, "", "text", None, None, ()),
            Panel(4, "", "graph", None, "Prometheus", ("up",)),
            Panel(5, "", "graph", None, "loki", ()),
            Panel(0, "", "graph", None, "$source", ()),
            Panel(6, "Old", "graph", None, None, ()),
        )
