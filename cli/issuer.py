"""The token endpoint: a JWT for a program that proves who it is."""

from typing import Any

import httpx

from instainstru_core.kernel.errors import Refusal, Unauthenticated, Unavailable

PATH = "/oauth2/token"
PATIENCE_SECONDS = 10.0


class IssuerUnreachable(Unavailable):
    code = "token.issuer_unreachable"


class TokenRefused(Unauthenticated):
    code = "token.refused"


def obtain(url: str, client_id: str, client_secret: str, *, scope: str) -> dict[str, Any]:
    """The token endpoint's answer. Raises IssuerUnreachable or TokenRefused."""
    form = {"grant_type": "client_credentials", "scope": scope}
    try:
        answer = httpx.post(
            url, data=form, auth=(client_id, client_secret), timeout=PATIENCE_SECONDS
        )
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
        raise IssuerUnreachable(
            f"No token endpoint answers at {url}. Start it with `make demo` or"
            " `instainstru serve api`, or name another with --url.",
            url=url,
        ) from failure
    if answer.is_success:
        token: dict[str, Any] = said
        return token
    raise _refusal(said)


def _refusal(said: dict[str, Any]) -> Refusal:
    words = said.get("error_description") or said.get("detail") or "No reason was given."
    return TokenRefused(f"The issuer refused: {words}", error=str(said.get("error", "unknown")))
