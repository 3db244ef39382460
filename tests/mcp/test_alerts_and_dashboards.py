"""The copilot asks a real Prometheus and a real Alertmanager, by themselves and behind Grafana."""

import base64
import json
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ImageContent, TextContent
from pydantic import SecretStr

from devstack.grafana_simulator.server import SimulatorServer
from devstack.grafana_simulator.simulator import Simulator
from instainstru_core import runtime as composition
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import DASHBOARDS, Runtime
from mcp_server import charts
from tests import monitors as real
from tests.conftest import settings_for
from tests.databases import ServerUrls, clone
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token
from tests.monitors import Monitors

TOKEN = "glsa_of_this_test"
CLIENT = "ops"

pytestmark = pytest.mark.stack


@dataclass(frozen=True, slots=True)
class Watch:
    """A copilot that reads, one that may also change things, and the servers they ask."""

    runtime: Runtime
    monitors: Monitors
    reader: Copilot
    copilot: Copilot

    def entries(self, action: str) -> list[AuditEntryView]:
        with self.runtime.begin(SYSTEM) as uow:
            return audit.search(uow, AuditFilters(action=action), limit=20).items


@pytest.fixture(scope="module")
def monitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitors]:
    with real.running(tmp_path_factory.mktemp("monitors")) as found:
        yield found


@pytest.fixture(scope="module")
def grafana(monitors: Monitors) -> Iterator[str]:
    simulator = Simulator(
        TOKEN,
        prometheus_url=monitors.prometheus_url,
        alertmanager_url=monitors.alertmanager_url,
        dashboards=DASHBOARDS,
    )
    with SimulatorServer(simulator) as server:
        yield server.url


def connected(url: str, scope: str) -> AbstractContextManager[Copilot]:
    claims = {"sub": CLIENT, "client_id": CLIENT, "scope": scope}
    return Copilot(url, token(worlds.signing_key(), at=utc_now(), **claims)).connected()


def watching(
    servers: ServerUrls, signing_key_file: Path, monitors: Monitors, **given: Any
) -> Generator[Watch]:
    with clone(servers) as database_url:
        known = {
            "oauth_issuer": worlds.ISSUER,
            "oauth_audience": worlds.AUDIENCE,
            "oauth_signing_key_file": signing_key_file,
        }
        settings = settings_for(database_url, servers).model_copy(update=known | given)
        runtime = composition.build(settings)
        with (
            worlds.serving(runtime) as url,
            connected(url, "mcp:read") as reader,
            connected(url, "mcp:read mcp:write") as copilot,
        ):
            yield Watch(runtime, monitors, reader, copilot)
        runtime.close()


@pytest.fixture(scope="module", params=["alertmanager", "grafana"])
def watch(
    request: pytest.FixtureRequest,
    servers: ServerUrls,
    signing_key_file: Path,
    monitors: Monitors,
    grafana: str,
) -> Iterator[Watch]:
    given: dict[str, dict[str, Any]] = {
        "alertmanager": {
            "prometheus_url": monitors.prometheus_url,
            "alertmanager_url": monitors.alertmanager_url,
        },
        "grafana": {"grafana_url": grafana, "grafana_token": SecretStr(TOKEN)},
    }
    yield from watching(servers, signing_key_file, monitors, **given[request.param])


@pytest.fixture(scope="module")
def blind(servers: ServerUrls, signing_key_file: Path, monitors: Monitors) -> Iterator[Watch]:
    """A copilot without any monitoring."""
    none = {"prometheus_url": None, "alertmanager_url": None}
    yield from watching(servers, signing_key_file, monitors, **none)


def is_grafana(watch: Watch) -> bool:
    return watch.runtime.settings.grafana_url is not None


def folder(watch: Watch) -> dict[str, str]:
    """The label that Grafana adds."""
    return {"grafana_folder": "InstaInstru"} if is_grafana(watch) else {}


def in_a_line(watch: Watch, state: str, role: str) -> str:
    added = "".join(f'{name}="{value}", ' for name, value in folder(watch).items())
    return f'Wished ({state}, warning) {added}role="{role}"'


