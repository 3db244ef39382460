"""Whatever is sent: no bug answers, and every answer is as the OpenAPI document says.

Each operation gets requests that fit the document, some of them about what exists, and requests
that break it. The caller holds every role, teaches and takes lessons, so that what lies behind the
permissions is reached.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Connection, Engine

from api.app import create_app
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access import service as access_service
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.addresses.schemas import AddAddress
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.reviews import service as rating
from instainstru_core.domains.reviews.schemas import WriteReview
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.types.recording import Noted, Searcher
from instainstru_core.kernel.authority import SYSTEM, Actor, Permission
from instainstru_core.kernel.ids import id_of
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin
from tests.api.conftest import Headers, headers_for
from tests.conftest import SetClock, begin_on, runtime_of
from tests.contracts.documents import HERE
from tests.factories import access, bookings, instructors, money, onboarding, reviews
from tests.factories.embeddings import Remote

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Every request has the caller's token: another one made up would only be replaced.
CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
# The document is what `test_openapi` compares with the application's: it takes a second to make.
DOCUMENT = json.loads((HERE / "openapi.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
NIGHTLY_EXAMPLES = 500
EMBEDDING = {"POST /api/v1/search/embeddings/rebuild"}
"""What gives each word of the catalog its vector, which a model at the end of a network does."""


@dataclass(frozen=True)
class World:
    """An application with something in it: who asks, and the names of what is there."""

    app: FastAPI
    headers: Headers
    known: dict[str, str]

    def about_what_exists(self, case: schemathesis.Case) -> schemathesis.Case:
        """The request, with what exists in place of made-up ids and names."""
        for part in (case.path_parameters, case.query, case.body):
            if isinstance(part, dict):
                part.update({name: self.known[name] for name in part if name in self.known})
        return case


@dataclass(frozen=True)
class Ground:
    """What every operation finds: on a connection whose transaction is still open."""

    connection: Connection
    begin: Begin
    clock: SetClock
    caller_id: str
    teacher_id: str
    known: dict[str, str]


@pytest.fixture(scope="module")
def ground(engine: Engine) -> Iterator[Ground]:
    """People, lessons and what belongs to them, written once."""
    clock = SetClock()
    with engine.connect() as connection:
        outer = connection.begin()
        yield laid(connection, begin_on(connection, clock), clock)
        outer.rollback()


def laid(connection: Connection, begin: Begin, clock: SetClock) -> Ground:
    with begin(SYSTEM) as uow:
        caller = instructors.live_instructor(uow, first_name="Zoe")
        teacher = instructors.live_instructor(uow)
        for role in Role:
            access_service.grant_role(uow, caller.id, role)
        lesson = bookings.booking(uow, teacher=teacher, student_id=caller.id)
        past = reviews.taken(uow, teacher, student_id=caller.id)
        invite = onboarding.invite(uow)
        client = access.client(uow)
    with begin(Actor(id=caller.id, permissions=frozenset(Permission))) as uow:
        home = AddAddress(label=AddressLabel.HOME, line1="350 5th Ave", postal_code="10118")
        address = addresses.add(uow, home)
        review = rating.publish(uow, WriteReview(booking_id=past.id, stars=4))
        search_id = id_of(int(uow.now.timestamp() * 1000), 1)
        searches.note(
            uow,
            Noted(
                search_id=search_id,
                at=uow.now,
                searcher=Searcher(user_id=caller.id),
                text="theremin",
                result_count=1,
                took_ms=1.0,
            ),
        )
        history = searches.recent_searches(uow, None, secret="").items[0]
    known = {
        "user_id": teacher.id,
        "instructor_id": teacher.id,
        "slug": teacher.slug,
        "offering_id": teacher.offering_id,
        "service_id": teacher.service_id,
        "service": "test-theremin",
        "category": "test-arts",
        "subcategory": "test-rarities",
        "area": teacher.area_keys[0],
        "area_key": teacher.area_keys[0],
        "booking_id": lesson.id,
        "reference": f"booking:{lesson.id}",
        "invite_id": invite.id,
        "code": invite.code,
        "invite_code": invite.code,
        "client_id": client.client_id,
        "address_id": address.id,
        "search_id": search_id,
        "history_id": history.id,
        "review_id": review.id,
    }
    return Ground(connection, begin, clock, caller.id, teacher.id, known)


@pytest.fixture
def world(
    ground: Ground, settings: Settings, engine: Engine, signing_key: Path, label: str
) -> Iterator[World]:
    """A provider and an application of its own; what the operation wrote is undone after it."""
    issuing = settings.model_copy(update={"oauth_signing_key_file": signing_key})
    stripe = Simulator(ground.clock, starting_balance=money.FUNDS)
    runtime = runtime_of(issuing, engine, ground.begin, ground.clock, stripe)
    if label in EMBEDDING:
        runtime = replace(runtime, query_vectors=QueryVectors(Remote()))
    with ground.connection.begin_nested() as point:
        with runtime.begin(SYSTEM) as uow:
            money.payee(uow, stripe, ground.teacher_id)
            card_id = money.card(uow, stripe, ground.caller_id)
        headers = headers_for(runtime, ground.caller_id)
        known = ground.known | {"payment_method_id": card_id}
        yield World(create_app(runtime), headers, known)
        point.rollback()


@pytest.fixture
def session(world: World) -> Iterator[asgi.ASGIClient]:
    with asgi.get_client(world.app) as client:
        yield client


def explore(label: str, world: World, session: asgi.ASGIClient, examples: int) -> None:
    operation = OPERATIONS[label]
    fitting = operation.as_strategy()
    requests = [fitting, fitting.map(world.about_what_exists)]
    if any(True for _ in operation.iter_parameters()) or operation.body:
        requests.append(operation.as_strategy(GenerationMode.NEGATIVE))

    @hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < NIGHTLY_EXAMPLES,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(requests))
    def answers_as_documented(case: schemathesis.Case) -> None:
        answer = case.call(app=world.app, session=session, headers=dict(world.headers))
        case.validate_response(answer, checks=CHECKS)

    try:
        answers_as_documented()
    except Unsatisfiable:
        pytest.skip("no request breaks this operation")


class TestEveryOperation:
    @pytest.mark.parametrize("label", sorted(OPERATIONS))
    def test_answers_as_documented(
        self, label: str, world: World, session: asgi.ASGIClient
    ) -> None:
        explore(label, world, session, examples=20)

    @pytest.mark.nightly
    @pytest.mark.parametrize("label", sorted(OPERATIONS))
    def test_answers_as_documented_all_night(
        self, label: str, world: World, session: asgi.ASGIClient
    ) -> None:
        explore(label, world, session, examples=NIGHTLY_EXAMPLES)
