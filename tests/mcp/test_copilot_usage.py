"""What the copilot says of its own use."""

from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from instainstru_core import runtime as composition
from instainstru_core.runtime import Runtime
from mcp_server import metrics
from tests.conftest import SetClock
from tests.databases import ServerUrls, clone
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token


@pytest.fixture
def fresh(asked: Runtime, servers: ServerUrls) -> Iterator[str]:
    """A server of whose use nothing is known yet."""
    with clone(servers) as database_url:
        elsewhere = asked.settings.model_copy(update={"database_url": SecretStr(database_url)})
        runtime = composition.build(elsewhere, SetClock())
        with worlds.serving(runtime) as url:
            yield url
        runtime.close()


def client(url: str, name: str) -> Copilot:
    return Copilot(url, token(worlds.signing_key(), sub=name, client_id=name))


class TestUsage:
    def test_counts_calls_by_tool_and_by_caller(self, fresh: str) -> None:
        one, other = client(fresh, "one"), client(fresh, "other")
        one.ask("services_catalog")
        one.ask("services_catalog")
        one.refused("bookings_summary", window="soon")
        other.ask("services_catalog")

        found = client(fresh, "asker").ask("copilot_usage", window="today")

        data = found["data"]
        assert (data["calls"], data["refused"], data["failed"]) == (4, 1, 0)
        assert [(one["tool"], one["calls"], one["refused"]) for one in data["tools"]] == [
            ("services_catalog", 3, 0),
            ("bookings_summary", 1, 1),
        ]
        assert [(one["caller_id"], one["kind"], one["calls"]) for one in data["callers"]] == [
            ("one", "service", 3),
            ("other", "service", 1),
        ]
        catalog = data["tools"][0]
        assert catalog["bytes"] > 0
        assert catalog["median_ms"] <= catalog["slowest_5_percent_ms"]
        assert found["next_actions"][0]["tool"] == "instainstru_audit_search"
        assert (
            not client(fresh, "asker")
            .call("audit_search", found["next_actions"][0]["arguments"])
            .is_error
        )

    def test_is_nothing_where_nothing_was_called(self, fresh: str) -> None:
        data = client(fresh, "asker").ask("copilot_usage", window="yesterday")["data"]
        assert (data["calls"], data["tools"], data["callers"]) == (0, [], [])


class TestMetrics:
    def test_name_callers_up_to_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(metrics, "_callers", set[str]())
        for number in range(metrics.MOST_CALLERS + 2):
            metrics.observe("instainstru_x", "success", 0.1, 7, f"caller-{number}")
        labels = {
            sample.labels["caller"]
            for metric in metrics.CALLERS.collect()
            for sample in metric.samples
        }
        assert "caller-49" in labels
        assert "caller-50" not in labels
        assert metrics.OTHERS in labels

    def test_are_exported(self, url: str, copilot: Copilot) -> None:
        copilot.ask("services_catalog")
        page = httpx.get(f"{url}/metrics").text
        assert 'instainstru_mcp_caller_calls_total{caller="desk-copilot",status="success"}' in page
