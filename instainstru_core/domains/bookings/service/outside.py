"""What happened to a lesson's charge at the provider without us."""

from typing import NamedTuple

from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service import advancing, steps
from instainstru_core.domains.bookings.service.lesson import held
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Action, Intent, OutsideChange
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

VOID_REFUSED = f"{Action.VOID}_refused"
"""Why a lesson stopped whose hold could not be let go: it had been taken."""

CAPTURED_IN_PART = "captured_in_part_at_the_provider"
"""Why people are asked to look at a lesson of which somebody took less than its price."""


class StoppedHold(NamedTuple):
    """A lesson whose hold could not be let go, and the provider's id of its intent."""

    chain_id: str
    intent_id: str


@operation("bookings.stopped_holds")
def stopped_holds(uow: Uow, *, after: str = "", limit: int = 100) -> list[StoppedHold]:
    """Lessons that stopped because their hold was taken elsewhere, in order, beyond `after`."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    found = repository.stopped(uow.session, VOID_REFUSED, after=after, limit=limit)
    return [StoppedHold(*row) for row in found]


@operation("bookings.note_intent")
def note_intent(uow: Uow, chain_id: str, seen: Intent) -> bool:
    """Take over what is new about a lesson's payment intent.

    True where it holds an amount that we know nothing of: the caller lets it go.
    """
    lesson = held(uow, chain_id)
    row = lesson.money
    change, charge = payments.note_intent(uow, lesson.reference, seen)
    if change is OutsideChange.ORPHAN_HOLD:
        return True
    if charge is None or charge.id != row.charge_id:
        return False
    match change:
        case OutsideChange.HOLD_GONE:
            row.authorized_at = None
            row.capture_before = None
        case OutsideChange.CAPTURED:
            row.captured_at = uow.now
            row.captured_cents = charge.captured_cents
            if charge.captured_cents < row.card_cents:
                steps.review(uow, lesson, CAPTURED_IN_PART)
            if row.is_blocked and row.review_reason == VOID_REFUSED:
                row.is_blocked = False
                row.review_since = row.review_reason = None
        case _:
            return False
    advancing.decide_again(uow, lesson)
    return False
