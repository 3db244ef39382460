"""Posting money facts, and telling where every cent is and why."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from instainstru_core.domains.ledger import policy, repository
from instainstru_core.domains.ledger.repository import Line
from instainstru_core.domains.ledger.schemas import (
    JournalView,
    LedgerEntryView,
    LedgerExplanationView,
    TrialBalanceLine,
    TrialBalanceView,
)
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

MAX_JOURNALS = 500


@operation("ledger.post")
def post(
    uow: Uow,
    *,
    key: str,
    fact: str,
    reference: str,
    entries: Sequence[Entry],
    occurred_at: datetime | None = None,
) -> bool:
    """Write down a money fact once. False when its key was posted before, or when nothing moves.

    Two that post one key at the same time: the second waits for the first. Raises Unbalanced.
    """
    balanced = policy.journal(entries)
    if not balanced:
        return False
    return repository.post(
        uow.session,
        journal_id=new_id(),
        key=key,
        fact=fact,
        reference=reference,
        occurred_at=occurred_at or uow.now,
        actor_id=uow.actor.id,
        entries=balanced,
    )


@operation("ledger.balances")
def balances(uow: Uow, accounts: Collection[Account]) -> dict[Account, Cents]:
    """What stands on each of these accounts: debits positive, credits negative, else zero."""
    sums = repository.balances(uow.session, accounts)
    return {account: Cents(sums.get(account, 0)) for account in accounts}


def balance(uow: Uow, account: Account) -> Cents:
    """What stands on one account."""
    return balances(uow, [account])[account]


@operation("ledger.trial_balance")
def trial_balance(uow: Uow) -> TrialBalanceView:
    """Every kind of account with its sum. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    totals = {total.kind: total for total in repository.totals_by_kind(uow.session)}
    lines = [
        TrialBalanceLine(
            account=kind,
            nature=policy.NATURES[kind],
            accounts=totals[kind].accounts if kind in totals else 0,
            cents=totals[kind].cents if kind in totals else 0,
            balance_cents=policy.natural(kind, totals[kind].cents) if kind in totals else 0,
        )
        for kind in AccountKind
    ]
    total = sum(line.cents for line in lines)
    return TrialBalanceView(at=uow.now, lines=lines, total_cents=total, is_balanced=total == 0)


def knows(uow: Uow, reference: str) -> bool:
    """Whether a money fact was ever posted under this reference."""
    return bool(repository.totals_of(uow.session, [reference]))


@operation("ledger.explain")
def explain(uow: Uow, reference: str, *, beside: Collection[str] = ()) -> LedgerExplanationView:
    """Every journal of a reference, and what is left in its pot. For staff.

    So it is of the references `beside` it, whose money belongs to the same story.
    """
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    references = list(dict.fromkeys([reference, *beside]))
    pots = {policy.pot(one) for one in references}
    totals = repository.totals_of(uow.session, references)
    journals = _journals(
        repository.lines_of(uow.session, references, limit=MAX_JOURNALS + 1), pots=pots
    )
    return LedgerExplanationView(
        reference=reference,
        journals=journals[:MAX_JOURNALS],
        totals=[_entry(account, cents) for account, cents in totals.items() if cents],
        pot_cents=_in_pots(sum(totals.get(pot, 0) for pot in pots)),
        is_balanced=sum(totals.values()) == 0,
        truncated=len(journals) > MAX_JOURNALS,
    )


def _in_pots(cents: int) -> int:
    return policy.natural(AccountKind.HELD, cents)


def _journals(lines: Iterable[Line], *, pots: Collection[Account]) -> list[JournalView]:
    views: list[JournalView] = []
    in_pot = 0
    for _, group in groupby(lines, key=lambda line: line.journal.id):
        entries = list(group)
        row = entries[0].journal
        in_pot += sum(line.cents for line in entries if line.account in pots)
        views.append(
            JournalView(
                id=row.id,
                key=row.key,
                fact=row.fact,
                reference=row.reference,
                occurred_at=row.occurred_at,
                actor_id=row.actor_id,
                entries=[_entry(line.account, line.cents) for line in entries],
                pot_cents=_in_pots(in_pot),
            )
        )
    return views


def _entry(account: Account, cents: int) -> LedgerEntryView:
    return LedgerEntryView(account=account.kind, owner_id=account.owner_id, cents=cents)
