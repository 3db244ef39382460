"""Which call of ours made what the provider tells of, and whether that call takes it in itself."""

from collections.abc import Mapping, Sequence

from instainstru_core.domains.payments.models import PaymentCommand
from instainstru_core.domains.payments.repository import commands
from instainstru_core.domains.payments.types import CommandState, RefundSeen, TransferSeen
from instainstru_core.kernel.uow import Uow


def makers_of(
    uow: Uow, seen: Sequence[RefundSeen] | Sequence[TransferSeen]
) -> Mapping[str, PaymentCommand]:
    """The commands that these name, by their ids. Those that are not ours are left out."""
    named = [one.command_id for one in seen if one.command_id is not None]
    return commands.by_id(uow.session, named)


def is_left_to(maker: PaymentCommand | None) -> bool:
    """Whether a command takes in what it made: one of ours, unless it was given up."""
    return maker is not None and maker.state is not CommandState.FAILED
