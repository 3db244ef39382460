"""Who may call each service function is written down, and the code says the same.

`authz.yaml` holds, for each subject and function, one or more words: permissions that the function
itself requires, `public` (anybody, also anonymous), `owner` (judged on whose row it is) or
`internal` (called by services above or by the system, which have judged already).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from instainstru_core.kernel.authority import Permission

ROOT = Path(__file__).parents[2]
DOMAINS = ROOT / "instainstru_core" / "domains"
DOORS = ("api", "mcp_server")
OTHER_WORDS = frozenset({"public", "owner", "internal"})


@dataclass
class Function:
    """What the source of a service function says about authority."""

    public: bool
    permissions: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])


def written() -> dict[str, list[str]]:
    document = yaml.safe_load((Path(__file__).parent / "authz.yaml").read_text())
    return {
        f"{subject}.{name}": words if isinstance(words, list) else [words]
        for subject, functions in document.items()
        for name, words in functions.items()
    }


@cache
def services() -> dict[str, Function]:
    """Every public service function, with the permissions that it and its own parts name."""
    found: dict[str, Function] = {}
    for domain in sorted(path for path in DOMAINS.iterdir() if path.is_dir()):
        functions = functions_of(domain)
        for name, function in functions.items():
            if function.public:
                function.permissions = reached(name, functions)
                found[f"{domain.name}.{name}"] = function
    return found


def functions_of(domain: Path) -> dict[str, Function]:
    """The functions of a service module, or of a package: there, public is what it exports."""
    package = domain / "service"
    sources = sorted(package.glob("*.py")) if package.is_dir() else [domain / "service.py"]
    functions: dict[str, Function] = {}
    exported: set[str] | None = set() if package.is_dir() else None
    for path in (path for path in sources if path.exists()):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                functions[node.name] = read(node)
            elif isinstance(node, ast.ImportFrom) and path.name == "__init__.py":
                exported = (exported or set()) | {alias.name for alias in node.names}
    if exported is not None:
        for name, function in functions.items():
            function.public = name in exported
    return functions


def read(node: ast.FunctionDef) -> Function:
    function = Function(public=not node.name.startswith("_"))
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(value=ast.Name(id="Permission"), attr=name):
                function.permissions.add(Permission[name].value)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                function.calls.add(name)
            case _:
                pass
    return function


def reached(name: str, functions: dict[str, Function]) -> set[str]:
    """The permissions named in the function and in the private functions it goes through."""
    seen: set[str] = set()
    waiting = [name]
    permissions: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            permissions |= functions[current].permissions
            waiting += [
                call
                for call in functions[current].calls
                if call in functions and not functions[call].public
            ]
    return permissions


def door_calls() -> Iterator[tuple[Path, str]]:
    """Every service function that a door for people or models calls by its subject's alias."""
    for path in (path for door in DOORS for path in sorted((ROOT / door).rglob("*.py"))):
        tree = ast.parse(path.read_text())
        aliases = {
            alias.asname or alias.name: node.module.split(".")[2]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and node.module is not None
            and node.module.startswith("instainstru_core.domains.")
            for alias in node.names
            if alias.name == "service"
        }
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=alias), attr=name) if alias in aliases:
                    yield path, f"{aliases[alias]}.{name}"
                case _:
                    pass


class TestTheMatrix:
    def test_lists_every_public_service_function_and_no_other(self) -> None:
        assert sorted(written()) == sorted(services())

    def test_uses_known_words(self) -> None:
        known = OTHER_WORDS | {permission.value for permission in Permission}
        assert {word for words in written().values() for word in words} <= known

    @pytest.mark.parametrize("name", sorted(services()))
    def test_names_the_permissions_that_the_code_asks_for(self, name: str) -> None:
        assert set(written()[name]) - OTHER_WORDS == services()[name].permissions

    def test_keeps_internal_functions_away_from_the_doors(self) -> None:
        internal = {name for name, words in written().items() if words == ["internal"]}
        assert [(path.name, name) for path, name in door_calls() if name in internal] == []
