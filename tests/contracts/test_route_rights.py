"""Who may use each route is written down: it follows from the services that the route calls.

`route_rights.txt` is made from the code and from `authz.yaml`, so that a change of who may do
what shows as a changed line. `signed-in` is anybody with an account; `owner` also has to own what
is asked for.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from starlette.routing import Match

from api.openapi import needs_sign_in
from api.routing import Route
from tests.contracts.documents import application, check_text
from tests.contracts.test_authz import DOMAINS, written
from tests.contracts.test_public_routes import PARAMETER, routes

HEADER = "# Who may use each route. Made by tests/contracts/test_route_rights.py.\n"
DOMAIN = "instainstru_core.domains."


@cache
def module(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def functions(path: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in module(path).body if isinstance(node, kinds)}


@cache
def aliases(path: Path) -> dict[str, tuple[str, str]]:
    """What each imported `service` or `flows` is called here, with its subject."""
    return {
        alias.asname or alias.name: (node.module.removeprefix(DOMAIN), alias.name)
        for node in module(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(DOMAIN)
        for alias in node.names
        if node.module is not None and alias.name in {"service", "flows"}
    }


@cache
def imported(path: Path) -> dict[str, tuple[Path, str]]:
    """Where each function of another part of the same flows, imported here by name, is written."""
    return {
        alias.asname or alias.name: (part, alias.name)
        for node in module(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(DOMAIN)
        for part in [DOMAINS.joinpath(*(node.module or "").split(".")[2:]).with_suffix(".py")]
        if "flows" in part.parts and part.exists()
        for alias in node.names
        if alias.name in functions(part)
    }


def written_at(path: Path, name: str) -> tuple[Path, str] | None:
    """Where the function that this module knows by a name is written."""
    return (path, name) if name in functions(path) else imported(path).get(name)


def flow(subject: str, name: str) -> tuple[Path, str]:
    """Where a flow of a subject is written: its flows are one module or several."""
    package = DOMAINS / subject / "flows" / "__init__.py"
    found = written_at(package if package.exists() else DOMAINS / subject / "flows.py", name)
    assert found is not None, f"{subject}.flows has no {name}"
    return found


def services_called(path: Path, function: str) -> set[str]:
    """Every service function that this one calls, itself, by its own parts or through flows."""
    seen: set[tuple[Path, str]] = set()
    waiting = [(path, function)]
    called: set[str] = set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        for node in ast.walk(functions(place[0])[place[1]]):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    waiting += filter(None, [written_at(place[0], name)])
                case ast.Attribute(value=ast.Name(id=alias), attr=name) if alias in aliases(
                    place[0]
                ):
                    subject, layer = aliases(place[0])[alias]
                    if layer == "service":
                        called.add(f"{subject}.{name}")
                    else:
                        waiting.append(flow(subject, name))
                case _:
                    pass
    return called


def rights(route: Route) -> set[str]:
    """The permissions that open this route, or the word for what does."""
    endpoint = inspect.unwrap(route.endpoint)
    path = Path(inspect.getfile(endpoint))
    judged = [set(written()[name]) for name in services_called(path, endpoint.__name__)]
    if not needs_sign_in(route):
        judged = [words for words in judged if "public" not in words]
    words = {word for each in judged for word in each} - {"internal", "public"}
    if needs_sign_in(route):
        return words - {"owner"} or {"owner" if "owner" in words else "signed-in"}
    return words or {"public"}


def lines() -> Iterator[str]:
    for name, route in sorted(routes(), key=lambda pair: pair[0].partition(" ")[::-1]):
        yield f"{name:<80} {' '.join(sorted(rights(route)))}\n"


class TestTheRoutes:
    def test_are_open_to_whom_the_list_says(self) -> None:
        check_text("route_rights.txt", HEADER + "".join(lines()))

    def test_ask_who_is_calling_wherever_a_service_asks_for_a_right(self) -> None:
        assert [
            name
            for name, route in routes()
            if not needs_sign_in(route) and rights(route) != {"public"}
        ] == []

    def test_do_not_stand_in_each_other_s_way(self) -> None:
        """A fixed path such as `/me` comes before the one that takes anything in its place."""
        hidden: list[str] = []
        for name, route in routes():
            verb, _, path = name.partition(" ")
            scope = {"type": "http", "method": verb, "path": PARAMETER.sub("x", path)}
            first = next(
                found
                for found in application().routes
                if isinstance(found, Route) and found.matches(scope)[0] is Match.FULL
            )
            if first is not route:
                hidden.append(f"{name} is hidden by {first.path}")
        assert hidden == []
