"""Journals, and what stands on accounts."""

from instainstru_core.domains.ledger import service
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow

REFERENCE = "booking:01JZ8M4T6Q3V9K2X7C5B1N0D8F"
POT = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


def posted(
    uow: Uow,
    *entries: Entry,
    key: str | None = None,
    fact: str = "captured",
    reference: str = REFERENCE,
) -> bool:
    """Post these entries as one journal, under a key of its own unless one is given."""
    return service.post(
        uow, key=key or new_id(), fact=fact, reference=reference, entries=list(entries)
    )


def standing(uow: Uow, kind: AccountKind, owner: str = "") -> int:
    """What stands on an account: debits positive."""
    return service.balance(uow, Account(kind, owner)).amount
