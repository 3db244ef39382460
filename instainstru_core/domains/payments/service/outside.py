"""What somebody did to our charges at the provider without us: in its dashboard, or by time."""

from instainstru_core.domains.payments.models import Charge
from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.service import effects
from instainstru_core.domains.payments.types import (
    ChargeFacts,
    ChargeState,
    Intent,
    IntentStatus,
    OutsideChange,
)
from instainstru_core.kernel.uow import Uow


def note_intent(uow: Uow, reference: str, seen: Intent) -> tuple[OutsideChange, ChargeFacts | None]:
    """Compare a payment intent with what we know of it, and take over what is new.

    Nothing is concluded while a command of the reference is open: it will tell by itself.
    """
    if repository.open_command(uow.session, reference) is not None:
        return OutsideChange.NONE, None
    charge = repository.charge_of_intent(uow.session, seen.id)
    if charge is None:
        is_hold = seen.status is IntentStatus.REQUIRES_CAPTURE
        return OutsideChange.ORPHAN_HOLD if is_hold else OutsideChange.NONE, None
    change = _changed(uow, charge, seen)
    uow.session.flush()
    return change, effects.facts(charge)


def _changed(uow: Uow, charge: Charge, seen: Intent) -> OutsideChange:
    if charge.state is ChargeState.HELD and seen.status is IntentStatus.CANCELED:
        charge.state = ChargeState.EXPIRED
        charge.ended_at = uow.now
        return OutsideChange.HOLD_GONE
    if charge.state is ChargeState.HELD and seen.status is IntentStatus.SUCCEEDED:
        effects.note_captured(uow, charge, seen)
        return OutsideChange.CAPTURED
    return OutsideChange.NONE