def known(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The alerts of the rules, without those that tests add."""
    return [
        (one["name"], one["state"])
        for one in answer["data"]["alerts"]
        if one["name"].startswith("Always")
    ]


class TestAlertsList:
    def test_tells_what_fires_what_is_pending_and_what_is_unknown(self, watch: Watch) -> None:
        answer = watch.reader.ask("alerts_list")
        assert known(answer) == [("AlwaysFiring", "firing"), ("AlwaysPending", "pending")]
        data = answer["data"]
        assert (data["pending"], data["rules"]) == (1, 4)
        assert data["failing_rules"] == ["NeverKnown"]
        assert answer["warnings"] == [
            "These rules have no data or cannot be evaluated, so they are unknown: NeverKnown."
        ]
        assert answer["source"] == ("grafana" if is_grafana(watch) else "alertmanager")
        assert answer["total"] == len(data["alerts"])
        assert not answer["truncated"]

    def test_tells_all_of_an_alert(self, watch: Watch) -> None:
        (found,) = [
            one
            for one in watch.copilot.ask("alerts_list", severity="critical")["data"]["alerts"]
            if one["name"] == "AlwaysFiring"
        ]
        assert timedelta(0) < utc_now() - datetime.fromisoformat(found.pop("since"))
        assert found == {
            "name": "AlwaysFiring",
            "state": "firing",
            "severity": "critical",
            "summary": "It fires: ask j…@example.org",
            "labels": folder(watch) | {"role": "worker"},
            "silenced_by": [],
            "runbook": "docs/runbooks/workers.md",
        }

    @pytest.mark.parametrize(
        ("word", "names"),
        [
            ("firing", [("AlwaysFiring", "firing")]),
            ("active", [("AlwaysFiring", "firing")]),
            ("Alerting", [("AlwaysFiring", "firing")]),
            ("pending", [("AlwaysPending", "pending")]),
            ("suppressed", []),
            ("inhibited", []),
            ("all", [("AlwaysFiring", "firing"), ("AlwaysPending", "pending")]),
        ],
    )
    def test_understands_the_words_of_people_and_vendors(
        self, watch: Watch, word: str, names: list[tuple[str, str]]
    ) -> None:
        assert known(watch.copilot.ask("alerts_list", state=word)) == names

    def test_refuses_a_word_that_means_nothing(self, watch: Watch) -> None:
        error = watch.copilot.refused("alerts_list", state="broken")
        assert error["code"] == "tool.bad_arguments"
        assert "'firing', 'pending', 'silenced' or 'inhibited'" in error["message"]


class TestTheOverview:
    def test_is_critical_while_a_critical_alert_fires(self, watch: Watch) -> None:
        data = watch.reader.ask("health_overview")["data"]
        assert data["sections"]["alerts"] == "critical"
        figures = {one["check"]: one["value"] for one in data["checks"]}
        assert figures["alerts_firing_critical"] >= 1  # others of this module may add some

    def test_does_not_know_without_monitoring(self, blind: Watch) -> None:
        data = blind.reader.ask("health_overview")["data"]
        assert data["sections"]["alerts"] == "unknown"


class TestSilencing:
    def test_an_alert_from_its_preview_to_its_end(self, watch: Watch) -> None:
        role = f"role-{watch.runtime.monitoring.kind}"
        watch.monitors.alert("Wished", role=role, severity="warning")
        copilot = watch.copilot
        wishes: dict[str, Any] = {
            "matchers": [
                {"name": "alertname", "value": "Wished"},
                {"name": "role", "value": role},
            ],
            "duration_minutes": 60,
            "comment": "Planned restart",
        }
        proposed = copilot.ask("alert_silence", **wishes)
        data = proposed["data"]
        assert data["summary"] == (
            f'Silence alerts with alertname="Wished" and role="{role}" for 60 minutes (1 fit now):'
            " Planned restart."
        )
        assert data["preview"] == {
            "matchers": ['alertname="Wished"', f'role="{role}"'],
            "duration_minutes": 60,
            "created_by": f"service {CLIENT} (InstaInstru copilot)",
            "comment": "Planned restart",
            "covers": [in_a_line(watch, "firing", role)],
            "covers_total": 1,
        }
        assert state_of(copilot, role) == "firing"
        (action,) = proposed["next_actions"]
        assert action["tool"] == "instainstru_alert_silence_execute"
        before = utc_now()
        made = copilot.ask(action["tool"], **action["arguments"])["data"]
        ends_at = datetime.fromisoformat(made["result"]["ends_at"])
        assert before < ends_at - timedelta(minutes=60) < utc_now()
        silence_id = made["result"]["id"]
        assert made == {
            "replayed": False,
            "result": {
                "id": silence_id,
                "matchers": ['alertname="Wished"', f'role="{role}"'],
                "ends_at": made["result"]["ends_at"],
                "created_by": f"service {CLIENT} (InstaInstru copilot)",
            },
        }
        again = copilot.ask(action["tool"], **action["arguments"])["data"]
        assert (again["replayed"], again["result"]) == (True, made["result"])
        assert state_of(copilot, role) == "silenced"
        (kept,) = [
            one
            for one in copilot.ask("silences_list")["data"]["silences"]
            if one["id"] == silence_id
        ]
        assert (kept["state"], kept["created_by"]) == ("active", made["result"]["created_by"])
        assert kept["comment"].startswith("Planned restart (")
        ended = copilot.ask("alert_unsilence", silence_id=silence_id)
        assert ended["data"]["preview"]["frees"] == [in_a_line(watch, "silenced", role)]
        (action,) = ended["next_actions"]
        assert action["tool"] == "instainstru_alert_unsilence_execute"
        over = copilot.ask(action["tool"], **action["arguments"])["data"]["result"]
        assert over["id"] == silence_id
        assert datetime.fromisoformat(over["ends_at"]) < utc_now()
        assert state_of(copilot, role) == "firing"
        listed = copilot.ask("silences_list", active_only=False)["data"]["silences"]
        assert [one["state"] for one in listed if one["id"] == silence_id] == ["expired"]
        error = copilot.refused("alert_unsilence", silence_id=silence_id)
        assert error["code"] == "silences.ended"
        for tool in ("alert_silence_execute", "alert_unsilence_execute"):
            newest = watch.entries(f"mcp.{tool}")[0]
            assert (newest.actor_id, newest.outcome) == (CLIENT, "success")

    def test_is_refused_when_other_alerts_fit_than_were_shown(self, watch: Watch) -> None:
        role = f"changing-{watch.runtime.monitoring.kind}"
        copilot = watch.copilot
        data = copilot.ask(
            "alert_silence",
            matchers=[{"name": "role", "value": role}],
            duration_minutes=5,
            comment="Nothing is wrong yet",
        )["data"]
        assert data["preview"]["covers_total"] == 0
        watch.monitors.alert("Unexpected", role=role, severity="critical")
        error = copilot.refused("alert_silence_execute", confirm_token=data["confirm_token"])
        assert error["code"] == "confirmation.state_changed"
        assert state_of(copilot, role) == "firing"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"matchers": [{"name": "severity", "value": "critical"}]}, "silences.too_wide"),
            ({"matchers": [{"name": "pod", "value": "x"}]}, "silences.too_wide"),
            (
                {"matchers": [{"name": "alertname", "value": ".*", "is_regex": True}]},
                "silences.too_wide",
            ),
            ({"matchers": []}, "tool.bad_arguments"),
            ({"duration_minutes": 4}, "tool.bad_arguments"),
            ({"duration_minutes": 1441}, "tool.bad_arguments"),
            ({"comment": "no"}, "tool.bad_arguments"),
            ({"created_by": "somebody else"}, "tool.bad_arguments"),
        ],
    )
    def test_is_refused_for_what_covers_too_much_or_lasts_too_long(
        self, watch: Watch, changes: dict[str, Any], code: str
    ) -> None:
        wishes: dict[str, Any] = {
            "matchers": [{"name": "alertname", "value": "Wished"}],
            "duration_minutes": 5,
            "comment": "Planned restart",
        }
        assert watch.copilot.refused("alert_silence", **wishes | changes)["code"] == code

    def test_needs_the_right_to_write(self, watch: Watch) -> None:
        error = watch.reader.refused(
            "alert_silence",
            matchers=[{"name": "alertname", "value": "Wished"}],
            duration_minutes=5,
            comment="Planned restart",
        )
        assert error["code"] == "access.scope_missing"


class TestDashboards:
    def test_are_listed_and_found_by_their_words(self, watch: Watch) -> None:
        copilot = watch.reader
        answer = copilot.ask("dashboards_list")
        assert [one["title"] for one in answer["data"]["dashboards"]] == [
            "API",
            "Copilot",
            "Money pipeline",
            "Processes",
            "Search",
            "Worker",
        ]
        assert answer["source"] == ("grafana" if is_grafana(watch) else "dashboard_files")
        (found,) = copilot.ask("dashboards_list", query="money")["data"]["dashboards"]
        url = f"{watch.runtime.settings.grafana_url}/d/instainstru-money/money-pipeline"
        assert found == {
            "uid": "instainstru-money",
            "title": "Money pipeline",
            "folder": "InstaInstru" if is_grafana(watch) else None,
            "url": url if is_grafana(watch) else None,
            "tags": ["instainstru", "money"],
        }
        assert copilot.ask("dashboards_list", query="weather")["total"] == 0

    def test_show_what_each_panel_asks(self, watch: Watch) -> None:
        copilot = watch.reader
        answer = copilot.ask("dashboard_panels", dashboard_uid="instainstru-processes", limit=2)
        assert (answer["total"], answer["truncated"]) == (4, True)
        assert answer["data"]["panels"][1] == {
            "id": 3,
            "title": "Readable",
            "kind": "timeseries",
            "datasource": "prometheus",
            "queries": ["instainstru_exporter_database_up", "instainstru_exporter_broker_up"],
        }
        (action,) = answer["next_actions"]
        assert action["arguments"] == {"query": 'up{job="instainstru"}', "window": "1h"}
        followed = copilot.ask(action["tool"], **action["arguments"])
        assert followed["data"]["no_data"]

    def test_that_are_not_there_say_where_to_look(self, watch: Watch) -> None:
        error = watch.copilot.refused("dashboard_panels", dashboard_uid="weather")
        assert error["code"] == "dashboards.unknown"
        assert "dashboards_list" in error["message"]


ZONES = ((1, "a"), (2, "b"))


class TestQueries:
    def test_give_a_course_and_tell_what_is_no_number(self, watch: Watch) -> None:
        copilot = watch.reader
        answer = copilot.ask(
            "prometheus_query_range", query="vector(0) / 0", window="10m", step_seconds=120
        )
        (line,) = answer["data"]["series"]
        assert [point["value"] for point in line["points"]] == [None] * 6
        assert answer["warnings"] == [
            "6 points are null, because they are NaN: not a number, such as 0/0."
        ]
        assert answer["data"]["step_seconds"] == 120
        assert answer["window"]["label"] == "last 10 minutes"

    def test_are_drawn_beside_their_figures(self, watch: Watch) -> None:
        query = 'ALERTS{alertname="AlwaysFiring"} or vector(2)'
        given = {"query": query, "window": "2m", "step_seconds": 30, "chart": True}
        text, image = watch.reader.call("prometheus_query_range", given).content
        assert isinstance(text, TextContent)
        assert isinstance(image, ImageContent)
        assert json.loads(text.text)["data"]["series_total"] == 2
        assert base64.b64decode(image.data).startswith(b"\x89PNG")
        alt = str((image.meta or {})["alt"])
        assert "value from 2 to 2, at most 2; alertname=AlwaysFiring, alertstate=firing" in alt

    def test_have_lines_named_by_what_tells_them_apart(self, watch: Watch) -> None:
        zones = (f'label_replace(vector({n}), "zone", "{name}", "", "")' for n, name in ZONES)
        both = f'label_replace({" or ".join(zones)}, "same", "everywhere", "", "")'
        given = {"query": both, "window": "2m", "step_seconds": 60, "chart": True}
        image = watch.reader.call("prometheus_query_range", given).content[1]
        assert isinstance(image, ImageContent)
        told = str((image.meta or {})["alt"]).partition(", in value: ")[2]
        assert told == "zone=a from 1 to 1, at most 1; zone=b from 2 to 2, at most 2."

    def test_without_a_figure_are_not_drawn(self, watch: Watch) -> None:
        answer = watch.reader.ask("prometheus_query_range", query="unheard_of", chart=True)
        assert answer["warnings"][-1] == charts.NOTHING_TO_DRAW

    def test_of_one_moment_give_a_value_for_each_series(self, watch: Watch) -> None:
        at = "2026-06-15T14:00:00Z"
        answer = watch.reader.ask("prometheus_query", query="vector(42)", at=at)
        assert answer["data"]["series"] == [{"labels": {}, "points": [{"at": at, "value": 42.0}]}]
        before = utc_now()
        answer = watch.reader.ask("prometheus_query", query="vector(42)", at="2h ago")
        ago = before - datetime.fromisoformat(answer["data"]["at"])
        assert timedelta(hours=2) - (utc_now() - before) <= ago <= timedelta(hours=2)
        error = watch.reader.refused("prometheus_query", query="up", at="soon")
        assert (error["code"], error["facts"]["field"]) == ("prometheus.times_unclear", "at")


class TestNextActions:
    @pytest.mark.parametrize(
        ("tool", "given", "suggested"),
        [
            ("alerts_list", {}, ["dashboards_list"]),
            ("alerts_list", {"state": "pending"}, []),
            ("silences_list", {}, ["alerts_list"]),
            ("dashboards_list", {}, ["dashboard_panels"] * 3),
            (
                "dashboard_panels",
                {"dashboard_uid": "instainstru-money"},
                ["prometheus_query_range"],
            ),
            ("prometheus_query", {"query": "unheard_of"}, ["metrics_describe"]),
        ],
    )
    def test_can_be_made_as_they_stand(
        self, watch: Watch, tool: str, given: dict[str, Any], suggested: list[str]
    ) -> None:
        actions = watch.reader.ask(tool, **given)["next_actions"]
        asked = [one["tool"].removeprefix("instainstru_") for one in actions]
        assert [one for one in asked if one != "silences_list"] == suggested
        for action in actions:
            assert not watch.reader.call(action["tool"], action["arguments"]).is_error

    def test_are_none_where_they_could_not_be_made(self, blind: Watch) -> None:
        answer = blind.reader.ask("dashboard_panels", dashboard_uid="instainstru-money")
        assert answer["next_actions"] == []


class TestWithoutMonitoring:
    @pytest.mark.parametrize(
        ("tool", "given", "code"),
        [
            ("alerts_list", {}, "alertmanager.not_configured"),
            ("silences_list", {}, "alertmanager.not_configured"),
            ("alert_unsilence", {"silence_id": "abc"}, "alertmanager.not_configured"),
            ("prometheus_query", {"query": "up"}, "prometheus.not_configured"),
            ("prometheus_query_range", {"query": "up"}, "prometheus.not_configured"),
        ],
    )
    def test_nothing_is_told_as_if_it_were_fine(
        self, blind: Watch, tool: str, given: dict[str, Any], code: str
    ) -> None:
        error = blind.copilot.refused(tool, **given)
        assert error["code"] == code
        assert "configured" in error["message"]

    def test_dashboards_are_still_there(self, blind: Watch) -> None:
        assert blind.copilot.ask("dashboards_list")["total"] == 6


def state_of(copilot: Copilot, role: str) -> str:
    alerts = copilot.ask("alerts_list")["data"]["alerts"]
    (found,) = [one for one in alerts if one["labels"].get("role") == role]
    return str(found["state"])
