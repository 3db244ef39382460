"""Signing up, signing in and out.

A browser holds two things: the access token, which it gets in bodies and sends in the
Authorization header, and the refresh token, which travels only in the HttpOnly cookie `rid` and
only to these addresses, so that no script can read it and no other route ever sees it.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Cookie, Depends, Header, Request, Response

from api import guests, limits
from api.auth import Caller
from api.deps import RuntimeDep, UowDep, VisitorDep
from api.guests import GuestDep
from api.limits import ClientDep
from api.routing import PREFIX, Router
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.errors import RefreshRefused
from instainstru_core.domains.accounts.schemas import (
    AskForProof,
    ProofAsked,
    ProveAddress,
    SignIn,
    SignUpAccepted,
    SignUpStudent,
    Tokens,
    TokensView,
)
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.onboarding import flows as onboarding
from instainstru_core.domains.onboarding.schemas import InstructorSignedUp, SignUpInstructor
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.runtime import Runtime

COOKIE = "rid"
COOKIE_PATH = f"{PREFIX}/auth"

router = Router(prefix="/auth", tags=["auth"])

RefreshCookie = Annotated[
    str | None, Cookie(alias=COOKIE, description="The refresh token. Signing in sets it.")
]


class ForeignOrigin(Forbidden):
    code = "auth.foreign_origin"


async def own_origin(request: Request, runtime: RuntimeDep) -> None:
    """Refuse a page of another site: these routes are moved by a cookie, which it could ride."""
    origin = request.headers.get("origin")
    if origin is None or origin in runtime.settings.web_origins:
        return
    _, _, place = origin.partition("://")
    if not place or place != request.headers.get("host"):
        raise ForeignOrigin("This page may not use the sign-in of another site.")


OWN_ORIGIN = Depends(own_origin)


@router.post(
    "/sign-up/student",
    status_code=HTTPStatus.ACCEPTED,
    operation_id="auth.sign_up_student",
    summary="Sign up as a student",
)
def sign_up_student(
    runtime: RuntimeDep, visitor: VisitorDep, command: SignUpStudent
) -> SignUpAccepted:
    """The answer does not say whether the address was known. Sign in next."""
    return flows.sign_up_student(runtime.begin, actor=visitor, command=command)


@router.post(
    "/sign-up/instructor",
    status_code=HTTPStatus.CREATED,
    operation_id="auth.sign_up_instructor",
    summary="Sign up as an invited instructor",
)
def sign_up_instructor(
    runtime: RuntimeDep, visitor: VisitorDep, command: SignUpInstructor
) -> InstructorSignedUp:
    """Uses up the invite, which has to be for this address. Sign in next."""
    return onboarding.sign_up_instructor(
        runtime.begin,
        actor=visitor,
        command=command,
        founding_cap=runtime.settings.founding_cap,
    )


@router.post(
    "/address-proofs",
    status_code=HTTPStatus.ACCEPTED,
    operation_id="auth.ask_for_proof",
    summary="Have a code sent to one's address",
    responses={429: {}},
)
def ask_for_proof(
    runtime: RuntimeDep, visitor: VisitorDep, client: ClientDep, command: AskForProof
) -> ProofAsked:
    """For whoever has forgotten the password, or finds that somebody else signed up with their
    address. The answer does not say whether there is an account; one message in ten minutes, and
    20 requests an hour from one network.
    """
    limits.count_code(runtime, client)
    with runtime.begin(visitor) as uow:
        return notifications.ask_for_proof(uow, command, web_url=runtime.settings.web_url)


@router.post(
    "/address-proofs/redeem",
    operation_id="auth.prove_address",
    summary="Choose a new password with the code that was sent",
)
def prove_address(
    runtime: RuntimeDep, visitor: VisitorDep, response: Response, command: ProveAddress
) -> TokensView:
    """Ends every sign-in of the account and begins one, as signing in does. A code works once."""
    terms = service.terms_of(runtime.settings)
    tokens = flows.prove_address(runtime.begin, actor=visitor, command=command, terms=terms)
    return _handed_over(tokens, response, runtime)


@router.post("/sign-in", operation_id="auth.sign_in", summary="Sign in")
def sign_in(
    *,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    guest: GuestDep,
    response: Response,
    command: SignIn,
) -> TokensView:
    """Answers with an access token, and sets the refresh token as the cookie `rid`.

    What was searched for in the guest session comes along.
    """
    terms = service.terms_of(runtime.settings)
    tokens = flows.sign_in(runtime.begin, actor=visitor, command=command, terms=terms)
    caller = Caller(tokens.view.access_token, visitor.request_id or "")
    guests.take_along(runtime, caller, guest, response)
    return _handed_over(tokens, response, runtime)


@router.post(
    "/refresh",
    operation_id="auth.refresh",
    summary="Exchange the refresh cookie for a new access token",
    dependencies=[OWN_ORIGIN],
)
def refresh(
    runtime: RuntimeDep, visitor: VisitorDep, response: Response, rid: RefreshCookie = None
) -> TokensView:
    """The cookie changes each time. One that was exchanged before ends the sign-in."""
    if not rid:
        raise RefreshRefused("There is no sign-in to continue. Sign in.")
    terms = service.terms_of(runtime.settings)
    tokens = flows.refresh(runtime.begin, actor=visitor, refresh_token=rid, terms=terms)
    return _handed_over(tokens, response, runtime)


@router.post(
    "/sign-out",
    status_code=HTTPStatus.NO_CONTENT,
    operation_id="auth.sign_out",
    summary="Sign out here",
    dependencies=[OWN_ORIGIN],
)
def sign_out(
    runtime: RuntimeDep,
    visitor: VisitorDep,
    response: Response,
    rid: RefreshCookie = None,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Ends the sign-in of the cookie and of the access token, whichever is sent."""
    terms = service.terms_of(runtime.settings)
    with runtime.begin(visitor) as uow:
        service.sign_out(uow, terms, refresh_token=rid, access_token=_bearer(authorization))
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")


@router.post(
    "/sign-out-everywhere",
    status_code=HTTPStatus.NO_CONTENT,
    operation_id="auth.sign_out_everywhere",
    summary="Sign out on every device",
)
def sign_out_everywhere(uow: UowDep, response: Response) -> None:
    """Ends every sign-in of the signed-in person, this one too, at once."""
    service.sign_out_everywhere(uow)
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")


def keep_refresh_token(tokens: Tokens, response: Response, runtime: Runtime) -> None:
    """Put the refresh token where only these routes get it back."""
    response.set_cookie(
        COOKIE,
        tokens.refresh_token,
        max_age=int(tokens.refresh_ttl.total_seconds()),
        path=COOKIE_PATH,
        secure=runtime.settings.api_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"


def _handed_over(tokens: Tokens, response: Response, runtime: Runtime) -> TokensView:
    keep_refresh_token(tokens, response, runtime)
    return tokens.view


def _bearer(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
