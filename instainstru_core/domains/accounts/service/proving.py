"""Whose an address is: a code that only its owner can read opens the account, and ends the rest."""

import hmac
from datetime import datetime

from instainstru_core.domains.access import policy as access_policy
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy
from instainstru_core.domains.accounts.errors import PersonNotFound, ProofRefused
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.repository import Users
from instainstru_core.domains.accounts.schemas import Credentials, Tokens
from instainstru_core.domains.accounts.service.rows import refuse_inactive, row_of
from instainstru_core.domains.accounts.service.sessions import end_all, new_session, strong
from instainstru_core.domains.accounts.types import AccountStatus, SessionEnd
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("accounts.to_be_proven")
def to_be_proven(uow: Uow, email: str) -> str | None:
    """Whose address this is, where a mailbox may open the account: never one of staff."""
    found = Users(uow.session).credentials(policy.normalized_email(email))
    if found is None or row_of(uow, found[0]).status is not AccountStatus.ACTIVE:
        return None
    return None if _is_staff(uow, found[0]) else found[0]


@operation("accounts.proof")
def proof(uow: Uow, user_id: str, *, expires_at: datetime, secret: str) -> str:
    """What to send to the address of this person, good until then. For the mail alone."""
    row = row_of(uow, user_id)
    return policy.address_proof(
        strong(secret),
        user_id=row.id,
        email=row.email,
        password_hash=row.password_hash,
        expires_at=expires_at,
    )


@operation("accounts.proven_by")
def proven_by(uow: Uow, shown: str, *, secret: str) -> Credentials:
    """Whose address this proves, for the flow that hashes their new password meanwhile."""
    claims = policy.read_address_proof(shown)
    if claims is None or uow.now >= claims.expires_at:
        raise refused()
    try:
        wanted = proof(uow, claims.user_id, expires_at=claims.expires_at, secret=secret)
    except PersonNotFound:
        raise refused() from None
    if not hmac.compare_digest(shown.encode(), wanted.encode()):
        raise refused()
    row = row_of(uow, claims.user_id)
    return Credentials(user_id=row.id, email=row.email, password_hash=row.password_hash, at=uow.now)


@operation("accounts.prove_address")
def prove_address(uow: Uow, proven: Credentials, password_hash: str, terms: TokenTerms) -> Tokens:
    """The account is theirs: set their password, end every sign-in there is, begin one for them."""
    row = row_of(uow, proven.user_id, lock=True)
    refuse_inactive(row.status)
    if row.password_hash != proven.password_hash or _is_staff(uow, row.id):
        raise refused()
    row.password_hash = password_hash
    row.email_proven_at = row.email_proven_at or uow.now
    end_all(uow, row, SessionEnd.ADDRESS_PROVEN)
    audit.record(uow, "accounts.prove_address", subject_kind="user", subject_id=row.id)
    return new_session(uow, row.id, terms)


@operation("accounts.note_proven")
def note_proven(uow: Uow, user_id: str) -> None:
    """Remember that this person's address was proven elsewhere, as by the code of an invite."""
    row = row_of(uow, user_id, lock=True)
    row.email_proven_at = row.email_proven_at or uow.now


def _is_staff(uow: Uow, user_id: str) -> bool:
    """Whether somebody may do more than those who teach and learn."""
    ordinary = access_policy.permissions_for((Role.STUDENT, Role.INSTRUCTOR), {})
    return not access.permissions_of(uow, user_id) <= ordinary


def refused() -> ProofRefused:
    """The one answer to a code that opens nothing, whatever is wrong with it."""
    return ProofRefused("This code is not good, or no longer. Ask for another one.")
