"""What README, AGENTS and the architecture page say of the repository is how it is."""

import importlib
import importlib.util
import inspect
import pkgutil
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack import check
from instainstru_core import domains, runtime
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements.runtime.lock", "devstack/setup/uv.lock.txt")
LOCKED = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)(?: ; [^\n\\]+)?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)
SUBJECTS = sorted(one.name for one in pkgutil.iter_modules(domains.__path__))


def locked(name: str) -> dict[str, set[str]]:
    """The versions of a lock, by package; the whole text has to be of them."""
    text = (ROOT / name).read_text()
    found: dict[str, set[str]] = {}
    for one in LOCKED.finditer(text):
        found.setdefault(one["name"], set()).add(one["version"])
    assert LOCKED.sub("", text) == "", f"{name} holds nothing but versions and their hashes"
    return found


class TestLocks:
    @pytest.mark.parametrize("name", LOCKS)
    def test_are_hashed_and_name_no_header_and_no_index(self, name: str) -> None:
        assert len(locked(name)) >= 1

    def test_hold_everything_that_the_project_asks_for(self) -> None:
        asked = PROJECT["project"]["dependencies"]
        everything, runtime_only = locked(LOCKS[0]), locked(LOCKS[1])
        assert {required(one) for one in asked} <= runtime_only.keys()
        for group in PROJECT["dependency-groups"].values():
            assert {required(one) for one in group} <= everything.keys()

    def test_agree(self) -> None:
        everything = locked(LOCKS[0])
        for name, versions in locked(LOCKS[1]).items():
            assert versions <= everything[name], name


class TestTheArchitecturePage:
    def test_says_what_each_subject_holds_in_the_order_of_the_contracts(self) -> None:
        page = (ROOT / "docs/architecture.md").read_text()
        rows = re.findall(r"(?m)^\| ((?:`\w+`(?:, )?)+) \| \w", page.split("## Subjects")[1])
        told = [re.findall(r"`(\w+)`", row) for row in rows]
        assert sorted(name for row in told for name in row) == SUBJECTS
        height = {name: place for place, layer in enumerate(layers()) for name in layer}
        assert [height[row[0]] for row in told] == sorted(height[row[0]] for row in told)
        assert all(len({height[name] for name in row}) == 1 for row in told)


class TestTheReadme:
    def test_maps_every_folder_that_holds_code_or_pages(self) -> None:
        page = (ROOT / "README.md").read_text().split("## Map")[1]
        mapped = {name.rstrip("/") for name in re.findall(r"\[`([^`]+)`\]\(", page)}
        packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
        assert (
            packages | {"migrations", "monitoring", "evals", "benchmarks", "tests", "docs"}
            <= mapped
        )
        assert all((ROOT / name).exists() for name in mapped)

    @pytest.mark.parametrize("name", ["README.md", "AGENTS.md", "docs/architecture.md"])
    def test_leads_nowhere_that_is_not_there(self, name: str) -> None:
        page = ROOT / name
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        assert [link for link in links if not (page.parent / link).exists()] == []


class TestSettings:
    @pytest.mark.parametrize(
        "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
    )
    def test_that_are_written_exist(self, page: str) -> None:
        there = {f"INSTAINSTRU_{name.upper()}" for name in Settings.model_fields}
        written = set(re.findall(r"INSTAINSTRU_[A-Z_]*[A-Z]", (ROOT / page).read_text()))
        assert written - there <= {"INSTAINSTRU_SEED"}  # a word to the demo, not a setting


class TestCommitHooks:
    def test_run_what_the_checks_run(self) -> None:
        hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
        run = {hook["entry"].removeprefix(".venv/bin/").split()[0] for hook in hooks}
        assert run == {program for program, *_ in check.CHECKS.values()}


def test_the_whole_run_checks_and_tests_and_then_shows_the_demo() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert -1 < script.index("make test ") < script.index("make demo ONCE=1 ")


def test_tests_reach_no_network_and_take_a_warning_for_a_failure() -> None:
    settings = PROJECT["tool"]["pytest"]["ini_options"]
    assert settings["strict"] is True
    assert settings["filterwarnings"][0] == "error"
    assert "--disable-socket" in settings["addopts"].split()


def test_no_service_passes_a_row_out() -> None:
    runtime.load_models()
    functions = dict(public_functions())
    assert len(functions) > 400
    rows = [
        name
        for name, function in functions.items()
        if holds_a_row(typing.get_type_hints(function).get("return"))
    ]
    assert rows == []


def public_functions() -> Iterator[tuple[str, Any]]:
    """Every public function of every service and flow, by its name."""
    for subject in SUBJECTS:
        for word in ("service", "flows"):
            name = f"{domains.__name__}.{subject}.{word}"
            if importlib.util.find_spec(name) is None:
                continue
            for called, found in vars(importlib.import_module(name)).items():
                function = inspect.unwrap(found) if callable(found) else None
                if inspect.isfunction(function) and not called.startswith("_"):
                    yield f"{subject}.{called}", function


def holds_a_row(kind: Any) -> bool:
    """Whether a type is a row or made of rows."""
    if isinstance(kind, type) and issubclass(kind, Base):
        return True
    return any(holds_a_row(part) for part in typing.get_args(kind))


def layers() -> list[set[str]]:
    """The subjects that the contracts know, from the top down."""
    contract = next(
        one
        for one in PROJECT["tool"]["importlinter"]["contracts"]
        if one.get("containers") == ["instainstru_core.domains"]
    )
    return [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]


def required(requirement: str) -> str:
    """The name of what is required, as locks write it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return name[0].lower().replace("_", "-").replace(".", "-")
