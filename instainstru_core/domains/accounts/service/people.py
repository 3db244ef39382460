"""Who people are: sign-up, one's own data, and looking people up."""

from collections.abc import Collection
from typing import Any

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy
from instainstru_core.domains.accounts.errors import EmailTaken
from instainstru_core.domains.accounts.repository import Users
from instainstru_core.domains.accounts.schemas import (
    FoundPersonView,
    Mailbox,
    MeView,
    NewPerson,
    PersonCard,
    PersonView,
    SignUpStudent,
    UpdateMe,
)
from instainstru_core.domains.accounts.service.rows import (
    me_view,
    own_id,
    person_view,
    row_of,
    shown,
)
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

FOUND_AT_MOST = 50


@operation("accounts.create_person")
def create_person(uow: Uow, command: NewPerson) -> PersonView:
    """Write a person with one role. Called by the sign-ups; a role for staff needs staff."""
    user_id = _write(uow, command.model_dump(exclude={"role"}), command.role)
    if user_id is None:
        raise EmailTaken(
            "There is already an account with this address. Sign in instead, or have a code sent to"
            " the address if you cannot."
        )
    audit.record(
        uow,
        "accounts.create_person",
        subject_kind="user",
        subject_id=user_id,
        details={"role": command.role.value},
    )
    return person_view(uow, row_of(uow, user_id))


@operation("accounts.sign_up_student")
def sign_up_student(uow: Uow, command: SignUpStudent, password_hash: str) -> None:
    """Write a student, or nothing where the address is known: the caller cannot tell which."""
    values = command.model_dump(exclude={"password"}) | {"password_hash": password_hash}
    user_id = _write(uow, values, Role.STUDENT)
    audit.record(
        uow,
        "accounts.sign_up_student",
        subject_kind="user",
        subject_id=user_id,
        outcome=Outcome.SUCCESS if user_id else Outcome.REFUSED,
        code=None if user_id else EmailTaken.code,
    )


@operation("accounts.me")
def me(uow: Uow) -> MeView:
    """The signed-in person, with roles and permissions."""
    return me_view(uow, row_of(uow, own_id(uow)))


@operation("accounts.update_me")
def update_me(uow: Uow, command: UpdateMe) -> MeView:
    """Change what was given and leave the rest."""
    user_id = own_id(uow)
    require(uow.actor, Permission.ACCOUNT_MANAGE_OWN)
    row = row_of(uow, user_id, lock=True)
    given = command.model_dump(exclude_unset=True)
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        audit.record(
            uow,
            "accounts.update_me",
            subject_kind="user",
            subject_id=user_id,
            details={"fields": changed},
        )
    return me_view(uow, row)


@operation("accounts.person")
def person(uow: Uow, user_id: str) -> PersonView:
    """One person by id. For staff."""
    require(uow.actor, Permission.USERS_READ)
    return person_view(uow, row_of(uow, user_id))


@operation("accounts.find")
def find(uow: Uow, text: str, *, limit: int = 20) -> list[FoundPersonView]:
    """People by id, address, phone or name, best match first. For staff."""
    require(uow.actor, Permission.USERS_READ)
    wanted = policy.lookup(text)
    if wanted == policy.Lookup():
        return []
    found = Users(uow.session).found(wanted, limit=min(max(limit, 1), FOUND_AT_MOST))
    roles = access.roles_of(uow, [row.id for row, _ in found])
    return [
        FoundPersonView(**shown(row, roles[row.id]), matched_by=reason) for row, reason in found
    ]


@operation("accounts.cards")
def cards(uow: Uow, ids: Collection[str]) -> dict[str, PersonCard]:
    """What others may see of these people, in one query. Unknown ids are left out."""
    return {
        user_id: PersonCard(
            id=user_id,
            first_name=first_name,
            public_name=policy.public_name(first_name, last_name),
            timezone=timezone,
            status=status,
        )
        for user_id, first_name, last_name, timezone, status in Users(uow.session).cards(ids)
    }


@operation("accounts.mailboxes")
def mailboxes(uow: Uow, ids: Collection[str]) -> dict[str, Mailbox]:
    """Where to write to these people, in one query. Unknown ids are left out."""
    return {
        user_id: Mailbox(first_name=first_name, email=email, status=status)
        for user_id, first_name, email, status in Users(uow.session).mailboxes(ids)
    }


def _write(uow: Uow, values: dict[str, Any], role: Role) -> str | None:
    """The new person's id; None where the address is taken, even at this very moment."""
    user_id = new_id()
    row = values | {"id": user_id, "status": AccountStatus.ACTIVE, "created_at": uow.now}
    if not Users(uow.session).add_new(row):
        return None
    access.enroll(uow, user_id, role)
    return user_id
