"""`instainstru ledger`: where every cent is, and why."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.schemas import (
    JournalView,
    LedgerEntryView,
    LedgerExplanationView,
    TrialBalanceView,
)
from instainstru_core.kernel.money import dollars

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def explain(
    reference: Annotated[
        str,
        typer.Argument(
            help="A booking's id, or a reference such as booking:ID, tip:ID, topup:ID or debt:ID."
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell the path of every cent of a booking, a tip, a top-up or a debt.

    With a booking come tips for it and what its student owed for it later.
    """
    with session.work() as uow:
        found = bookings.explain_money(uow, reference)
    output.show(found, lambda: explained(found), as_json=as_json)


@app.command()
def trial_balance(*, as_json: AsJson = False) -> None:
    """Sum every kind of account; all of them together are zero."""
    with session.work() as uow:
        found = ledger.trial_balance(uow)
    output.show(found, lambda: _balanced(found), as_json=as_json)


def explained(found: LedgerExplanationView) -> Sequence[Table | str]:
    """The journals of a reference, what they come to, and what is left in its pot."""
    if not found.journals:
        return [f"No money has moved for {found.reference}."]
    journals = output.table(
        "when",
        "of",
        "fact",
        "account",
        "debit",
        "credit",
        "pot",
        rows=(line for journal in found.journals for line in _lines(journal)),
    )
    totals = output.table(
        "in all",
        "debit",
        "credit",
        rows=((_name(entry), *_sides(entry.cents)) for entry in found.totals),
    )
    return [journals, "", totals, f"\nLeft in the pot: {dollars(found.pot_cents)}", *_notes(found)]


def _lines(journal: JournalView) -> Iterator[Sequence[object]]:
    """An entry a line; when, what and the pot stand once for each journal."""
    last = len(journal.entries) - 1
    for place, entry in enumerate(journal.entries):
        yield (
            output.moment(journal.occurred_at) if place == 0 else None,
            journal.reference.partition(":")[0] if place == 0 else None,
            journal.fact if place == 0 else None,
            _name(entry),
            *_sides(entry.cents),
            dollars(journal.pot_cents) if place == last else None,
        )


def _notes(found: LedgerExplanationView) -> list[str]:
    cut = f"These are the first {len(found.journals)} facts; totals and pot count them all."
    off = "The books of this reference do not balance. Report it."
    return output.warnings(
        [*([cut] if found.truncated else []), *([] if found.is_balanced else [off])]
    )


def _balanced(found: TrialBalanceView) -> Sequence[Table | str]:
    lines = output.table(
        "account",
        "nature",
        "accounts",
        "debit",
        "credit",
        "balance",
        rows=(
            (
                line.account,
                line.nature,
                line.accounts,
                *_sides(line.cents),
                dollars(line.balance_cents),
            )
            for line in found.lines
        ),
    )
    words = "The books balance." if found.is_balanced else f"Off by {dollars(found.total_cents)}."
    return [lines, f"\n{words}"]


def _name(entry: LedgerEntryView) -> str:
    return f"{entry.account}:{entry.owner_id}" if entry.owner_id else str(entry.account)


def _sides(cents: int) -> tuple[str | None, str | None]:
    """The amount in the column of its side."""
    return (dollars(cents) if cents > 0 else None, dollars(-cents) if cents < 0 else None)
