"""Whether a student may pay now: not locked, not restricted, not in debt.

Called by the services above, which have judged already who may do so.
"""

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.payments.errors import PayerInDebt, PayerLocked, PayerRestricted
from instainstru_core.domains.payments.repository import people as repository
from instainstru_core.domains.payments.schemas import PayerStandingView
from instainstru_core.domains.payments.types import Standing
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow


@operation("payments.require_good_standing")
def require_good_standing(uow: Uow, user_id: str) -> None:
    """Raises PayerLocked, PayerRestricted or PayerInDebt unless nothing is in the way."""
    refuse_standing(as_standing(repository.standing(uow.session, user_id)))


def as_standing(found: repository.Standing) -> Standing:
    """What is written down about a student, as the domains above know it."""
    return Standing(found.locked_at is not None, found.restricted_at is not None, found.debt_cents)


def refuse_standing(found: Standing) -> None:
    """The same for a standing that was read already."""
    if found.is_locked:
        raise PayerLocked(
            "A lesson was taught and its card was declined for three days, so nothing more can"
            " be booked. Pay what is open with another card, and booking works again.",
            debt_cents=found.debt_cents,
        )
    if found.is_restricted:
        raise _restricted(found.debt_cents)
    if found.debt_cents > 0:
        raise PayerInDebt(
            f"{dollars(found.debt_cents)} are open from before. Pay them first, then book.",
            debt_cents=found.debt_cents,
        )


def _restricted(debt_cents: int) -> PayerRestricted:
    """A dispute stands. What it left open the student can pay; else only staff can end it."""
    if debt_cents > 0:
        return PayerRestricted(
            f"A payment was taken back by the bank, so {dollars(debt_cents)} are open. Pay them"
            " with a card, then book.",
            debt_cents=debt_cents,
        )
    return PayerRestricted(
        "A payment was disputed at the bank, so nothing can be booked while that stands."
        " Write to support to settle it."
    )


@operation("payments.lock")
def lock(uow: Uow, user_id: str, why: str) -> None:
    """Let a student book nothing until what is open is paid. Again changes nothing."""
    row = repository.locked_standing(uow.session, user_id)
    if row.locked_at is None:
        row.locked_at, row.locked_for = uow.now, why
        _note(uow, "payments.lock", user_id, why)


@operation("payments.unlock")
def unlock(uow: Uow, user_id: str) -> None:
    """Take the lock away. Without one, nothing changes."""
    row = repository.locked_standing(uow.session, user_id)
    if row.locked_at is not None:
        why, row.locked_at, row.locked_for = row.locked_for, None, None
        _note(uow, "payments.unlock", user_id, why)


@operation("payments.restrict")
def restrict(uow: Uow, user_id: str, why: str) -> bool:
    """Let a student book nothing while a chargeback stands. Again changes nothing, and says so."""
    row = repository.locked_standing(uow.session, user_id)
    if row.restricted_at is not None:
        return False
    row.restricted_at, row.restricted_for = uow.now, why
    _note(uow, "payments.restrict", user_id, why)
    return True


@operation("payments.lift_restriction")
def lift_restriction(uow: Uow, user_id: str) -> None:
    """Take the restriction away. Without one, nothing changes."""
    row = repository.locked_standing(uow.session, user_id)
    if row.restricted_at is not None:
        why, row.restricted_at, row.restricted_for = row.restricted_for, None, None
        _note(uow, "payments.lift_restriction", user_id, why)


@operation("payments.release_payer")
def release_payer(uow: Uow, user_id: str) -> PayerStandingView:
    """Staff let a student book again, whatever was in the way. What is owed stays owed."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    unlock(uow, user_id)
    lift_restriction(uow, user_id)
    return payer_standing(uow, user_id)


@operation("payments.payer_standing")
def payer_standing(uow: Uow, user_id: str) -> PayerStandingView:
    """What may keep a student from booking. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    accounts.person(uow, user_id)
    found = as_standing(repository.standing(uow.session, user_id))
    return PayerStandingView(
        user_id=user_id,
        is_locked=found.is_locked,
        is_restricted=found.is_restricted,
        debt_cents=found.debt_cents,
    )


def _note(uow: Uow, action: str, user_id: str, why: str | None) -> None:
    uow.session.flush()
    audit.record(uow, action, subject_kind="user", subject_id=user_id, details={"why": why})
