"""How people sign in to the copilot, in development: a page, a code, PKCE.

In production, and where no signing key is set, none of this is there: the configured issuer does
it. The page keeps no cookie: whoever sends its form has just typed the password.
"""

from html import escape
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ConfigDict, SecretStr

from api.deps import RuntimeDep, VisitorDep
from api.routing import Router
from instainstru_core.domains.access import service
from instainstru_core.domains.access.schemas import (
    Authorization,
    AuthorizationRequest,
    PublicClientView,
    RegisterPublicClient,
    TokenError,
)
from instainstru_core.domains.accounts import flows
from instainstru_core.domains.accounts.errors import BadCredentials
from instainstru_core.domains.accounts.schemas import SignIn
from instainstru_core.kernel.errors import Refusal

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
FOUND = 303
SCOPE_WORDS = {
    "mcp:read": "read everything that staff may read",
    "mcp:write": "change lessons, instructors and operations, each change confirmed by you",
    "mcp:money": "move money, each time confirmed by you",
    "mcp:comms": "write to people, each time confirmed by you",
}

router = Router(base="", tags=["oauth"])


class SignedForm(AuthorizationRequest):
    """What the page sends: what it was opened with, and the proof."""

    model_config = ConfigDict(frozen=True)

    email: str = ""
    password: SecretStr = SecretStr("")


@router.post(
    "/oauth2/register",
    operation_id="oauth.register",
    summary="Register a program that acts for people",
    status_code=201,
    response_model=PublicClientView,
    include_in_schema=False,
)
def register(runtime: RuntimeDep, command: RegisterPublicClient) -> PublicClientView | JSONResponse:
    """Dynamic registration (RFC 7591). The id is all there is to keep."""
    issuer = service.issuer_of(runtime.settings)
    try:
        return service.register_public_client(command, issuer)
    except Refusal as refusal:
        return JSONResponse(_error(refusal).model_dump(), 400, HEADERS)


@router.get("/oauth2/authorize", operation_id="oauth.authorize", include_in_schema=False)
def authorize(
    runtime: RuntimeDep, wanted: Annotated[AuthorizationRequest, Query()]
) -> HTMLResponse:
    """The page on which a person lets a program act for them."""
    issuer = service.issuer_of(runtime.settings)
    try:
        found = service.read_authorization(wanted, issuer)
    except Refusal as refusal:
        return _page(f"<h1>This cannot be done</h1><p>{escape(refusal.message)}</p>", 400)
    return _form(found, wanted)


@router.post("/oauth2/authorize", operation_id="oauth.agree", include_in_schema=False)
def agree(
    runtime: RuntimeDep, visitor: VisitorDep, form: Annotated[SignedForm, Form()]
) -> Response:
    """Prove the person, then send the program its code."""
    issuer = service.issuer_of(runtime.settings)
    try:
        found = service.read_authorization(form, issuer)
    except Refusal as refusal:
        return _page(f"<h1>This cannot be done</h1><p>{escape(refusal.message)}</p>", 400)
    try:
        user_id = flows.prove(runtime.begin, actor=visitor, command=_proof(form))
        with runtime.begin(visitor) as uow:
            back = service.authorize(uow, user_id, found, issuer)
    except Refusal as refusal:
        return _form(found, form, refusal.message)
    return RedirectResponse(back, FOUND, HEADERS)


def _proof(form: SignedForm) -> SignIn:
    try:
        return SignIn(email=form.email, password=form.password)
    except ValueError as failure:
        raise BadCredentials("Type your address and your password.") from failure


def _error(refusal: Refusal) -> TokenError:
    return TokenError(error=refusal.code.removeprefix("oauth."), error_description=refusal.message)


def _form(found: Authorization, wanted: AuthorizationRequest, wrong: str = "") -> HTMLResponse:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(getattr(wanted, name)))}">'
        for name in AuthorizationRequest.model_fields
    )
    rights = "".join(f"<li>{escape(SCOPE_WORDS.get(scope, scope))}</li>" for scope in found.scopes)
    refused = f'<p role="alert">{escape(wrong)}</p>' if wrong else ""
    return _page(
        f"<h1>Sign in to InstaInstru</h1><p><strong>{escape(found.client_name)}</strong> wants to"
        f" act for you. It may:</p><ul>{rights}</ul><p>You come back to"
        f" {escape(found.redirect_uri)}.</p>{refused}"
        f'<form method="post" action="/oauth2/authorize">{kept}'
        '<p><label>Address <input name="email" type="email" autocomplete="username" required>'
        '</label></p><p><label>Password <input name="password" type="password"'
        ' autocomplete="current-password" required></label></p>'
        "<p><button>Sign in and allow</button></p></form>",
        400 if wrong else 200,
    )


def _page(body: str, status: int) -> HTMLResponse:
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>'
        "<style>body{font:16px/1.5 system-ui;max-width:30rem;margin:4rem auto;padding:0 1rem}"
        "input{width:100%;padding:.5rem;box-sizing:border-box}button{padding:.5rem 1rem}"
        "[role=alert]{color:#a00}</style>"
    )
    return HTMLResponse(f"{head}<main>{body}</main></html>", status, HEADERS)
