"""Invites, the founding program, and the sign-up of those who were invited."""

import secrets
from datetime import timedelta

from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import NewPerson
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.onboarding import policy, repository
from instainstru_core.domains.onboarding.errors import (
    FoundingPlacesPromised,
    InviteInvalid,
    InviteNotFound,
    InviteNotPending,
)
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.onboarding.repository import FoundingSlots, Invites
from instainstru_core.domains.onboarding.schemas import (
    CheckInvite,
    CreatedInviteView,
    CreateInvites,
    FoundingStatus,
    InstructorSignedUp,
    InviteCheck,
    InviteFilters,
    InvitesCreated,
    InviteView,
    SignUpInstructor,
    SkippedAddress,
)
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason
from instainstru_core.kernel import locks, paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.idempotency import once
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow

FOUNDING = "onboarding:founding"
INVITING = "onboarding:inviting"


@operation("onboarding.create_invites")
def create_invites(
    uow: Uow, command: CreateInvites, *, founding_cap: int, key: str | None = None
) -> InvitesCreated:
    """Invite a batch of addresses. A repeat with the same key creates nothing more."""
    require(uow.actor, Permission.INVITES_MANAGE)
    return once(
        uow,
        operation="onboarding.create_invites",
        key=key,
        request=command,
        kind=InvitesCreated,
        produce=lambda: _create_invites(uow, command, founding_cap),
    )


def _create_invites(uow: Uow, command: CreateInvites, founding_cap: int) -> InvitesCreated:
    # Two batches at once must not invite one address twice, nor promise one place twice.
    locks.advisory(uow.session, [INVITING, FOUNDING])
    invites = Invites(uow.session)
    emails = policy.unique_emails(command.emails)
    reasons = dict.fromkeys(invites.invited(emails, uow.now), SkipReason.INVITED)
    reasons |= dict.fromkeys(invites.registered(emails), SkipReason.REGISTERED)
    wanted = [email for email in emails if email not in reasons]
    if command.grants_founding:
        _require_places(uow, len(wanted), founding_cap)
    rows = [_new_invite(uow, email, command) for email in wanted]
    uow.session.add_all(rows)
    uow.session.flush()
    audit.record(
        uow,
        "onboarding.create_invites",
        subject_kind="invite",
        subject_id=rows[0].id if len(rows) == 1 else None,
        details={
            "created": [row.id for row in rows],
            "skipped": len(reasons),
            "grants_founding": command.grants_founding,
            "expires_in_days": command.expires_in_days,
        },
    )
    return InvitesCreated(
        invites=[CreatedInviteView(**_view(uow, row).model_dump(), code=row.code) for row in rows],
        skipped=[
            SkippedAddress(email=email, reason=reasons[email])
            for email in emails
            if email in reasons
        ],
    )


