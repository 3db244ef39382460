"""Tips and debts, and going on where a crash left any of it."""

from collections.abc import Callable
from typing import NamedTuple

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.errors import PaymentRefused
from instainstru_core.domains.bookings.flows.driving import Cashier, drive_quietly
from instainstru_core.domains.bookings.schemas import (
    DebtsView,
    DebtView,
    GiveTip,
    RetryPayment,
    TipView,
)
from instainstru_core.domains.bookings.service.debts import PREFIX as DEBT
from instainstru_core.domains.bookings.service.lesson import PREFIX as LESSON
from instainstru_core.domains.bookings.service.lesson import chain_id_of
from instainstru_core.domains.bookings.service.tips import PREFIX as TIP
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.flows import commands
from instainstru_core.domains.payments.types import Command, CommandState
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.ports import InProgress
from instainstru_core.kernel.uow import Uow


class Asked(NamedTuple):
    """A wish that a key may repeat."""

    operation: str
    key: str | None
    command: RetryPayment


def tip(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: GiveTip,
    idempotency_key: str | None = None,
) -> TipView:
    """Thank an instructor: charge the card, then send it all on. A repeated key tips once."""
    calls: list[Command] = []
    with cashier.begin(actor) as uow:

        def give() -> TipView:
            tip_id, call = service.give_tip(uow, booking_id, command)
            calls.append(call)
            return service.tip(uow, tip_id)

        given = idempotency.once(
            uow,
            operation=f"bookings.tip:{booking_id}",
            key=idempotency_key,
            request=command,
            kind=TipView,
            produce=give,
        )
    _pursue_tip(cashier, actor, calls[0] if calls else None)
    with cashier.begin(actor) as uow:
        return service.tip(uow, given.id)


def pay_debt(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: RetryPayment,
    idempotency_key: str | None = None,
) -> list[DebtView]:
    """Pay what is owed for a lesson, and tell what is owed after that.

    A repeated key gets the same answer. Raises PaymentRefused where the card was refused; then the
    same key may try again.
    """
    return _pay_debt(
        cashier,
        actor,
        lambda uow: service.pay_debt(uow, booking_id, command),
        Asked(f"bookings.pay_debt:{booking_id}", idempotency_key, command),
    )


def pay_top_up_debt(
    cashier: Cashier,
    *,
    actor: Actor,
    top_up_id: str,
    command: RetryPayment,
    idempotency_key: str | None = None,
) -> list[DebtView]:
    """The same for what is owed for bought credit."""
    return _pay_debt(
        cashier,
        actor,
        lambda uow: service.pay_top_up_debt(uow, top_up_id, command),
        Asked(f"bookings.pay_top_up_debt:{top_up_id}", idempotency_key, command),
    )


def _pay_debt(
    cashier: Cashier, actor: Actor, begin: Callable[[Uow], Command], asked: Asked
) -> list[DebtView]:
    operation, idempotency_key, command = asked
    with cashier.begin(actor) as uow:
        known = idempotency.claim(
            uow, operation=operation, key=idempotency_key, request=command, kind=DebtsView
        )
        if known is not None:
            return known.debts
        call = begin(uow)
    _pursue_debt(cashier, actor, call)
    with cashier.begin(actor) as uow:
        left = service.debts(uow)
        told = DebtsView(debts=left)
        idempotency.answer(uow, operation=operation, key=idempotency_key, result=told)
        return left


def resume(cashier: Cashier, *, actor: Actor, reference: str, at_once: bool = False) -> bool:
    """Go on with a command whose caller is gone. False where somebody else is at it."""
    try:
        if reference.startswith(LESSON):
            return drive_quietly(cashier, actor=actor, chain_id=chain_id_of(reference))
        if reference.startswith(TIP):
            with cashier.begin(actor) as uow:
                call = service.advance_tip(uow, reference.removeprefix(TIP))
            _pursue_tip(cashier, actor, call)
            return True
        if reference.startswith(DEBT):
            with cashier.begin(actor) as uow:
                call = service.advance_debt(uow, reference.removeprefix(DEBT))
            if call is not None:
                _pursue_debt(cashier, actor, call)
            return True
    except (CommandOpen, InProgress, PaymentRefused):
        return False
    return credit_flows.resume_top_up(
        cashier.begin, cashier.gateway, actor=actor, reference=reference, at_once=at_once
    )


def _pursue_tip(cashier: Cashier, actor: Actor, call: Command | None) -> None:
    while call is not None:
        outcome = commands.call(cashier.gateway, call, now=cashier.clock())
        with cashier.begin(actor) as uow:
            call = service.absorb_tip(uow, call, outcome)


def _pursue_debt(cashier: Cashier, actor: Actor, call: Command) -> None:
    outcome = commands.call(cashier.gateway, call, now=cashier.clock())
    with cashier.begin(actor) as uow:
        recorded = service.absorb_debt(uow, call, outcome)
    if recorded is not None and recorded.state is CommandState.FAILED:
        raise PaymentRefused(
            "The card was refused, so nothing was charged. Choose another card and try again.",
            failure=recorded.failure,
        )
