"""Which simulators stand in, and where processes tell the simulated Sentry of their errors."""

import pytest

from devstack import vendors

URL = "http://127.0.0.1:20001"
FILE = {
    "INSTAINSTRU_SENTRY_URL": URL,
    "SENTRY_AUTH_TOKEN": "sntryu_made",
    "SENTRY_DSN": "http://k3y@127.0.0.1:20001/1",
    "DEVSTACK_SENTRY_PUBLIC_KEY": "k3y",
}


class TestTheSimulatedSentry:
    @pytest.mark.parametrize(
        ("role", "project"), [("api", 1), ("mcp", 2), ("worker", 3), ("beat", 3), ("exporter", 3)]
    )
    def test_has_a_project_for_each_process(self, role: str, project: int) -> None:
        told = vendors.watched(role, FILE)
        assert told == {"SENTRY_DSN": f"http://k3y@127.0.0.1:20001/{project}"}

    def test_is_not_told_where_people_name_another(self) -> None:
        assert vendors.watched("mcp", FILE | {"SENTRY_DSN": "https://k@sentry.io/7"}) == {}
        assert vendors.watched("mcp", {}) == {}

    @pytest.mark.parametrize("name", ["SENTRY_AUTH_TOKEN", "SENTRY_DSN", "INSTAINSTRU_SENTRY_DSN"])
    def test_stays_out_of_the_way_of_sentry_itself(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        for known in vendors.SENTRY.keys:
            monkeypatch.delenv(known, raising=False)
        assert vendors.SENTRY in vendors.simulated(FILE)
        monkeypatch.setenv(name, "of Sentry itself")
        assert vendors.SENTRY not in vendors.simulated(FILE)
        assert vendors.usable(FILE) == {"DEVSTACK_SENTRY_PUBLIC_KEY": "k3y"}
