"""People with roles and a password that works, written straight into the tables."""

from functools import lru_cache
from typing import Any

from pydantic import SecretStr

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.models import RoleGrant
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.schemas import SignIn, Tokens
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.kernel.authority import ANONYMOUS, Actor, Door
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import BUSINESS_ZONE
from instainstru_core.kernel.uow import Begin, Uow

PASSWORD = "quiet-river-piano"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The hash of PASSWORD, made once for the whole run."""
    return flows.hash_password(PASSWORD, email="nobody@example.org")


def person(uow: Uow, *roles: Role, **changes: Any) -> User:
    """A person with these roles; `changes` are columns."""
    user_id = new_id()
    row = User(
        **{
            "id": user_id,
            "email": f"{user_id.lower()}@example.org",
            "password_hash": password_hash(),
            "first_name": "Maya",
            "last_name": "Okafor",
            "phone": None,
            "zip_code": "10025",
            "timezone": BUSINESS_ZONE,
            "status": AccountStatus.ACTIVE,
            "created_at": uow.now,
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    uow.session.add_all(RoleGrant(user_id=row.id, role=role, granted_at=uow.now) for role in roles)
    uow.session.flush()
    return row


def student(uow: Uow, **changes: Any) -> User:
    """A person who takes lessons."""
    return person(uow, Role.STUDENT, **changes)


def instructor_person(uow: Uow, **changes: Any) -> User:
    """A person with the role of an instructor, without a profile."""
    return person(uow, Role.INSTRUCTOR, **changes)


def admin(uow: Uow, **changes: Any) -> User:
    """A person who may do everything."""
    return person(uow, Role.ADMIN, **changes)


def actor_of(uow: Uow, row: User) -> Actor:
    """The person, signed in, with what their roles and overrides allow."""
    return access.actor_for(uow, row.id, door=Door.API)


def sign_in(begin: Begin, row: User, terms: TokenTerms) -> Tokens:
    """The person's tokens after a real sign-in."""
    return flows.sign_in(
        begin,
        actor=ANONYMOUS,
        command=SignIn(email=row.email, password=SecretStr(PASSWORD)),
        terms=terms,
    )


def authenticated(begin: Begin, access_token: str, terms: TokenTerms) -> Actor:
    """Who a door takes the bearer of this token for."""
    with begin(ANONYMOUS) as uow:
        return service.authenticate(uow, access_token, secret=terms.secret, door=Door.API)
