"""Programs that sign in with a secret of their own."""

import secrets

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.errors import ClientNotFound, ExpiryPassed
from instainstru_core.domains.access.models import ServiceClient
from instainstru_core.domains.access.repository import ServiceClients
from instainstru_core.domains.access.schemas import ClientView, RegisterClient, RegisteredClientView
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CLIENT_PREFIX = "client_"
SECRET_BYTES = 32


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


@operation("access.is_withdrawn")
def is_withdrawn(uow: Uow, client_id: str) -> bool:
    """Whether this program was disabled or is past its end. Public: the door verified its token.

    Of a program that is registered elsewhere nothing is known, so it was not.
    """
    row = ServiceClients(uow.session).one_or_none(repository.client(client_id))
    return row is not None and not policy.is_usable(
        now=uow.now, expires_at=row.expires_at, disabled_at=row.disabled_at
    )


@operation("access.disable_client")
def disable_client(uow: Uow, client_id: str) -> ClientView:
    """Give this program no more tokens. Those it has open nothing some seconds later."""
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
