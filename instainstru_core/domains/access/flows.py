"""Tokens, where a refusal has to be remembered: a code or a token that was shown is worth nothing
afterwards, so its end is committed before anybody is refused.
"""

from instainstru_core.domains.access import service
from instainstru_core.domains.access.errors import CodeRefused
from instainstru_core.domains.access.schemas import Issuer, TokenRequest, TokenView
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin


def answer_token_request(
    begin: Begin, *, actor: Actor, request: TokenRequest, authorization: str | None, issuer: Issuer
) -> TokenView:
    """The token endpoint. Raises CodeRefused and what `service.answer_token_request` refuses."""
    with begin(actor) as uow:
        view = service.answer_token_request(
            uow, request, authorization=authorization, issuer=issuer
        )
    if view is None:
        raise CodeRefused(
            "This code or refresh token is unknown, used, over or not yours. Sign in again."
        )
    return view
