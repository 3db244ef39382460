"""The check of instructors' identities: its latest session and what came of it."""

from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.events import IdentityVerified
from instainstru_core.domains.payments.models import IdentityCheck
from instainstru_core.domains.payments.repository import people as repository
from instainstru_core.domains.payments.schemas import IdentityView
from instainstru_core.domains.payments.service.accounts import own_instructor_id, own_profile
from instainstru_core.domains.payments.types import IdentitySeen, IdentityStatus
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


class OwnIdentity(NamedTuple):
    """The signed-in instructor's latest session, and the moment of asking."""

    instructor_id: str
    vendor_id: str | None
    status: IdentityStatus | None
    asked_at: datetime


class AskedIdentity(NamedTuple):
    """Whose check is to be asked about, and the provider's id of it."""

    instructor_id: str
    vendor_id: str


@operation("payments.is_identity_verified")
def is_identity_verified(uow: Uow, instructor_id: str) -> bool:
    """Whether this instructor proved who they are."""
    return repository.is_verified(uow.session, instructor_id)


@operation("payments.identity")
def identity(uow: Uow) -> IdentityView:
    """Where the check of the signed-in instructor's identity is, as the provider last told."""
    row = repository.identity(uow.session, own_instructor_id(uow))
    if row is None:
        return IdentityView(status=None, verified_at=None)
    return IdentityView(status=row.status, verified_at=row.verified_at)


@operation("payments.own_identity")
def own_identity(uow: Uow) -> OwnIdentity:
    """The session to go on with, where there is one."""
    own = own_profile(uow)
    row = repository.identity(uow.session, own.instructor_id)
    if row is None:
        return OwnIdentity(own.instructor_id, None, None, uow.now)
    return OwnIdentity(own.instructor_id, row.vendor_id, row.status, uow.now)


@operation("payments.keep_identity")
def keep_identity(
    uow: Uow, instructor_id: str, seen: IdentitySeen, *, replacing: str | None, asked_at: datetime
) -> IdentityView:
    """Write down a new session in place of the one before. Of two at once the first one stays."""
    locks.advisory(uow.session, [f"identity:{instructor_id}"])
    row = repository.identity(uow.session, instructor_id)
    if row is None:
        row = IdentityCheck(
            instructor_id=instructor_id,
            vendor_id=seen.id,
            status=seen.status,
            updated_at=asked_at,
        )
        uow.session.add(row)
    elif row.vendor_id == replacing:
        row.vendor_id, row.status, row.verified_at = seen.id, seen.status, None
        row.updated_at = asked_at
    else:
        return IdentityView(status=row.status, verified_at=row.verified_at)
    uow.session.flush()
    audit.record(
        uow, "payments.start_identity", subject_kind="instructor", subject_id=instructor_id
    )
    return IdentityView(status=row.status, verified_at=row.verified_at)


@operation("payments.identities_to_ask")
def identities_to_ask(uow: Uow, *, after: str = "", limit: int = 100) -> list[AskedIdentity]:
    """Checks of identity to ask the provider about, in order, beyond `after`."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    before = {status: uow.now - wait for status, wait in policy.IDENTITY_PATIENCE.items()}
    found = repository.identities_to_ask(uow.session, before, after=after, limit=limit)
    return [AskedIdentity(row.instructor_id, row.vendor_id) for row in found]


@operation("payments.note_identity")
def note_identity(uow: Uow, seen: IdentitySeen, *, asked_at: datetime) -> None:
    """Take over what the provider says of a session. Only the latest one of a person counts.

    Of two answers the one that was asked for later counts, in whatever order they come.
    """
    row = repository.locked_identity(uow.session, seen.id)
    if row is None or row.updated_at > asked_at:
        return
    if seen.status is IdentityStatus.VERIFIED and row.verified_at is None:
        row.verified_at = uow.now
        uow.emit(IdentityVerified(instructor_id=row.instructor_id))
        instructors.note(uow, row.instructor_id, Milestone.IDENTITY_VERIFIED)
    row.status, row.updated_at = seen.status, asked_at
    uow.session.flush()
