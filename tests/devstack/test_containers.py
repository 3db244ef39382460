"""The container files agree with the command line, with the settings and with each other."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url
from typer.main import get_command

from cli.subjects import SUBJECTS
from devstack import container_health, processes, stack, vendors
from instainstru_core.kernel.settings import Settings
from tests.cli.test_written_commands import faults
from tests.databases import ROOT
from tests.processes import free_port

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "instainstru"]


def command_of(name: str) -> list[str]:
    default = re.search(r"^CMD \[(.*)\]$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert default is not None
    found: list[str] = SERVICES[name].get("command", yaml.safe_load(f"[{default[1]}]"))
    return found


def options_of(subject: str, verb: str) -> set[str]:
    command: Any = get_command(importlib.import_module(f"cli.commands.{subject}").app)
    return {option for one in command.commands[verb].params for option in one.opts}


class TestCompose:
    def test_runs_every_role_and_what_they_need(self) -> None:
        roles = {role.name for role in processes.ROLES}
        simulators = {f"{name}-simulator" for name in stack.SIMULATORS}
        assert set(OURS) == roles | simulators | {"migrate", "cli"}
        assert set(SERVICES) - set(OURS) == {
            "postgres",
            "redis",
            "prometheus",
            "alertmanager",
            "grafana",
        }

    @pytest.mark.parametrize("name", [name for name in OURS if name != "cli"])
    def test_its_commands_are_commands(self, name: str) -> None:
        subject, verb, *rest = command_of(name)
        assert subject in SUBJECTS
        assert {word for word in rest if word.startswith("--")} <= options_of(subject, verb)
        if subject == "serve":
            assert verb == name

    def test_the_readme_fills_it_by_commands_that_there_are(self) -> None:
        page = (ROOT / "README.md").read_text()
        told = re.findall(r"(?m)^docker compose run --rm cli (\S.*?)(?:  |$)", page)
        assert told == ["seed --yes --host postgres"]
        assert [fault for one in told for fault in faults(f"instainstru {one}")] == []
        url = make_url(COMPOSE["x-image"]["environment"]["DATABASE_URL"].replace(":?set it", ""))
        assert url.host == "postgres"
        assert SERVICES["mcp"]["ports"] == ["127.0.0.1:8001:8000"]
        assert "instainstru http://127.0.0.1:8001/mcp " in page

    def test_its_settings_are_settings(self) -> None:
        known = {
            alias if isinstance(alias, str) else f"INSTAINSTRU_{name.upper()}"
            for name, field in Settings.model_fields.items()
            for alias in getattr(field.validation_alias, "choices", [None])
        }
        assert set(COMPOSE["x-image"]["environment"]) <= known

    def test_errors_go_where_the_processes_of_a_checkout_send_theirs(self) -> None:
        dsns = {
            name: SERVICES[name]["environment"]["SENTRY_DSN"] for name in vendors.SENTRY_PROJECTS
        }
        (key,) = {dsn.split("//")[1].split("@")[0] for dsn in dsns.values()}
        url = COMPOSE["x-image"]["environment"]["INSTAINSTRU_SENTRY_URL"]
        assert dsns == {name: vendors.sentry_dsn(url, key, name) for name in dsns}

    def test_prometheus_scrapes_every_role_that_is_scraped(self) -> None:
        text = (ROOT / "devstack/config/prometheus.compose.yaml").read_text()
        jobs = yaml.safe_load(text)["scrape_configs"][0]["static_configs"]
        scraped = {job["labels"]["role"]: job["targets"] for job in jobs}
        assert scraped == {
            role.name: [f"{role.name}:8000"] for role in processes.ROLES if role.scraped
        }
        for role in scraped:
            assert "8000" in command_of(role)

    def test_the_files_it_mounts_are_there(self) -> None:
        mounted = [
            volume.split(":")[0]
            for service in SERVICES.values()
            for volume in service.get("volumes", [])
            if volume.startswith("./")
        ]
        assert len(mounted) == 6
        assert [path for path in mounted if not (ROOT / path).exists()] == []

    def test_no_secret_has_a_default(self) -> None:
        words = re.findall(
            r"\$\{(\w*(?:PASSWORD|SECRET))([^}]*)\}", (ROOT / "compose.yaml").read_text()
        )
        assert words
        assert {default for _, default in words} <= {":?set it", ""}


class TestImage:
    def test_contains_what_the_program_reads(self) -> None:
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
        packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {
            "tests",
            "benchmarks",
        }
        assert packages <= kept
        assert {"migrations", "alembic.ini", "pyproject.toml", "metrics_dictionary.yaml"} <= kept
        assert {"monitoring", "evals", "docs/money.md", "docs/runbooks"} <= kept

    def test_is_compiled_before_anybody_runs_it_who_may_not_write(self) -> None:
        lines = Path(ROOT / "Dockerfile").read_text().splitlines()
        (compiled,) = (line for line in lines if line.startswith("RUN python -m compileall "))
        assert lines.index("COPY . .") < lines.index(compiled) < lines.index("USER 10001")
        assert {"api", "cli", "instainstru_core", "mcp_server", "worker"} <= set(compiled.split())

    def test_runs_as_nobody_of_importance_and_says_how_it_is(self) -> None:
        lines = Path(ROOT / "Dockerfile").read_text().splitlines()
        assert "USER 10001" in lines
        assert sum(line.startswith("FROM ") for line in lines) == 2
        assert any(line.startswith("HEALTHCHECK ") for line in lines)

    def test_its_health_is_bad_while_nothing_answers(self) -> None:
        assert not container_health.works(f"http://127.0.0.1:{free_port()}/healthz")
