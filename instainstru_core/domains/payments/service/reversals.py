"""What was taken back of transfers of which we did not know.

That is what somebody took back in the provider's dashboard, and what a call of ours had taken back
when we took it for failed.
"""

from collections.abc import Sequence

from instainstru_core.domains.payments.models import OutsideReversal, PaymentCommand, Transfer
from instainstru_core.domains.payments.repository import reversals as repository
from instainstru_core.domains.payments.service.effects import taken_back
from instainstru_core.domains.payments.service.makers import is_left_to, makers_of
from instainstru_core.domains.payments.types import ReversalChange, TransferSeen
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow


def reference_of_transfer(uow: Uow, vendor_id: str) -> str | None:
    """What a transfer of the provider is for; None for one that we do not know."""
    found = repository.transfer_at_provider(uow.session, vendor_id)
    return None if found is None else found.reference


def note_reversals(uow: Uow, vendor_id: str, seen: Sequence[TransferSeen]) -> list[ReversalChange]:
    """Take over all reversals of a transfer; what is new is told, oldest first, and posted once.

    One of a command that is under way is left to it.
    """
    transfer = repository.transfer_at_provider(uow.session, vendor_id, lock=True)
    if transfer is None:
        return []
    known = repository.known(uow.session, [one.id for one in seen])
    makers = makers_of(uow, seen)
    new = [one for one in reversed(seen) if one.id not in known]
    made = [_made(uow, transfer, one, makers.get(one.command_id or "")) for one in new]
    uow.session.flush()
    return [change for change in made if change is not None]


def _made(
    uow: Uow, transfer: Transfer, seen: TransferSeen, maker: PaymentCommand | None
) -> ReversalChange | None:
    if is_left_to(maker):
        return None
    command_id = None if maker is None else maker.id
    uow.session.add(
        OutsideReversal(
            id=new_id(),
            transfer_id=transfer.id,
            command_id=command_id,
            vendor_id=seen.id,
            cents=seen.cents,
            reversed_at=uow.now,
        )
    )
    taken_back(
        uow,
        transfer,
        seen.cents,
        key=f"reverse:{command_id}" if command_id else f"reverse:outside:{seen.id}",
        fact="transfer_reversed" if command_id else "transfer_reversed_at_provider",
    )
    return ReversalChange(seen.id, seen.cents, command_id)
