"""Roles, overrides, service clients, and the tokens that services get."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.errors import (
    BadTokenRequest,
    ClientNotFound,
    ExpiryPassed,
    IssuerAbsent,
    LastAdmin,
    OwnCase,
    OwnRights,
    ScopeNotAllowed,
    UnknownClient,
    UnsupportedGrant,
)
from instainstru_core.domains.access.models import PermissionOverride, RoleGrant, ServiceClient
from instainstru_core.domains.access.repository import Overrides, RoleGrants, ServiceClients
from instainstru_core.domains.access.schemas import (
    ClientView,
    Issuer,
    IssuerMetadata,
    OverridePermission,
    OverrideView,
    RegisterClient,
    RegisteredClientView,
    RightsView,
    TokenRequest,
    TokenView,
)
from instainstru_core.domains.access.types import Role, Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import Actor, ActorKind, Door, Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.safety import Tier
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Uow

ADMINS = "access:admins"
CLIENT_PREFIX = "client_"
SECRET_BYTES = 32
GRANT_TYPE = "client_credentials"
SIGN_UP_ROLES = frozenset({Role.STUDENT, Role.INSTRUCTOR})
NOBODY = policy.digest_of("")


@operation("access.enroll")
def enroll(uow: Uow, user_id: str, role: Role) -> None:
    """Give a new person the role they signed up for. Any other role has to be granted by staff."""
    if role not in SIGN_UP_ROLES:
        require(uow.actor, Permission.ACCESS_MANAGE)
    _grant(uow, user_id, role)


@operation("access.grant_role")
def grant_role(uow: Uow, user_id: str, role: Role) -> bool:
    """Give a person a role; False when they have held it already."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    granted = _grant(uow, user_id, role)
    if granted:
        _audit_rights(uow, "access.grant_role", user_id, role=role.value)
    return granted


@operation("access.revoke_role")
def revoke_role(uow: Uow, user_id: str, role: Role) -> bool:
    """Take a role away; False when the person did not hold it. One administrator always stays."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    if role is Role.ADMIN:
        locks.advisory(uow.session, [ADMINS])
    grants = RoleGrants(uow.session)
    revoked = grants.revoke(user_id, role)
    if revoked and role is Role.ADMIN and grants.holders(Role.ADMIN) == 0:
        raise LastAdmin("This is the last administrator. Make someone else an administrator first.")
    if revoked and role is Role.ADMIN:
        _require_still(uow)
    if revoked:
        _audit_rights(uow, "access.revoke_role", user_id, role=role.value)
    return revoked


@operation("access.override")
def override(
    uow: Uow, user_id: str, permission: Permission, command: OverridePermission
) -> RightsView:
    """Give or take one permission, whatever the person's roles say."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    _one_at_a_time(uow, permission)
    Overrides(uow.session).put(
        user_id, permission, granted=command.granted, reason=command.reason, at=uow.now
    )
    _audit_rights(
        uow, "access.override", user_id, permission=permission.value, granted=command.granted
    )
    return rights(uow, user_id)


@operation("access.clear_override")
def clear_override(uow: Uow, user_id: str, permission: Permission) -> RightsView:
    """Let the person's roles decide again about this permission."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    _one_at_a_time(uow, permission)
    found = uow.session.get(PermissionOverride, (user_id, permission))
    if found is not None:
        uow.session.delete(found)
        uow.session.flush()
        _audit_rights(uow, "access.clear_override", user_id, permission=permission.value)
    return rights(uow, user_id)


@operation("access.rights")
def rights(uow: Uow, user_id: str) -> RightsView:
    """What one person may do, and why. For staff."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    overrides = Overrides(uow.session).all(repository.overrides_of(user_id))
    roles = roles_of(uow, [user_id])[user_id]
    permissions = policy.permissions_for(roles, {row.permission: row.granted for row in overrides})
    return RightsView(
        user_id=user_id,
        roles=sorted(roles),
        overrides=[OverrideView.model_validate(row) for row in overrides],
        permissions=sorted(permissions),
    )


