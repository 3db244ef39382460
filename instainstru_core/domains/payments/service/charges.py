"""What we know of charges and transfers."""

from datetime import datetime

from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.service.effects import facts, transfer_facts
from instainstru_core.domains.payments.types import ChargeFacts, TransferFacts
from instainstru_core.kernel.uow import Uow


def charge(uow: Uow, charge_id: str) -> ChargeFacts:
    """One charge. Raises LookupError: whoever asks has its id from us."""
    found = repository.charge(uow.session, charge_id)
    if found is None:
        msg = f"charge {charge_id} is missing"
        raise LookupError(msg)
    return facts(found)


def reference_of_intent(uow: Uow, intent_id: str) -> str | None:
    """What a payment intent of the provider is for; None for one that we do not know."""
    found = repository.charge_of_intent(uow.session, intent_id)
    return None if found is None else found.reference


def reference_of_command(uow: Uow, command_id: str) -> str | None:
    """What a command is for; None for one that is not ours."""
    return repository.reference_of_command(uow.session, command_id)


def reference_of_charge(uow: Uow, vendor_charge_id: str) -> str | None:
    """What a charge of the provider is for; None for one that we do not know."""
    found = repository.charge_at_provider(uow.session, vendor_charge_id)
    return None if found is None else found.reference


def payer_of_charge(uow: Uow, vendor_charge_id: str) -> str:
    """Who paid a charge of the provider that is ours. Raises LookupError for another."""
    found = repository.charge_at_provider(uow.session, vendor_charge_id)
    if found is None:
        msg = "a charge that is not ours"
        raise LookupError(msg)
    return found.student_id


def transfers(uow: Uow, reference: str) -> list[TransferFacts]:
    """The transfers of a reference, oldest first."""
    return [transfer_facts(row) for row in repository.transfers(uow.session, reference)]


def due_references(uow: Uow, *, after: str, limit: int) -> list[str]:
    """References with a command that nobody is at any more, in order, beyond `after`."""
    return list(repository.due_references(uow.session, now=uow.now, after=after, limit=limit))


def stuck_commands(uow: Uow, *, before: datetime) -> int:
    """How many open commands nobody has looked at since this instant."""
    return repository.stuck(uow.session, before=before)
