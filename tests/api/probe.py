"""Routes that only tests have, to try what surrounds every route."""

from typing import Annotated

from fastapi import FastAPI, Form, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import text

from api import etag
from api.deps import ActorDep, PublicUowDep, SignedInDep, UowDep
from api.etag import IfMatch
from api.routing import Router
from instainstru_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable

router = Router(prefix="/probe", tags=["probe"])


class Command(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=10)
    amount: int = Field(default=1, ge=0, le=100)
    ratio: float | None = None
    color: str = "red"

    @field_validator("color")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in {"red", "blue"}:
            msg = "Choose red or blue."
            raise ValueError(msg)
        return value


class Echo(BaseModel):
    said: str


class SlotGone(Conflict):
    code = "probe.slot_gone"


class Odd(Invalid):
    code = "probe.odd"


class Missing(NotFound):
    code = "probe.missing"


class Busy(Unavailable):
    code = "probe.busy"


REFUSALS = {
    "conflict": SlotGone("It was just taken. Choose another.", scope="instructor"),
    "invalid": Odd("Send an even number."),
    "missing": Missing("There is no such thing."),
    "busy": Busy("Come back soon.", retry_after=7),
}


@router.post("/commands")
def command(command: Command) -> Echo:
    return Echo(said=command.name)


@router.post("/forms")
def form(name: Annotated[str, Form()]) -> Echo:
    return Echo(said=name)


@router.get("/texts")
def texts(q: Annotated[str, Query(max_length=5)], limit: int = 1) -> Echo:
    return Echo(said=f"{q}{limit}")


@router.get("/things/{thing_id}")
def thing(thing_id: str) -> Echo:
    return Echo(said=thing_id)


@router.get("/refusals/{kind}")
def refusal(kind: str) -> Echo:
    raise REFUSALS[kind]


@router.get("/bug")
def bug() -> Echo:
    msg = "the secret is 1234"
    raise RuntimeError(msg)


@router.get("/mine")
def mine(uow: UowDep) -> Echo:
    return Echo(said=str(uow.actor.id))


@router.get("/anyone")
def anyone(uow: PublicUowDep) -> Echo:
    return Echo(said=f"{uow.actor.kind} {uow.session.scalar(text('SELECT 1'))}")


@router.get("/who")
def who(actor: ActorDep) -> Echo:
    return Echo(said=f"{actor.kind} {actor.door}")


@router.get("/signed-in")
def signed_in(actor: SignedInDep) -> Echo:
    return Echo(said=str(actor.request_id))


@router.get("/versions")
def versions(response: Response) -> Echo:
    response.headers["ETag"] = etag.of_version(7)
    response.headers["Cache-Control"] = "public, max-age=60"
    return Echo(said="seven")


@router.put("/versions")
def save(if_match: IfMatch = None) -> Echo:
    return Echo(said=str(etag.version_in(if_match)))


@router.get("/large")
def large(accept_language: Annotated[str, Header()] = "") -> Echo:
    return Echo(said=accept_language + "x" * 5_000)


@router.post("/deferred")
def deferred(uow: PublicUowDep) -> Echo:
    """Breaks a constraint that speaks only when the transaction commits."""
    uow.session.execute(text("INSERT INTO only_once VALUES (1), (1)"))
    return Echo(said="written")


def add_to(app: FastAPI) -> FastAPI:
    app.router.routes.extend(router.routes)
    return app
