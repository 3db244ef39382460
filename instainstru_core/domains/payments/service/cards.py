"""Students' saved cards: kept, chosen, removed. The calls to the provider are made by flows."""

from typing import NamedTuple

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.errors import (
    CardNotFound,
    CardNotReady,
    CardOfAnother,
    PayeeNotReady,
)
from instainstru_core.domains.payments.models import PaymentMethod
from instainstru_core.domains.payments.repository import people as repository
from instainstru_core.domains.payments.repository.people import KnownCard
from instainstru_core.domains.payments.schemas import Card, PaymentMethodsView, PaymentMethodView
from instainstru_core.domains.payments.service.accounts import is_ready
from instainstru_core.domains.payments.service.standing import as_standing, refuse_standing
from instainstru_core.domains.payments.types import CardSeen
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import ActorKind, Permission, PermissionMissing, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow

UNKNOWN_CARD = "You have no such card. List yours and use one of their ids."


class Payer(NamedTuple):
    """Who pays, and how the provider calls them, once it knows them."""

    user_id: str
    email: str
    name: str
    customer_vendor_id: str | None


@operation("payments.usable_card")
def usable_card(uow: Uow, user_id: str, payment_method_id: str | None) -> Card:
    """The card to charge: the one that is named, else the default. One statement.

    Raises CardNotFound for one that is not this student's, CardNotReady without any or when it
    has expired.
    """
    found = repository.card(uow.session, user_id, payment_method_id)
    return _usable(uow, found, named=payment_method_id is not None)


@operation("payments.card_for")
def card_for(
    uow: Uow, *, student_id: str, instructor_id: str, payment_method_id: str | None
) -> Card:
    """The card to charge for a lesson, where one side may pay and the other be paid. One statement.

    The payee has an account that is ready and an identity that is verified. Raises PayeeNotReady,
    what stands in the student's way, and what `usable_card` raises.
    """
    found = repository.sides(
        uow.session, student_id=student_id, instructor_id=instructor_id, card_id=payment_method_id
    )
    if not is_ready(found.account) or not found.is_identified:
        raise PayeeNotReady("This instructor cannot be paid yet. Try again later.")
    refuse_standing(as_standing(found.standing))
    return _usable(uow, found.card, named=payment_method_id is not None)


def _usable(uow: Uow, found: KnownCard | None, *, named: bool) -> Card:
    if found is None and named:
        raise CardNotFound(UNKNOWN_CARD)
    if found is None:
        raise CardNotReady("There is no card to pay with. Save one first, then try again.")
    if policy.is_expired(found.exp_month, found.exp_year, local_day(uow.now)):
        raise CardNotReady(
            f"The card expired in {found.exp_month:02d}/{found.exp_year}. Save another one, or"
            " choose one that is still good.",
            payment_method_id=found.id,
        )
    return Card(id=found.id, vendor_id=found.vendor_id, customer_vendor_id=found.customer_vendor_id)


@operation("payments.cards")
def cards(uow: Uow) -> PaymentMethodsView:
    """The signed-in person's cards, the default first, then the newest."""
    owner = _owner(uow)
    rows = repository.own_cards(uow.session, owner)
    return PaymentMethodsView(items=[_view(uow, row) for row in rows])


@operation("payments.make_default_card")
def make_default_card(uow: Uow, card_id: str) -> PaymentMethodView:
    """Charge this card where none is named, instead of the one before."""
    row = _own(uow, card_id)
    if not row.is_default:
        _choose(uow, row)
        _note(uow, "payments.make_default_card", row)
    return _view(uow, row)


@operation("payments.payer")
def payer(uow: Uow) -> Payer:
    """The signed-in person, as the provider is told of them."""
    owner = _owner(uow)
    person = accounts.me(uow)
    return Payer(
        user_id=owner,
        email=person.email,
        name=f"{person.first_name} {person.last_name}",
        customer_vendor_id=repository.customer(uow.session, owner),
    )


@operation("payments.keep_customer")
def keep_customer(uow: Uow, user_id: str, vendor_id: str) -> str:
    """Write down how the provider calls this person. Answers with what is written: of two at once
    the first one's.
    """
    return repository.keep_customer(uow.session, user_id, vendor_id, now=uow.now)


