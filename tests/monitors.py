"""A real Prometheus and a real Alertmanager of a test's own, with rules that end up as wished.

Of four rules one fires, one is pending for a day, one never fires, and one cannot be evaluated.
"""

import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from devstack import monitoring, programs
from devstack.places import Places
from devstack.programs import Program
from tests.patience import wait_until
from tests.processes import free_port

TWO_SERIES = (
    '(label_replace(vector(1), "a", "1", "", "") or label_replace(vector(1), "a", "2", "", ""))'
)
RULES = {
    "groups": [
        {
            "name": "wished",
            "interval": "1s",
            "rules": [
                {
                    "alert": "AlwaysFiring",
                    "expr": "vector(1)",
                    "labels": {"severity": "critical", "role": "worker"},
                    "annotations": {
                        "summary": "It fires: ask jonas@example.org",
                        "runbook": "docs/runbooks/workers.md",
                    },
                },
                {
                    "alert": "AlwaysPending",
                    "expr": "vector(1)",
                    "for": "1d",
                    "labels": {"severity": "warning", "role": "api"},
                    "annotations": {"summary": "It may fire tomorrow"},
                },
                {"alert": "NeverFiring", "expr": "vector(0) > 1"},
                {"alert": "NeverKnown", "expr": f"{TWO_SERIES} + ignoring (a) {TWO_SERIES}"},
            ],
        }
    ]
}
CONFIGURATION = {
    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
    "rule_files": ["rules.yml"],
}


@dataclass(frozen=True, slots=True)
class Monitors:
    """Where the two are."""

    prometheus_url: str
    alertmanager_url: str

    def alert(self, name: str, **labels: str) -> None:
        """Have one more alert fire, as Prometheus would tell it."""
        told = [{"labels": {"alertname": name, **labels}, "annotations": {}}]
        httpx.post(f"{self.alertmanager_url}/api/v2/alerts", json=told).raise_for_status()


@contextmanager
def running(folder: Path) -> Generator[Monitors]:
    """Both of them, as soon as all rules stand as wished. They are gone afterwards."""
    places = Places()
    prometheus, alertmanager = programs.prometheus(places), programs.alertmanager(places)
    if prometheus is None or alertmanager is None:
        pytest.skip("there is no Prometheus here")
    ours, others = free_port(), free_port()
    alerting = {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{others}"]}]}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(RULES))
    (folder / "prometheus.yml").write_text(yaml.safe_dump({**CONFIGURATION, "alerting": alerting}))
    (folder / "alertmanager.yml").write_text(monitoring.ALERTMANAGER)
    with ExitStack() as stack:
        stack.enter_context(
            _started(
                alertmanager,
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{others}",
                "--cluster.listen-address=",
            )
        )
        stack.enter_context(
            _started(
                prometheus,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'prometheus'}",
                f"--web.listen-address=127.0.0.1:{ours}",
                "--rules.alert.resend-delay=1s",
            )
        )
        found = Monitors(f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{others}")
        wait_until(lambda: _stand_as_wished(found), pause=0.1)
        yield found


@contextmanager
def _started(program: Program, *options: str) -> Generator[None]:
    process = subprocess.Popen(
        [program.path, *options],
        env={"PATH": "/usr/bin:/bin", **program.environment},
        cwd=program.cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _stand_as_wished(monitors: Monitors) -> bool:
    try:
        rules = httpx.get(f"{monitors.prometheus_url}/api/v1/rules").json()["data"]["groups"]
        held = httpx.get(f"{monitors.alertmanager_url}/api/v2/alerts").json()
    except (httpx.HTTPError, ValueError):
        return False
    states = {
        rule["name"]: (rule["state"], rule["health"]) for one in rules for rule in one["rules"]
    }
    return bool(held) and states == {
        "AlwaysFiring": ("firing", "ok"),
        "AlwaysPending": ("pending", "ok"),
        "NeverFiring": ("inactive", "ok"),
        "NeverKnown": ("inactive", "err"),
    }
