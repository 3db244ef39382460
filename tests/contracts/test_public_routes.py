"""Every route asks who is calling, or stands on the list of those that do not."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.openapi import needs_sign_in
from api.routing import Route
from instainstru_core.runtime import Runtime
from tests.contracts.documents import HERE, application

PARAMETER = re.compile(r"{[^}]+}")
MANIFEST = HERE / "public_routes.txt"


def listed() -> set[str]:
    lines = MANIFEST.read_text().splitlines()
    return {line.partition("#")[0].strip() for line in lines} - {""}


def routes() -> Iterator[tuple[str, Route]]:
    for route in application().routes:
        if isinstance(route, Route):
            for verb in route.verbs:
                yield f"{verb} {route.path}", route


GUARDED = sorted(name for name, _ in routes() if name not in listed())


class TestTheManifest:
    def test_lists_exactly_the_routes_that_do_not_ask(self) -> None:
        assert {name for name, route in routes() if not needs_sign_in(route)} == listed()


class TestAGuardedRoute:
    @pytest.mark.parametrize("name", GUARDED)
    def test_refuses_an_anonymous_caller_before_anything_else(
        self, runtime: Runtime, name: str
    ) -> None:
        verb, _, path = name.partition(" ")
        with TestClient(create_app(runtime), raise_server_exceptions=False) as client:
            answer = client.request(verb, PARAMETER.sub("x", path), content=b"{}", headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")


JSON = {"Content-Type": "application/json"}