@operation("onboarding.invites")
def invites(
    uow: Uow, filters: InviteFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[InviteView]:
    """The newest invites that match, page by page. For staff."""
    require(uow.actor, Permission.INVITES_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"invites:{filters.model_dump_json()}"
    before_id: str | None = None
    if cursor is not None:
        (last,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(last)
    query = repository.matching(filters, now=uow.now, before_id=before_id, limit=limit + 1)
    return paging.page_of(
        Invites(uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=lambda row: _view(uow, row),
    )


@operation("onboarding.invite")
def invite(uow: Uow, invite_id: str) -> InviteView:
    """One invite. For staff."""
    require(uow.actor, Permission.INVITES_READ)
    return _view(uow, _row(uow, invite_id))


@operation("onboarding.revoke_invite")
def revoke_invite(uow: Uow, invite_id: str) -> InviteView:
    """Take back an invite that nobody has used. Taking it back again changes nothing."""
    require(uow.actor, Permission.INVITES_MANAGE)
    row = _row(uow, invite_id, lock=True)
    found = _status(uow, row)
    if found is InviteStatus.REVOKED:
        return _view(uow, row)
    if found is not InviteStatus.PENDING:
        raise InviteNotPending(
            f"This invite is {found} and cannot be taken back.", status=found.value
        )
    row.revoked_at = uow.now
    audit.record(uow, "onboarding.revoke_invite", subject_kind="invite", subject_id=row.id)
    return _view(uow, row)


@operation("onboarding.check_invite")
def check_invite(uow: Uow, command: CheckInvite) -> InviteCheck:
    """Whether a code can still be used. Public: whom it was sent to is never said."""
    row = _by_code(uow, command.code)
    if row is None or _status(uow, row) is not InviteStatus.PENDING:
        return InviteCheck(valid=False)
    return InviteCheck(valid=True, grants_founding=row.grants_founding, expires_at=row.expires_at)


@operation("onboarding.require_usable")
def require_usable(uow: Uow, code: str, email: str) -> None:
    """Refuse with InviteInvalid before any work is spent on a sign-up that cannot succeed."""
    _usable(uow, _by_code(uow, code), email)


@operation("onboarding.sign_up_instructor")
def sign_up_instructor(
    uow: Uow, command: SignUpInstructor, password_hash: str, *, founding_cap: int
) -> InstructorSignedUp:
    """Register an invited instructor and use up the invite, both or neither.

    The invite's row is locked, so that of two people with one code only one gets in. Where the
    founding program is full, the account is made all the same.
    """
    row = _usable(uow, _by_code(uow, command.invite_code, lock=True), command.email)
    said = command.model_dump(exclude={"password", "invite_code"})
    person = accounts.create_person(
        uow, NewPerson(**said, password_hash=password_hash, role=Role.INSTRUCTOR)
    )
    number = _next_place(uow, founding_cap) if row.grants_founding else None
    instructors.create_profile(uow, person.id, founding=number is not None)
    if number is not None:
        FoundingSlots(uow.session).add(
            FoundingSlot(number=number, instructor_id=person.id, claimed_at=uow.now)
        )
    row.used_at, row.used_by = uow.now, person.id
    audit.record(
        uow,
        "onboarding.sign_up_instructor",
        subject_kind="user",
        subject_id=person.id,
        details={"invite_id": row.id, "founding_number": number},
    )
    return InstructorSignedUp(
        instructor_id=person.id, is_founding=number is not None, founding_number=number
    )


@operation("onboarding.founding_status")
def founding_status(uow: Uow, *, founding_cap: int) -> FoundingStatus:
    """How full the founding program is. Public."""
    filled, _ = FoundingSlots(uow.session).filled()
    return FoundingStatus(
        total=founding_cap,
        filled=filled,
        remaining=max(founding_cap - filled, 0),
        allocated=Invites(uow.session).promised(uow.now),
    )


def _require_places(uow: Uow, wanted: int, founding_cap: int) -> None:
    filled, _ = FoundingSlots(uow.session).filled()
    allocated = Invites(uow.session).promised(uow.now)
    left = policy.promisable(cap=founding_cap, filled=filled, allocated=allocated)
    if wanted > left:
        raise FoundingPlacesPromised(
            f"Only {left} founding places are neither taken nor promised. Invite fewer, take"
            " pending invites back, or invite without a founding place.",
            wanted=wanted,
            left=left,
        )


def _next_place(uow: Uow, founding_cap: int) -> int | None:
    locks.advisory(uow.session, [FOUNDING])
    filled, highest = FoundingSlots(uow.session).filled()
    return policy.next_place(cap=founding_cap, filled=filled, highest=highest)


def _new_invite(uow: Uow, email: str, command: CreateInvites) -> Invite:
    return Invite(
        id=new_id(),
        code=policy.new_code(secrets.choice),
        email=email,
        grants_founding=command.grants_founding,
        created_at=uow.now,
        created_by=uow.actor.id,
        expires_at=uow.now + timedelta(days=command.expires_in_days),
    )


def _by_code(uow: Uow, typed: str, *, lock: bool = False) -> Invite | None:
    code = policy.normalized_code(typed)
    if code is None:
        return None
    query = repository.by_code(code)
    return Invites(uow.session).one_or_none(query.with_for_update() if lock else query)


def _usable(uow: Uow, row: Invite | None, email: str) -> Invite:
    if (
        row is None
        or _status(uow, row) is not InviteStatus.PENDING
        or row.email != policy.normalized_email(email)
    ):
        raise InviteInvalid(
            "This invite cannot be used. Check the code, and sign up with the address the"
            " invite was sent to; otherwise ask for a new one."
        )
    return row


def _row(uow: Uow, invite_id: str, *, lock: bool = False) -> Invite:
    query = repository.by_id(invite_id)
    query = query.with_for_update() if lock else query
    row = Invites(uow.session).one_or_none(query) if is_id(invite_id) else None
    if row is None:
        raise InviteNotFound("There is no such invite. List the invites to see their ids.")
    return row


def _status(uow: Uow, row: Invite) -> InviteStatus:
    return policy.status(
        now=uow.now, expires_at=row.expires_at, used_at=row.used_at, revoked_at=row.revoked_at
    )


def _view(uow: Uow, row: Invite) -> InviteView:
    return InviteView(
        id=row.id,
        email=row.email,
        grants_founding=row.grants_founding,
        status=_status(uow, row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_by=row.used_by,
        revoked_at=row.revoked_at,
    )
