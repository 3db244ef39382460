"""Comparing the ledger with the provider's books, after taking in what only those tell."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from instainstru_core.domains.bookings.flows.driving import Cashier
from instainstru_core.domains.bookings.flows.vendor import on_refund, on_reversal
from instainstru_core.domains.payments.flows import reconcile as books
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.kernel.authority import Actor

Each: TypeAlias = Callable[[Iterable[str], Callable[[str], bool]], None]
"""How to do something for each of some items; by a job, so that one bad item stops no other."""


def one_by_one(items: Iterable[str], act: Callable[[str], bool]) -> None:
    """Do this for each, until one fails."""
    for item in items:
        act(item)


def reconcile(cashier: Cashier, *, actor: Actor, each: Each = one_by_one) -> ReconciliationView:
    """Read the provider's lines, take in refunds and reversals that nobody told of, then compare.

    What cannot be taken in is told as a difference; `each` says what else becomes of it.
    """
    begin = cashier.begin
    read = books.read(begin, cashier.gateway, actor=actor)
    unknown = books.refunds_to_ask(begin, read, actor=actor)
    reversals = books.reversals_to_ask(begin, read, actor=actor)
    try:
        each(unknown, partial(_look, cashier, actor))
        each(reversals, partial(_look_at_line, cashier, actor))
    finally:
        found = books.compare(begin, read, actor=actor)
    return found


def _look(cashier: Cashier, actor: Actor, refund_id: str) -> bool:
    on_refund(cashier, actor=actor, refund_id=refund_id)
    return True


def _look_at_line(cashier: Cashier, actor: Actor, line_id: str) -> bool:
    on_reversal(cashier, actor=actor, line_id=line_id)
    return True
