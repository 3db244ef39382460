"""The private Prometheus and Alertmanager. What to scrape is a file that may change any time."""

import http.client
import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from devstack import programs
from devstack.children import Child
from devstack.places import ROOT, Places, private_folder, write_private
from devstack.ports import LOOPBACK
from devstack.trouble import StackTrouble

RULES = ROOT / "monitoring/rules/*.yml"
PROMETHEUS = """\
global:
  scrape_interval: 2s
  evaluation_interval: 2s
rule_files:
  - {rules}
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["127.0.0.1:{alertmanager_port}"]
scrape_configs:
  - job_name: instainstru
    file_sd_configs:
      - files: [{targets}]
        refresh_interval: 5s
"""
ALERTMANAGER = """\
route:
  receiver: nobody
  group_by: [alertname]
receivers:
  - name: nobody
"""


def prometheus(places: Places, port: int, alertmanager_port: int) -> Child:
    """The Prometheus to start. Raises StackTrouble when there is no program for it."""
    found = _required(programs.prometheus(places), "Prometheus")
    folder = private_folder(places.state / "prometheus")
    configuration = folder / "prometheus.yaml"
    targets = _targets(places)
    if not targets.exists():
        scrape(places, {})
    write_private(
        configuration,
        PROMETHEUS.format(
            rules=_quoted(RULES), alertmanager_port=alertmanager_port, targets=_quoted(targets)
        ),
    )
    return Child(
        name="prometheus",
        argv=(
            str(found.path),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=1d",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--web.enable-lifecycle",
            "--log.level=warn",
        ),
        environment={"PATH": "/usr/bin:/bin", **found.environment},
        cwd=found.cwd,
    )


def alertmanager(places: Places, port: int) -> Child:
    """The Alertmanager to start. Raises StackTrouble when there is no program for it."""
    found = _required(programs.alertmanager(places), "Alertmanager")
    folder = private_folder(places.state / "alertmanager")
    configuration = folder / "alertmanager.yaml"
    write_private(configuration, ALERTMANAGER)
    return Child(
        name="alertmanager",
        argv=(
            str(found.path),
            f"--config.file={configuration}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--cluster.listen-address=",  # empty: no gossip port
            "--log.level=warn",
        ),
        environment={"PATH": "/usr/bin:/bin", **found.environment},
        cwd=found.cwd,
    )


def scrape(places: Places, targets: Mapping[str, int]) -> None:
    """Have Prometheus scrape these ports from now on, each labelled by its process role."""
    listed = [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"role": role}}
        for role, port in sorted(targets.items())
    ]
    private_folder(_targets(places).parent)
    write_private(_targets(places), json.dumps(listed, indent=1) + "\n")


def answers(port: int, path: str = "/-/ready") -> bool:
    """Whether a server on this port answers 200 to a plain GET."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def value_of(prometheus_url: str, query: str) -> float:
    """The one figure that this query gives now; 0 while there is none or nobody answers."""
    address = f"{prometheus_url}/api/v1/query?{urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own server
            found = json.load(answer)["data"]["result"]
    except (OSError, ValueError):
        return 0.0
    return float(found[0]["value"][1]) if found else 0.0


def url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def _required(found: programs.Program | None, name: str) -> programs.Program:
    if found is None:
        raise StackTrouble(
            f"There is no {name} on this machine or in the project's folder.", "Run `make setup`."
        )
    return found


def _quoted(path: Path) -> str:
    """A path as YAML takes it, whatever is in its name."""
    return json.dumps(str(path), ensure_ascii=False)


def _targets(places: Places) -> Path:
    return places.state / "prometheus/targets.json"
