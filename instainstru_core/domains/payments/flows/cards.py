"""Saving and removing cards, at the provider and here. No transaction is open during a call."""

from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import CallRefused, CardNotFound, CardNotReady
from instainstru_core.domains.payments.flows.keys import hourly
from instainstru_core.domains.payments.ports import CardGateway
from instainstru_core.domains.payments.schemas import CardSetupView, PaymentMethodView, SaveCard
from instainstru_core.domains.payments.service.cards import card_of_another
from instainstru_core.domains.payments.types import CardSeen
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin

MISSING = "resource_missing"


class Customer(NamedTuple):
    """Who pays, how the provider calls them, and the moment of asking."""

    user_id: str
    vendor_id: str
    asked_at: datetime


def start_card_setup(begin: Begin, gateway: CardGateway, *, actor: Actor) -> CardSetupView:
    """Let a browser save a card. It finishes with the secret, then says so with `save_card`."""
    customer = ensure_customer(begin, gateway, actor=actor)
    setup = gateway.start_setup(key=f"setup:{new_id()}", customer_id=customer.vendor_id)
    return CardSetupView(setup_id=setup.id, client_secret=setup.client_secret or "")


def save_card(
    begin: Begin, gateway: CardGateway, *, actor: Actor, command: SaveCard
) -> PaymentMethodView:
    """Keep a card. Again gives the same card.

    Raises CardNotFound, CardNotReady, CardOfAnother, or why the bank declined it.
    """
    customer = ensure_customer(begin, gateway, actor=actor)
    if command.setup_id is not None:
        seen = _set_up(gateway, customer, command.setup_id)
    else:
        seen = _attached(gateway, customer, command.payment_method_id or "")
    with begin(actor) as uow:
        return service.keep_card(uow, customer.user_id, seen, is_default=command.is_default)


def remove_card(begin: Begin, gateway: CardGateway, *, actor: Actor, card_id: str) -> None:
    """Let the provider and us forget a card. Raises CardNotFound."""
    with begin(actor) as uow:
        vendor_id, now = service.card_to_remove(uow, card_id), uow.now
    try:
        gateway.detach_card(key=hourly("detach", vendor_id, now), payment_method_id=vendor_id)
    except CallRefused as refusal:
        if not is_missing(refusal):
            raise
    with begin(actor) as uow:
        service.forget_card(uow, vendor_id)


def ensure_customer(begin: Begin, gateway: CardGateway, *, actor: Actor) -> Customer:
    """The signed-in person as a customer of the provider. Two at once make one."""
    with begin(actor) as uow:
        payer, now = service.payer(uow), uow.now
    if payer.customer_vendor_id is not None:
        return Customer(payer.user_id, payer.customer_vendor_id, now)
    made = gateway.create_customer(
        key=hourly("customer", payer.user_id, now),
        user_id=payer.user_id,
        email=payer.email,
        name=payer.name,
    )
    with begin(actor) as uow:
        return Customer(payer.user_id, service.keep_customer(uow, payer.user_id, made), now)


def is_missing(refusal: CallRefused) -> bool:
    """Whether the provider does not know what it was asked about."""
    return refusal.facts.get("vendor_code") == MISSING


def _set_up(gateway: CardGateway, customer: Customer, setup_id: str) -> CardSeen:
    try:
        setup = gateway.setup(setup_id)
    except CallRefused as refusal:
        raise _unknown(refusal) from refusal
    if setup.customer_id != customer.vendor_id:
        raise card_of_another()
    if setup.status != "succeeded" or setup.payment_method_id is None:
        raise CardNotReady(
            "This setup is not finished. Confirm the card in the browser, then try again.",
            status=setup.status,
        )
    seen = gateway.card(setup.payment_method_id)
    if seen.customer_id != customer.vendor_id:
        raise CardNotReady("This card was removed since. Enter it anew.")
    return seen


def _attached(gateway: CardGateway, customer: Customer, vendor_id: str) -> CardSeen:
    try:
        seen = gateway.card(vendor_id)
    except CallRefused as refusal:
        raise _unknown(refusal) from refusal
    if seen.customer_id == customer.vendor_id:
        return seen
    if seen.customer_id is not None:
        raise card_of_another()
    try:
        return gateway.attach_card(
            key=hourly("attach", f"{customer.vendor_id}:{vendor_id}", customer.asked_at),
            customer_id=customer.vendor_id,
            payment_method_id=vendor_id,
        )
    except CallRefused as refusal:
        if type(refusal) is not CallRefused:
            raise
        raise CardNotReady("This card cannot be saved any more. Enter it anew.") from refusal


def _unknown(refusal: CallRefused) -> CallRefused | CardNotFound:
    if not is_missing(refusal):
        return refusal
    return CardNotFound("The payment provider knows no such card. Enter it anew.")
