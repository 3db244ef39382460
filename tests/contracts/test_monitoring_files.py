"""Dashboards and alert rules kept as files: what they use is exported, what they ask parses."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack import monitoring, programs
from devstack.places import ROOT, Places
from instainstru_core.adapters.grafana_panels import Model, panels
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy import promql
from instainstru_core.runtime import DASHBOARDS
from tests.contracts import test_metrics_dictionary as dictionary
from tests.patience import PATIENCE_SECONDS

RULES = sorted((ROOT / "monitoring/rules").glob("*.yml"))
BOARDS = sorted(DASHBOARDS.glob("*.json"))
DOORS = {"api", "copilot", "worker", "money", "search", "processes"}
SEVERITIES = {"critical", "warning", "info"}
BY = re.compile(r"\bby \(([^)]*)\)")
SHOWN = re.compile(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}")
UNBOUND = re.compile(r"\$(?!labels|value)")

exported = dictionary.exported
"""The same fixture: all series that our processes export, with their labels."""


def models() -> dict[str, Model]:
    return {path.stem: Model.model_validate_json(path.read_bytes()) for path in BOARDS}


def targets() -> list[tuple[str, str, str]]:
    """Every dashboard's queries, with what its lines are called."""
    return [
        (path.stem, target["expr"], target["legendFormat"])
        for path in BOARDS
        for panel in json.loads(path.read_text())["panels"]
        for target in panel.get("targets", [])
    ]


@cache
def alerts() -> dict[str, dict[str, Any]]:
    """Every rule by its name, read once."""
    return {
        rule["alert"]: rule
        for path in RULES
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    }


def check_series(query: str, shown: str, exported: Mapping[str, set[str]]) -> None:
    """Each series is exported, and each label that is matched, kept or shown exists on one."""
    used = set(dictionary.SERIES.findall(query))
    assert used
    assert sorted(used - set(exported)) == []
    labels = dictionary.SCRAPED.union(*(exported[series] for series in used), {"le"})
    kept = {word.strip() for words in BY.findall(query) for word in words.split(",")}
    assert set(dictionary.MATCHER.findall(query)) | kept <= labels
    assert set(SHOWN.findall(shown)) - {"value"} <= labels
    aggregated = query.startswith("sum(") or ("by (" not in query and "sum(" in query)
    assert not (aggregated and SHOWN.findall(shown)), "a sum has no labels to show"


class TestDashboards:
    def test_there_is_one_for_each_door_and_for_money_and_search(self) -> None:
        assert set(models()) == DOORS
        assert {model.uid for model in models().values()} == {f"instainstru-{n}" for n in DOORS}

    @pytest.mark.parametrize("name", sorted(DOORS))
    def test_each_panel_has_a_title_of_its_own_and_asks_our_prometheus(self, name: str) -> None:
        found = panels(models()[name])
        assert found
        assert [title for title, n in Counter(one.title for one in found).items() if n > 1] == []
        for panel in found:
            assert panel.title
            assert panel.datasource == "prometheus"
            assert panel.queries

    @pytest.mark.parametrize(("name", "query", "legend"), targets())
    def test_each_query_uses_series_and_labels_that_are_exported(
        self, name: str, query: str, legend: str, exported: Mapping[str, set[str]]
    ) -> None:
        assert name in DOORS
        check_series(query, legend, exported)
        assert promql.too_wide(query) is None
        assert UNBOUND.search(query) is None


class TestAlertRules:
    @pytest.mark.parametrize("name", sorted(alerts()))
    def test_each_says_how_grave_it_is_what_is_wrong_and_what_to_do(self, name: str) -> None:
        rule = alerts()[name]
        assert rule["labels"]["severity"] in SEVERITIES
        assert 10 <= len(rule["annotations"]["summary"]) <= 120
        runbooks = {metric.runbook for metric in repository.dictionary()}
        assert rule["annotations"]["runbook"] in {f"docs/runbooks/{page}.md" for page in runbooks}
        page = (ROOT / rule["annotations"]["runbook"]).read_text()
        assert re.search(rf"^Alerts?: [^.]*\b{name}\b", page, re.MULTILINE)

    @pytest.mark.parametrize("name", sorted(alerts()))
    def test_each_uses_series_and_labels_that_are_exported(
        self, name: str, exported: Mapping[str, set[str]]
    ) -> None:
        rule = alerts()[name]
        check_series(rule["expr"], rule["annotations"]["summary"], exported)

    def test_have_each_name_once(self) -> None:
        names = re.findall(r"- alert: (\w+)", "".join(path.read_text() for path in RULES))
        assert len(names) == len(set(names)) == len(alerts()) >= 25

    def test_are_those_that_the_private_prometheus_reads(self) -> None:
        assert sorted(Path("/").glob(str(monitoring.RULES)[1:])) == RULES


@pytest.mark.stack
class TestPrometheusItself:
    def test_accepts_the_rules(self) -> None:
        found = promtool("check", "rules", "--lint-fatal", *map(str, RULES))
        assert found.returncode == 0, found.stdout + found.stderr

    def test_reads_every_query_of_the_dashboards(self, tmp_path: Path) -> None:
        rules = [
            {"record": f"query_{place}", "expr": query}
            for place, (_, query, _) in enumerate(targets())
        ]
        page = tmp_path / "queries.yml"
        page.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
        found = promtool("check", "rules", "--lint=none", str(page))
        assert found.returncode == 0, found.stdout + found.stderr
        assert f"{len(rules)} rules found" in found.stdout


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = programs.prometheus(Places())
    if program is None:
        pytest.skip("there is no promtool here")
    return subprocess.run(
        [program.path.with_name("promtool"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