@operation("payments.keep_card")
def keep_card(uow: Uow, user_id: str, seen: CardSeen, *, is_default: bool) -> PaymentMethodView:
    """Write down a card that the provider keeps for this person. The first one is the default.

    Again changes nothing but what the provider knows better. Raises CardOfAnother.
    """
    locks.advisory(uow.session, [f"cards:{user_id}"])
    row = repository.seen_card(uow.session, seen.id)
    if row is not None and row.user_id != user_id:
        raise card_of_another()
    is_new = row is None or row.detached_at is not None
    has_default = any(one.is_default for one in repository.own_cards(uow.session, user_id))
    if row is None:
        row = PaymentMethod(
            id=new_id(), user_id=user_id, vendor_id=seen.id, is_default=False, created_at=uow.now
        )
    row.brand, row.last4, row.detached_at = seen.brand, seen.last4, None
    row.exp_month, row.exp_year = seen.exp_month, seen.exp_year
    uow.session.add(row)
    if is_default or not has_default:
        _choose(uow, row)
    uow.session.flush()
    if is_new:
        _note(uow, "payments.save_card", row)
    return _view(uow, row)


@operation("payments.card_to_remove")
def card_to_remove(uow: Uow, card_id: str) -> str:
    """How the provider calls a card of one's own that is to go. Raises CardNotFound."""
    return _own(uow, card_id).vendor_id


@operation("payments.forget_card")
def forget_card(uow: Uow, vendor_id: str) -> None:
    """Note that the provider no longer keeps this card. The newest inherits from the default one.

    A card that we never had, or no longer have, changes nothing.
    """
    row = repository.seen_card(uow.session, vendor_id)
    if row is None:
        return
    locks.advisory(uow.session, [f"cards:{row.user_id}"])
    row = repository.seen_card(uow.session, vendor_id)
    if row is None or row.detached_at is not None:
        return
    was_default, row.is_default, row.detached_at = row.is_default, False, uow.now
    uow.session.flush()
    left = repository.own_cards(uow.session, row.user_id)
    if was_default and left:
        left[0].is_default = True
        uow.session.flush()
    _note(uow, "payments.remove_card", row)


@operation("payments.note_card")
def note_card(uow: Uow, seen: CardSeen) -> None:
    """Take over what the provider now says of a card we know: a new date, or that it is gone."""
    row = repository.seen_card(uow.session, seen.id)
    if row is None:
        return
    if repository.customer(uow.session, row.user_id) != seen.customer_id:
        forget_card(uow, seen.id)
        return
    row.brand, row.last4 = seen.brand, seen.last4
    row.exp_month, row.exp_year = seen.exp_month, seen.exp_year
    uow.session.flush()


@operation("payments.customer_owner")
def customer_owner(uow: Uow, customer_vendor_id: str) -> str | None:
    """Whom the provider calls so; None for somebody we do not know."""
    return repository.customer_owner(uow.session, customer_vendor_id)


def card_of_another() -> CardOfAnother:
    """The refusal of a card that is kept for somebody else."""
    return CardOfAnother("This card is saved by somebody else. Enter a card of your own.")


def _owner(uow: Uow) -> str:
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise PermissionMissing("Cards belong to people. Sign in as the person they are of.")
    return uow.actor.id


def _own(uow: Uow, card_id: str) -> PaymentMethod:
    owner = _owner(uow)
    locks.advisory(uow.session, [f"cards:{owner}"])
    row = repository.own_card(uow.session, owner, card_id)
    if row is None:
        raise CardNotFound(UNKNOWN_CARD)
    return row


def _choose(uow: Uow, row: PaymentMethod) -> None:
    repository.clear_default(uow.session, row.user_id)
    row.is_default = True
    uow.session.flush()


def _note(uow: Uow, action: str, row: PaymentMethod) -> None:
    audit.record(uow, action, subject_kind="payment_method", subject_id=row.id)


def _view(uow: Uow, row: PaymentMethod) -> PaymentMethodView:
    return PaymentMethodView(
        id=row.id,
        brand=row.brand,
        last4=row.last4,
        exp_month=row.exp_month,
        exp_year=row.exp_year,
        is_default=row.is_default,
        is_expired=policy.is_expired(row.exp_month, row.exp_year, local_day(uow.now)),
    )
