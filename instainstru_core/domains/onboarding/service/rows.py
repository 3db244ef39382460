"""How the operations of this package find invites, and show them."""

from instainstru_core.domains.onboarding import policy, repository
from instainstru_core.domains.onboarding.errors import InviteInvalid, InviteNotFound
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.onboarding.repository import Invites
from instainstru_core.domains.onboarding.schemas import InviteView
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow


def by_code(uow: Uow, typed: str, *, lock: bool = False) -> Invite | None:
    """The invite with this code; None where there is none or the text cannot be a code."""
    code = policy.normalized_code(typed)
    if code is None:
        return None
    query = repository.by_code(code)
    return Invites(uow.session).one_or_none(query.with_for_update() if lock else query)


def usable(uow: Uow, row: Invite | None, email: str) -> Invite:
    """The invite, if this address may use it now. All reasons against it sound the same."""
    if (
        row is None
        or status(uow, row) is not InviteStatus.PENDING
        or row.email != policy.normalized_email(email)
    ):
        raise InviteInvalid(
            "This invite cannot be used. Check the code, and sign up with the address the"
            " invite was sent to; otherwise ask for a new one."
        )
    return row


def by_name(uow: Uow, name: str, *, lock: bool = False) -> Invite:
    """The invite with this id or this code. Refuses with InviteNotFound."""
    if not is_id(name):
        row = by_code(uow, name, lock=lock)
    else:
        query = repository.by_id(name)
        row = Invites(uow.session).one_or_none(query.with_for_update() if lock else query)
    if row is None:
        raise InviteNotFound("There is no such invite. List the invites to see their ids.")
    return row


def status(uow: Uow, row: Invite) -> InviteStatus:
    """What has become of an invite by now."""
    return policy.status(
        now=uow.now, expires_at=row.expires_at, used_at=row.used_at, revoked_at=row.revoked_at
    )


def view(uow: Uow, row: Invite) -> InviteView:
    """An invite without its code."""
    return InviteView(
        id=row.id,
        email=row.email,
        grants_founding=row.grants_founding,
        status=status(uow, row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_by=row.used_by,
        revoked_at=row.revoked_at,
        batch_id=row.batch_id,
        sends=row.sends,
    )
