"""Who is asking: from the Authorization header to an Actor, in the transaction of the route."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.kernel.authority import ANONYMOUS, Actor, Door
from instainstru_core.kernel.errors import Unauthenticated
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime


class SignInRequired(Unauthenticated):
    code = "auth.required"


class BadAuthorization(Unauthenticated):
    code = "auth.bad_header"


class BearerToken(SecurityBase):
    """The access token in `Authorization: Bearer ...`; None without the header."""

    def __init__(self) -> None:
        self.model = HTTPBearerModel(
            bearerFormat="JWT",
            description="The `access_token` that signing in answers with.",
        )
        self.scheme_name = "AccessToken"

    async def __call__(self, request: Request) -> str | None:
        header = request.headers.get("authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadAuthorization("Send the access token as `Authorization: Bearer <token>`.")
        return token.strip()


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says about who sent it, before anything is believed."""

    token: str | None
    request_id: str


async def caller(request: Request, token: Annotated[str | None, Depends(BearerToken())]) -> Caller:
    return Caller(token=token, request_id=request.state.request_id)


def require_token(caller: Caller) -> None:
    """Refuse at once, before the body is looked at, who brings no token at all."""
    if caller.token is None:
        raise SignInRequired("Sign in first: this needs an access token.")


@contextmanager
def work(runtime: Runtime, caller: Caller) -> Generator[Uow]:
    """A unit of work of the caller: one transaction finds out who it is and does the work."""
    with runtime.begin(ANONYMOUS) as uow:
        yield replace(uow, actor=_identified(runtime, uow, caller))


@contextmanager
def known(runtime: Runtime, caller: Caller) -> Generator[Actor]:
    """The caller, for routes that open units of work of their own. Nothing is held meanwhile."""
    if caller.token is None:
        yield _anonymous(caller)
        return
    with runtime.begin(ANONYMOUS) as uow:
        found = _identified(runtime, uow, caller, alone=True)
    yield found


def _identified(runtime: Runtime, uow: Uow, caller: Caller, *, alone: bool = False) -> Actor:
    if caller.token is None:
        return _anonymous(caller)
    return accounts.authenticate(
        uow,
        caller.token,
        secret=runtime.settings.jwt_secret.get_secret_value(),
        door=Door.API,
        request_id=caller.request_id,
        alone=alone,
    )


def _anonymous(caller: Caller) -> Actor:
    return replace(ANONYMOUS, door=Door.API, request_id=caller.request_id)
