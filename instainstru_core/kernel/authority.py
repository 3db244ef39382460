"""Who is asking, and what they may do. Domains call `require`; `access` resolves who has what."""

from dataclasses import dataclass, field
from enum import StrEnum

from instainstru_core.kernel.errors import Forbidden


class Permission(StrEnum):
    """One thing someone may do, as `subject:verb`. `_own` is judged on the row as well."""

    ACCOUNT_MANAGE_OWN = "account:manage_own"
    ADDRESSES_MANAGE_OWN = "addresses:manage_own"
    BOOKINGS_VIEW_OWN = "bookings:view_own"
    BOOKINGS_CREATE = "bookings:create"
    BOOKINGS_CANCEL_OWN = "bookings:cancel_own"
    BOOKINGS_COMPLETE_OWN = "bookings:complete_own"
    BOOKINGS_REPORT_OWN = "bookings:report_own"
    BOOKINGS_RESCHEDULE_OWN = "bookings:reschedule_own"
    INSTRUCTORS_MANAGE_OWN = "instructors:manage_own"
    AVAILABILITY_MANAGE_OWN = "availability:manage_own"
    PAYMENTS_MANAGE_OWN = "payments:manage_own"
    PAYOUTS_MANAGE_OWN = "payouts:manage_own"
    REVIEWS_WRITE_OWN = "reviews:write_own"

    ACCESS_MANAGE = "access:manage"
    AUDIT_READ = "audit:read"
    BOOKINGS_READ_ANY = "bookings:read_any"
    BOOKINGS_CANCEL_ANY = "bookings:cancel_any"
    BOOKINGS_MANAGE_ANY = "bookings:manage_any"
    CATALOG_MANAGE = "catalog:manage"
    CREDITS_MANAGE_ANY = "credits:manage_any"
    INSTRUCTORS_READ_ANY = "instructors:read_any"
    INSTRUCTORS_MANAGE_ANY = "instructors:manage_any"
    INVITES_READ = "invites:read"
    INVITES_MANAGE = "invites:manage"
    OPERATIONS_MANAGE = "operations:manage"
    OPERATIONS_READ = "operations:read"
    PAYMENTS_MANAGE_ANY = "payments:manage_any"
    PAYMENTS_READ_ANY = "payments:read_any"
    PAYMENTS_REFUND_ANY = "payments:refund_any"
    REVIEWS_MODERATE = "reviews:moderate"
    REVIEWS_READ_ANY = "reviews:read_any"
    SEARCH_ALIASES_MANAGE = "search_aliases:manage"
    SEARCH_ANALYTICS_READ = "search_analytics:read"
    USERS_MANAGE = "users:manage"
    USERS_READ = "users:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    WEBHOOKS_READ = "webhooks:read"


class ActorKind(StrEnum):
    """What kind of principal acts."""

    ANONYMOUS = "anonymous"
    USER = "user"
    SERVICE = "service"
    SYSTEM = "system"


class Door(StrEnum):
    """Which door a call came through."""

    API = "api"
    MCP = "mcp"
    CLI = "cli"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: `id` is a user's id or a service's client id, None for the rest.

    `client_id` is the program a person asks through; `operator` names the person who answers for
    what a service does.
    """

    id: str | None
    kind: ActorKind = ActorKind.USER
    permissions: frozenset[Permission] = frozenset()
    scopes: frozenset[str] = field(default=frozenset())
    door: Door | None = None
    request_id: str | None = None
    client_id: str | None = None
    operator: str | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def is_user(self, user_id: str) -> bool:
        return self.kind is ActorKind.USER and self.id == user_id


ANONYMOUS = Actor(id=None, kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(id=None, kind=ActorKind.SYSTEM, permissions=frozenset(Permission))


class PermissionMissing(Forbidden):
    code = "access.permission_missing"


def require(actor: Actor, permission: Permission) -> None:
    """Refuse with PermissionMissing unless the actor holds the permission."""
    if permission not in actor.permissions:
        raise PermissionMissing(
            f"This needs the permission {permission}. Sign in with an account that has it,"
            " or ask an administrator to grant it.",
            permission=permission,
        )
