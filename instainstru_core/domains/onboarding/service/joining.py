"""How an invited person becomes an instructor: by signing up, or signed in already."""

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import NewPerson
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.onboarding.schemas import (
    ClaimInvite,
    InstructorSignedUp,
    SignUpInstructor,
)
from instainstru_core.domains.onboarding.service import founding, rows
from instainstru_core.kernel.authority import ActorKind, Permission, PermissionMissing, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("onboarding.require_usable")
def require_usable(uow: Uow, code: str, email: str) -> None:
    """Refuse with InviteInvalid before any work is spent on a sign-up that cannot succeed."""
    rows.usable(uow, rows.by_code(uow, code), email)


@operation("onboarding.sign_up_instructor")
def sign_up_instructor(
    uow: Uow, command: SignUpInstructor, password_hash: str, *, founding_cap: int
) -> InstructorSignedUp:
    """Register an invited instructor and use up the invite, both or neither.

    The invite's row is locked, so that of two people with one code only one gets in. Where the
    founding program is full, the account is made all the same.
    """
    row = rows.usable(uow, rows.by_code(uow, command.invite_code, lock=True), command.email)
    said = command.model_dump(exclude={"password", "invite_code"})
    person = accounts.create_person(
        uow, NewPerson(**said, password_hash=password_hash, role=Role.INSTRUCTOR)
    )
    return _joined(uow, row, person.id, founding_cap, "onboarding.sign_up_instructor")


@operation("onboarding.claim_invite")
def claim_invite(uow: Uow, command: ClaimInvite, *, founding_cap: int) -> InstructorSignedUp:
    """Let the signed-in person teach, whose address an invite was sent to. Uses the invite up."""
    require(uow.actor, Permission.ACCOUNT_MANAGE_OWN)
    user_id = uow.actor.id if uow.actor.kind is ActorKind.USER else None
    box = accounts.mailboxes(uow, [user_id]).get(user_id) if user_id else None
    if user_id is None or box is None:
        raise PermissionMissing("Invites are for people. Sign in with the address it was sent to.")
    row = rows.usable(uow, rows.by_code(uow, command.invite_code, lock=True), box.email)
    access.enroll(uow, user_id, Role.INSTRUCTOR)
    return _joined(uow, row, user_id, founding_cap, "onboarding.claim_invite")


def _joined(
    uow: Uow, row: Invite, user_id: str, founding_cap: int, action: str
) -> InstructorSignedUp:
    """The profile, the founding place where one is left, and the end of the invite."""
    number = founding.take_place(uow, founding_cap) if row.grants_founding else None
    instructors.create_profile(uow, user_id, founding=number is not None)
    founding.write_place(uow, number, user_id)
    row.used_at, row.used_by = uow.now, user_id
    accounts.note_proven(uow, user_id)  # the code was sent to this address and nowhere else
    audit.record(
        uow,
        action,
        subject_kind="user",
        subject_id=user_id,
        details={"invite_id": row.id, "founding_number": number},
    )
    return InstructorSignedUp(
        instructor_id=user_id, is_founding=number is not None, founding_number=number
    )
