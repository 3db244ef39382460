"""The OAuth 2 issuer for development, at the addresses the standards give it.

In production, and where no signing key is set, none of this is there.
"""

from typing import Annotated

from fastapi import Form, Header, Response
from fastapi.responses import JSONResponse

from api.deps import RuntimeDep, VisitorDep
from api.routing import Router
from instainstru_core.domains.access import flows, service
from instainstru_core.domains.access.errors import (
    BadTokenRequest,
    CodeRefused,
    ScopeNotAllowed,
    UnknownClient,
    UnsupportedGrant,
)
from instainstru_core.domains.access.schemas import (
    IssuerMetadata,
    JwksView,
    TokenError,
    TokenRequest,
    TokenView,
)
from instainstru_core.kernel.errors import Refusal

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FOR_A_WHILE = "public, max-age=300"

router = Router(base="", tags=["oauth"])


@router.post(
    "/oauth2/token",
    operation_id="oauth.token",
    summary="A token for a service, by client credentials",
    response_model=TokenView,
    response_model_exclude_none=True,
    responses={400: {"model": TokenError}, 401: {"model": TokenError}, 404: {}},
)
def token(
    runtime: RuntimeDep,
    visitor: VisitorDep,
    response: Response,
    form: Annotated[TokenRequest, Form()],
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> TokenView | JSONResponse:
    """Prove the client with HTTP Basic or with form fields. Refusals are those of RFC 6749.

    A person's program exchanges its code, and later each refresh token, once.
    """
    issuer = service.issuer_of(runtime.settings)
    try:
        view = flows.answer_token_request(
            runtime.begin, actor=visitor, request=form, authorization=authorization, issuer=issuer
        )
    except (
        BadTokenRequest,
        CodeRefused,
        UnsupportedGrant,
        UnknownClient,
        ScopeNotAllowed,
    ) as refusal:
        return _refused(refusal)
    response.headers.update(NO_STORE)
    return view


@router.get(
    "/oauth2/jwks",
    operation_id="oauth.jwks",
    summary="The keys that tokens are verified with",
    responses={404: {}},
)
def jwks(runtime: RuntimeDep, response: Response) -> JwksView:
    """A JSON Web Key Set (RFC 7517)."""
    issuer = service.issuer_of(runtime.settings)
    response.headers["Cache-Control"] = FOR_A_WHILE
    return JwksView(**service.jwks(issuer.signing_key))


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="oauth.metadata",
    summary="What clients need to know of the issuer",
    responses={404: {}},
)
def metadata(runtime: RuntimeDep, response: Response) -> IssuerMetadata:
    """Authorization server metadata (RFC 8414)."""
    response.headers["Cache-Control"] = FOR_A_WHILE
    return service.issuer_metadata(service.issuer_of(runtime.settings))


def _refused(refusal: Refusal) -> JSONResponse:
    body = TokenError(error=refusal.code.removeprefix("oauth."), error_description=refusal.message)
    if not isinstance(refusal, UnknownClient):
        return JSONResponse(body.model_dump(), 400, NO_STORE)
    challenge = {"WWW-Authenticate": 'Basic realm="instainstru", charset="UTF-8"'}
    return JSONResponse(body.model_dump(), 401, NO_STORE | challenge)
