"""The signed-in person's own account."""

from fastapi import Response

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.routes.auth import keep_refresh_token
from api.routing import Router
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.schemas import ChangePassword, MeView, TokensView, UpdateMe

router = Router(prefix="/accounts", tags=["accounts"])


@router.get("/me", operation_id="accounts.me", summary="Who is signed in")
def me(uow: UowDep) -> MeView:
    """The signed-in person, with roles and permissions."""
    return service.me(uow)


@router.patch("/me", operation_id="accounts.update_me", summary="Change one's own data")
def update_me(uow: UowDep, command: UpdateMe) -> MeView:
    """Changes what is sent and leaves the rest."""
    return service.update_me(uow, command)


@router.post(
    "/me/password", operation_id="accounts.change_password", summary="Change one's password"
)
def change_password(
    runtime: RuntimeDep, actor: SignedInDep, response: Response, command: ChangePassword
) -> TokensView:
    """Ends every sign-in, also this one, and answers with a fresh one for the caller."""
    terms = service.terms_of(runtime.settings)
    tokens = flows.change_password(runtime.begin, actor=actor, command=command, terms=terms)
    keep_refresh_token(tokens, response, runtime)
    return tokens.view
