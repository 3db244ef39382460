"""No public answer says where somebody lives or teaches exactly, or how to reach them.

The test finds the public GET routes in the application, so a new one is asked as well; it fails
until `seed` says what to send for each parameter that must be there.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import update

from api.app import create_app
from api.openapi import needs_sign_in
from api.routing import Route
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.addresses.schemas import AddAddress
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.reviews import service as rating
from instainstru_core.domains.reviews.schemas import WriteReview
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, headers_for, write_user
from tests.contracts.documents import application
from tests.factories import bookings, instructors, onboarding, reviews

# Longitudes to five decimals: some corner of a real neighborhood shares the first four.
SECRETS = {
    "last name": "Vandersteen",
    "e-mail": "maya.vandersteen@example.org",
    "phone": "2125550187",
    "street": "Evergreen Terrace",
    "flat": "Apt 5",
    "latitude": "40.4112",
    "longitude": "73.79123",
    "student's last name": "Lindqvist",
    "student's e-mail": "jonas.lindqvist@example.org",
    "student's phone": "2125550199",
    "student's street": "Fillmore Street",
    "student's latitude": "40.4187",
    "student's longitude": "73.78432",
    "student's note": "the door code is",
    "invited address": "invited.person@example.org",
}
PARAMETER = re.compile(r"{([^}:]+)[^}]*}")


@dataclass(frozen=True)
class World:
    """An application with a live instructor and a student in it, and what to ask about them."""

    client: TestClient
    stranger: Headers
    values: dict[str, str]

    def get(self, path: str, headers: Headers | None = None) -> Response:
        """Ask a public route about the people of this world, in full."""
        route = PUBLIC[path]
        url = PARAMETER.sub(lambda found: self.value(path, found[1]), path)
        query = {name: self.values[name] for name in queries(route) if name in self.values}
        missing = [name for name in required(route) if name not in query]
        if missing:
            pytest.fail(f"{path}: say in `seed` what to send for {', '.join(missing)}")
        return self.client.get(url, params=query, headers=headers)

    def value(self, path: str, name: str) -> str:
        if name not in self.values:
            pytest.fail(f"{path}: say in `seed` what to send for {name}")
        return self.values[name]


def public_routes() -> Iterator[tuple[str, Route]]:
    for route in application().routes:
        if isinstance(route, Route) and "GET" in route.verbs and not needs_sign_in(route):
            yield route.path, route


PUBLIC = dict(sorted(public_routes()))
REFUSES = {"/oauth2/authorize": 400}
"""Public, and of no use to a program that is not registered."""
GUEST = {"X-Guest-Session": "a-guest-session-of-32-characters"}


def shapes(shape: Dependant) -> Iterator[Dependant]:
    yield shape
    for part in shape.dependencies:
        yield from shapes(part)


def queries(route: Route) -> set[str]:
    """The names of all query parameters, also of those that a model gathers."""
    names: set[str] = set()
    for shape in shapes(route.dependant):
        for parameter in shape.query_params:
            fields = getattr(parameter.field_info.annotation, "model_fields", None)
            names |= set(fields) if fields else {parameter.alias}
    return names


def required(route: Route) -> set[str]:
    names: set[str] = set()
    for shape in shapes(route.dependant):
        for parameter in shape.query_params:
            fields = getattr(parameter.field_info.annotation, "model_fields", None)
            if fields:
                names |= {name for name, field in fields.items() if field.is_required()}
            elif parameter.field_info.is_required():
                names.add(parameter.alias)
    return names


@pytest.fixture
def world(runtime: Runtime, signing_key: Path) -> Iterator[World]:
    issuing = runtime.settings.model_copy(update={"oauth_signing_key_file": signing_key})
    runtime = replace(runtime, settings=issuing)
    values = seed(runtime)
    stranger = headers_for(runtime, write_user(runtime, Role.STUDENT))
    app = create_app(runtime)
    with TestClient(app, client=("127.0.0.1", 50_000), headers=GUEST) as client:
        yield World(client, stranger, values)


def seed(runtime: Runtime) -> dict[str, str]:
    """A live instructor with a studio, a lesson at a student's home, the home itself, an invite."""
    with runtime.begin(SYSTEM) as uow:
        teacher = instructors.live_instructor(uow, last_name="Vandersteen")
        student = bookings.student(uow, first_name="Jonas", last_name="Lindqvist")
        reach = [
            (teacher.id, "maya.vandersteen@example.org", "+12125550187"),
            (student.id, "jonas.lindqvist@example.org", "+12125550199"),
        ]
        for user_id, email, phone in reach:
            uow.session.execute(
                update(User).where(User.id == user_id).values(email=email, phone=phone)
            )
        bookings.booking(
            uow,
            teacher=teacher,
            student_id=student.id,
            place="9 Fillmore Street, Apt 12",
            latitude=40.4187654,
            longitude=-73.7843210,
            student_note="the door code is 4711",
        )
        onboarding.invite(uow, email="invited.person@example.org")
        past = reviews.taken(uow, teacher, student_id=student.id)
    with runtime.begin(student) as uow:
        said = "Ask me at jonas.lindqvist@example.org or +12125550199, or her at +1 (212) 555-0187."
        rating.publish(uow, WriteReview(booking_id=past.id, stars=5, text=said))
        addresses.add(
            uow,
            AddAddress(
                label=AddressLabel.HOME,
                line1="9 Fillmore Street",
                postal_code="11234",
                latitude=40.4187654,
                longitude=-73.7843210,
            ),
        )
    return {
        "instructor_id": teacher.id,
        "ids": teacher.id,
        "slug": teacher.slug,
        "offering_id": teacher.offering_id,
        "service_id": teacher.service_id,
        "service": "test-theremin",
        "category": "test-arts",
        "subcategory": "test-rarities",
        "q": "theremin",
        "area": teacher.area_keys[0],
        "area_key": teacher.area_keys[0],
        "latitude": "40.4103",
        "longitude": "-73.7903",
    }


def said(answer: Response) -> str:
    """The whole answer as text, headers too, with JSON escapes resolved."""
    body = answer.text
    if "json" in answer.headers.get("content-type", ""):
        body = json.dumps(answer.json(), ensure_ascii=False)
    return "\n".join([body, *(f"{name}: {value}" for name, value in answer.headers.items())])


@pytest.mark.parametrize("path", PUBLIC)
class TestAPublicAnswer:
    def test_keeps_what_is_private(self, world: World, path: str) -> None:
        for caller in (None, world.stranger):
            answer = world.get(path, caller)
            assert answer.status_code == REFUSES.get(path, 200), answer.text
            text = said(answer).lower()
            leaked = [kind for kind, secret in SECRETS.items() if secret.lower() in text]
            assert leaked == []


class TestTheWorld:
    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("/api/v1/search", ["Maya V."]),
            ("/api/v1/instructors", ["Maya V."]),
            ("/api/v1/instructors/{instructor_id}/reviews", ["Jonas L.", "Ask me at [removed]"]),
            ("/api/v1/instructors/{instructor_id}", ["Maya V.", "40.4115", "-73.7915"]),
        ],
    )
    def test_is_there_to_be_seen(self, world: World, path: str, shown: list[str]) -> None:
        text = said(world.get(path))
        assert [each for each in shown if each not in text] == []
