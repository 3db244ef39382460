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
from typing import TypeAlias

import pytest
import yaml

from instainstru_core.kernel.authority import Permission

ROOT = Path(__file__).parents[2]
DOMAINS = ROOT / "instainstru_core" / "domains"
DOORS = ("api", "mcp_server")
DOMAIN = "instainstru_core.domains."
OTHER_WORDS = frozenset({"public", "owner", "internal"})

Place: TypeAlias = tuple[str, str]
"""A module of a service and a function in it."""


@dataclass
class Function:
    """What the source of a service function says about authority."""

    public: bool
    permissions: set[str] = field(default_factory=set[str])
    calls: set[Place] = field(default_factory=set[Place])


@cache
def written() -> dict[str, list[str]]:
    """What the file says, read once: each function of each domain asks."""
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
        for place, function in functions.items():
            if function.public:
                function.permissions = reached(place, functions)
                found[f"{domain.name}.{place[1]}"] = function
    return found


def functions_of(domain: Path) -> dict[Place, Function]:
    """The functions of a service module, or of a package: there, public is what it exports."""
    package = domain / "service"
    sources = sorted(package.glob("*.py")) if package.is_dir() else [domain / "service.py"]
    trees = {path.stem: ast.parse(path.read_text()) for path in sources if path.exists()}
    functions = {
        (module, node.name): read(node, module, imported(tree))
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    if package.is_dir():
        exported = set(imported(trees["__init__"]).values())
        for place, function in functions.items():
            function.public = place in exported
    return functions


def imported(tree: ast.Module) -> dict[str, Place]:
    """What each name from the same service is: a function of a module, or a module itself.

    Also what is only imported for types, since that is imported when it is used.
    """
    names: dict[str, Place] = {}
    nodes = [
        one for node in tree.body for one in (node.body if isinstance(node, ast.If) else [node])
    ]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(DOMAIN):
            path = (node.module or "").removeprefix(DOMAIN).split(".")[1:]
            for alias in node.names:
                name = alias.asname or alias.name
                if path == ["service"]:
                    names[name] = (alias.name, "")
                elif path[:1] == ["service"]:
                    names[name] = (path[1], alias.name)
    return names


def read(node: ast.FunctionDef, module: str, names: dict[str, Place]) -> Function:
    function = Function(public=not node.name.startswith("_"))
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(value=ast.Name(id="Permission"), attr=name):
                function.permissions.add(Permission[name].value)
            case ast.Call(func=ast.Name(id=name)):
                function.calls.add(names.get(name, (module, name)))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=part), attr=name)) if part in names:
                function.calls.add((names[part][0], name))
            case _:
                pass
    return function


def reached(place: Place, functions: dict[Place, Function]) -> set[str]:
    """The permissions named in the function and in the private functions it goes through."""
    seen: set[Place] = set()
    waiting = [place]
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
