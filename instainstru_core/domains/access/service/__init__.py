"""Roles, overrides, programs, and the tokens that programs and people get."""

from instainstru_core.domains.access.service.clients import (
    clients,
    disable_client,
    is_withdrawn,
    register_client,
)
from instainstru_core.domains.access.service.continuing import (
    end_programs,
    forget_programs,
    refresh,
)
from instainstru_core.domains.access.service.rights import (
    ADMINS,
    actor_for,
    clear_override,
    enroll,
    grant_role,
    override,
    permissions_of,
    require_other,
    revoke_role,
    rights,
    roles_of,
)
from instainstru_core.domains.access.service.signing_in import (
    authorize,
    exchange_code,
    forget_codes,
    read_authorization,
    register_public_client,
)
from instainstru_core.domains.access.service.tokens import (
    answer_token_request,
    issue_token,
    issuer_metadata,
    issuer_of,
    jwks,
)

__all__ = [
    "ADMINS",
    "actor_for",
    "answer_token_request",
    "authorize",
    "clear_override",
    "clients",
    "disable_client",
    "end_programs",
    "enroll",
    "exchange_code",
    "forget_codes",
    "forget_programs",
    "grant_role",
    "is_withdrawn",
    "issue_token",
    "issuer_metadata",
    "issuer_of",
    "jwks",
    "override",
    "permissions_of",
    "read_authorization",
    "refresh",
    "register_client",
    "register_public_client",
    "require_other",
    "revoke_role",
    "rights",
    "roles_of",
]
