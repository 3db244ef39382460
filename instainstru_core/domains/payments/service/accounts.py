"""Instructors' accounts at the provider: who is paid, and whether they can be."""

from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.errors import AccountNotFound, AccountNotReady
from instainstru_core.domains.payments.events import PayeeBlocked, PayeeReady
from instainstru_core.domains.payments.models import ConnectAccount
from instainstru_core.domains.payments.repository import people as repository
from instainstru_core.domains.payments.repository.people import KnownAccount
from instainstru_core.domains.payments.schemas import AccountView, Payee
from instainstru_core.domains.payments.types import AccountSeen
from instainstru_core.kernel.authority import ActorKind, Permission, PermissionMissing, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


class OwnAccount(NamedTuple):
    """Whose account it is or is to be, what it is called, and the moment of asking."""

    instructor_id: str
    email: str
    vendor_id: str | None
    asked_at: datetime


class UsableAccount(NamedTuple):
    """An account that can be paid out now, and the moment of asking."""

    instructor_id: str
    vendor_id: str
    asked_at: datetime


@operation("payments.payee")
def payee(uow: Uow, instructor_id: str) -> Payee | None:
    """The account of an instructor; None where there is none yet. One statement."""
    found = repository.account(uow.session, instructor_id)
    return found and Payee(vendor_id=found.vendor_id, is_ready=is_ready(found))


def is_ready(found: KnownAccount | None) -> bool:
    """Whether an account is there and can be paid."""
    return found is not None and policy.is_payable(
        details_submitted=found.details_submitted,
        payouts_enabled=found.payouts_enabled,
        disabled_reason=found.disabled_reason,
    )


@operation("payments.account")
def account(uow: Uow) -> AccountView:
    """How the signed-in instructor's account stands, as the provider last told."""
    row = repository.account_row(uow.session, own_instructor_id(uow))
    if row is None:
        return AccountView(
            exists=False,
            is_ready=False,
            details_submitted=False,
            charges_enabled=False,
            payouts_enabled=False,
            disabled_reason=None,
            onboarded_at=None,
        )
    return AccountView(
        exists=True,
        is_ready=_is_ready(row),
        details_submitted=row.details_submitted,
        charges_enabled=row.charges_enabled,
        payouts_enabled=row.payouts_enabled,
        disabled_reason=row.disabled_reason,
        onboarded_at=row.onboarded_at,
    )


@operation("payments.ready_payee")
def ready_payee(uow: Uow, instructor_id: str) -> str:
    """How the provider calls an instructor who can be paid now. Raises AccountNotReady."""
    found = payee(uow, instructor_id)
    if found is None or not found.is_ready:
        raise AccountNotReady(
            "This instructor cannot be paid yet, because their account for payouts is not"
            " finished. Choose another instructor, or try again later.",
            instructor_id=instructor_id,
        )
    return found.vendor_id


@operation("payments.own_account")
def own_account(uow: Uow) -> OwnAccount:
    """The signed-in instructor, as the provider is told of them. Raises AccountNotFound for
    somebody without a profile.
    """
    return own_profile(uow)


@operation("payments.usable_account")
def usable_account(uow: Uow) -> UsableAccount:
    """The signed-in instructor's account for payouts. Raises AccountNotFound, AccountNotReady."""
    instructor_id = own_instructor_id(uow)
    found = payee(uow, instructor_id)
    if found is None:
        raise AccountNotFound("There is no account for payouts yet. Start the onboarding first.")
    if not found.is_ready:
        raise AccountNotReady(
            "Nothing can be paid out yet. Go on with the onboarding and finish what it asks for."
        )
    return UsableAccount(instructor_id, found.vendor_id, uow.now)


@operation("payments.keep_account")
def keep_account(uow: Uow, instructor_id: str, seen: AccountSeen, *, asked_at: datetime) -> str:
    """Write down a new account. Answers with the one that is written: of two at once the first."""
    kept = repository.keep_account(
        uow.session,
        instructor_id,
        seen,
        on_our_day=policy.pays_out_on_our_day(seen.payout_interval, seen.payout_anchor),
        now=uow.now,
        asked_at=asked_at,
    )
    if kept == seen.id:
        audit.record(
            uow, "payments.create_account", subject_kind="instructor", subject_id=instructor_id
        )
    return kept


@operation("payments.note_account")
def note_account(uow: Uow, seen: AccountSeen, *, asked_at: datetime) -> None:
    """Take over how the provider says an account stands. It may go back as well as forward.

    Of two answers the one that was asked for later counts, in whatever order they come. An account
    that is nobody's changes nothing.
    """
    row = repository.locked_account(uow.session, seen.id)
    if row is None or row.updated_at > asked_at:
        return
    was_ready = _is_ready(row)
    row.charges_enabled, row.payouts_enabled = seen.charges_enabled, seen.payouts_enabled
    row.details_submitted, row.disabled_reason = seen.details_submitted, seen.disabled_reason
    row.updated_at = asked_at
    if seen.is_ready and not was_ready:
        row.onboarded_at = row.onboarded_at or uow.now
        uow.emit(PayeeReady(instructor_id=row.instructor_id))
    if was_ready and not seen.is_ready:
        uow.emit(PayeeBlocked(instructor_id=row.instructor_id, reason=seen.disabled_reason))
    uow.session.flush()


@operation("payments.note_schedule")
def note_schedule(uow: Uow, vendor_id: str) -> None:
    """Note that the account now pays out on our day."""
    repository.note_schedule(uow.session, vendor_id, now=uow.now)


@operation("payments.accounts_after")
def accounts_after(uow: Uow, after: str, *, limit: int) -> list[OwnAccount]:
    """The accounts of the instructors beyond this id, in order."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    found = repository.accounts_after(uow.session, after, limit=limit)
    return [OwnAccount(*row, asked_at=uow.now) for row in found]


def own_instructor_id(uow: Uow) -> str:
    """The signed-in instructor."""
    require(uow.actor, Permission.PAYOUTS_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise PermissionMissing("Payouts belong to people. Sign in as the instructor they go to.")
    return uow.actor.id


def own_profile(uow: Uow) -> OwnAccount:
    """The signed-in person, if they teach. Raises AccountNotFound."""
    found = repository.payee_person(uow.session, own_instructor_id(uow))
    if found is None:
        raise AccountNotFound("Payouts are for instructors. Sign up as one with an invite.")
    return OwnAccount(*found, asked_at=uow.now)


def _is_ready(row: ConnectAccount) -> bool:
    return policy.is_payable(
        details_submitted=row.details_submitted,
        payouts_enabled=row.payouts_enabled,
        disabled_reason=row.disabled_reason,
    )