@operation("access.roles_of")
def roles_of(uow: Uow, ids: Collection[str]) -> dict[str, frozenset[Role]]:
    """The roles of these people; nobody is left out. Asked by the services that show people."""
    found: dict[str, set[Role]] = {user_id: set() for user_id in ids}
    for user_id, role in RoleGrants(uow.session).of(found.keys()):
        found[user_id].add(role)
    return {user_id: frozenset(roles) for user_id, roles in found.items()}


@operation("access.permissions_of")
def permissions_of(uow: Uow, user_id: str) -> frozenset[Permission]:
    """What this person may do now. Asked by the services and doors that authenticate people."""
    return policy.permissions_for(*repository.rights(uow.session, user_id))


@operation("access.actor_for")
def actor_for(uow: Uow, user_id: str, *, door: Door, request_id: str | None = None) -> Actor:
    """The person as an actor. The caller has made sure who it is."""
    return Actor(
        id=user_id,
        permissions=permissions_of(uow, user_id),
        door=door,
        request_id=request_id,
    )


def require_other(uow: Uow, *user_ids: str) -> None:
    """Refuse whoever is one of these people: nobody decides about their own money or standing."""
    if any(uow.actor.is_user(user_id) for user_id in user_ids):
        raise OwnCase("This is about yourself. Ask a colleague to do it.")


@operation("access.register_client")
def register_client(uow: Uow, command: RegisterClient) -> RegisteredClientView:
    """Register a program and tell its secret, this once."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    if command.expires_at is not None and command.expires_at <= uow.now:
        raise ExpiryPassed("This end lies in the past. Give a later one, or none.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = ServiceClients(uow.session).add(
        ServiceClient(
            client_id=f"{CLIENT_PREFIX}{new_id().lower()}",
            name=command.name,
            secret_digest=policy.digest_of(secret),
            scopes=sorted({scope.value for scope in command.scopes}),
            org_id=command.org_id,
            created_at=uow.now,
            expires_at=command.expires_at,
        )
    )
    audit.record(
        uow,
        "access.register_client",
        subject_kind="service_client",
        subject_id=row.client_id,
        details={"scopes": row.scopes, "expires": row.expires_at is not None},
    )
    shown = ClientView.model_validate(row).model_dump()
    return RegisteredClientView(**shown, client_secret=secret)


@operation("access.clients")
def clients(uow: Uow) -> list[ClientView]:
    """All registered programs, oldest first."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    rows = ServiceClients(uow.session).all(repository.clients())
    return [ClientView.model_validate(row) for row in rows]


@operation("access.disable_client")
def disable_client(uow: Uow, client_id: str) -> ClientView:
    """Give this program no more tokens. Those it has end by themselves."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    row = ServiceClients(uow.session).one_or_none(repository.client(client_id).with_for_update())
    if row is None:
        raise ClientNotFound("There is no such client. List the clients to see their ids.")
    if row.disabled_at is None:
        row.disabled_at = uow.now
        audit.record(
            uow, "access.disable_client", subject_kind="service_client", subject_id=client_id
        )
    return ClientView.model_validate(row)


@operation("access.answer_token_request")
def answer_token_request(
    uow: Uow, request: TokenRequest, *, authorization: str | None, issuer: Issuer
) -> TokenView:
    """The token endpoint: the client's proof is in the header or in the form, never in both."""
    if request.grant_type != GRANT_TYPE:
        missing = BadTokenRequest if not request.grant_type else UnsupportedGrant
        raise missing(f"Ask with grant_type={GRANT_TYPE}: this issuer knows no other.")
    client_id, secret = request.client_id, request.client_secret
    if authorization is not None:
        if secret:
            raise BadTokenRequest("Send the secret in the header or in the form, not in both.")
        proof = policy.basic_credentials(authorization)
        if proof is None or client_id not in {"", proof[0]}:
            raise UnknownClient("The Authorization header holds no readable proof of this client.")
        client_id, secret = proof
    return issue_token(
        uow,
        client_id=client_id,
        client_secret=secret,
        scope=request.scope,
        issuer=issuer.url,
        audience=issuer.audience,
        signing_key=issuer.signing_key,
        ttl=issuer.ttl,
    )


