"""What a student owes for bought credit: a bank took its payment back, and it is spent."""

from instainstru_core.domains.credits import repository
from instainstru_core.domains.credits.service.topping_up import PREFIX, found, not_found
from instainstru_core.domains.credits.types import TopUpDebt
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("credits.own_debt")
def own_debt(uow: Uow, top_up_id: str) -> TopUpDebt:
    """What the actor owes for a top-up of their own, which is held until the transaction ends."""
    held = held_debt(uow, top_up_id) if is_id(top_up_id) else None
    if held is None or not uow.actor.is_user(held.user_id):
        raise not_found(top_up_id)
    return held


def held_debt(uow: Uow, top_up_id: str) -> TopUpDebt | None:
    """What is owed for a top-up, which is held until then; None where there is none of this id."""
    row = repository.top_up(uow.session, top_up_id, lock=True)
    return None if row is None else TopUpDebt(row.id, row.user_id, row.debt_cents)


def owe(uow: Uow, top_up_id: str, cents: int) -> None:
    """So much more is owed for a top-up; a negative amount is paid. The caller holds it."""
    row = found(uow, top_up_id, lock=True)
    row.debt_cents += cents
    uow.session.flush()


def top_up_of(reference: str) -> str | None:
    """The top-up that this reference is of; None where it is of something else."""
    return reference.removeprefix(PREFIX) if reference.startswith(PREFIX) else None