@operation("access.issue_token")
def issue_token(
    uow: Uow,
    *,
    client_id: str,
    client_secret: str,
    scope: str,
    issuer: str,
    audience: str,
    signing_key: str,
    ttl: timedelta,
) -> TokenView:
    """A token for a program that proves itself with its secret. Open to anyone who has one.

    An unknown client and a wrong secret get the same answer after the same comparison.
    """
    registered = ServiceClients(uow.session)
    query = repository.client(client_id)
    row = registered.one_or_none(query) if client_id.isprintable() else None
    proven = hmac.compare_digest(
        policy.digest_of(client_secret), row.secret_digest if row else NOBODY
    )
    usable = row is not None and policy.is_usable(
        now=uow.now, expires_at=row.expires_at, disabled_at=row.disabled_at
    )
    if row is None or not proven or not usable:
        raise UnknownClient("The client id or the secret is wrong, or the client is not active.")
    scopes = policy.granted_scopes(scope, row.scopes)
    if scopes is None:
        raise ScopeNotAllowed(
            f"This client may ask for: {' '.join(row.scopes)}.", allowed=sorted(row.scopes)
        )
    row.last_used_at = uow.now
    token_id = new_id()
    audit.record(
        uow,
        "access.issue_token",
        subject_kind="service_client",
        subject_id=client_id,
        details={"scopes": scopes, "jti": token_id},
    )
    token = policy.signed_service_token(
        signing_key=signing_key,
        issuer=issuer,
        audience=audience,
        client_id=client_id,
        org_id=row.org_id,
        scopes=scopes,
        token_id=token_id,
        now=uow.now,
        ttl=ttl,
    )
    return TokenView(
        access_token=token, expires_in=int(ttl.total_seconds()), scope=" ".join(scopes)
    )


def jwks(signing_key: str) -> dict[str, Any]:
    """The public keys that tokens are verified with (RFC 7517). Public."""
    return {"keys": [policy.public_jwk(signing_key)]}


def issuer_of(settings: Settings) -> Issuer:
    """The issuer for development. Production has a real one, so there it is absent."""
    path = settings.oauth_signing_key_file
    if settings.tier is Tier.PROD or path is None:
        raise IssuerAbsent("This server issues no tokens. Ask the configured issuer for one.")
    return Issuer(
        url=(settings.oauth_issuer or settings.api_url).rstrip("/"),
        audience=settings.oauth_audience,
        signing_key=_read_key(path),
        ttl=timedelta(minutes=settings.oauth_token_minutes),
    )


def issuer_metadata(issuer: Issuer) -> IssuerMetadata:
    """What clients learn about the issuer. Public."""
    return IssuerMetadata(
        issuer=issuer.url,
        token_endpoint=f"{issuer.url}/oauth2/token",
        jwks_uri=f"{issuer.url}/oauth2/jwks",
        grant_types_supported=[GRANT_TYPE],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=[scope.value for scope in Scope],
        response_types_supported=[],
    )


@lru_cache(maxsize=4)
def _read_key(path: Path) -> str:
    return path.read_text()


def _grant(uow: Uow, user_id: str, role: Role) -> bool:
    row = RoleGrant(user_id=user_id, role=role, granted_at=uow.now, granted_by=uow.actor.id)
    return RoleGrants(uow.session).grant(row)


def _not_oneself(uow: Uow, user_id: str) -> None:
    if uow.actor.kind is ActorKind.USER and uow.actor.id == user_id:
        raise OwnRights("Nobody changes their own rights. Ask another administrator.")


def _one_at_a_time(uow: Uow, permission: Permission) -> None:
    if permission is Permission.ACCESS_MANAGE:
        locks.advisory(uow.session, [ADMINS])
        _require_still(uow)


def _require_still(uow: Uow) -> None:
    """Refuse whoever lost this right while waiting for the lock: so one who has it stays."""
    if uow.actor.kind is ActorKind.USER and uow.actor.id is not None:
        now_held = permissions_of(uow, uow.actor.id)
        require(replace(uow.actor, permissions=now_held), Permission.ACCESS_MANAGE)


def _audit_rights(uow: Uow, action: str, user_id: str, **details: str | bool) -> None:
    audit.record(uow, action, subject_kind="user", subject_id=user_id, details=details)
