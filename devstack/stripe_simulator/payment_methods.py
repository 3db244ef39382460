"""`/v1/payment_methods`: cards, and whom they belong to."""

from devstack.stripe_simulator import shapes
from devstack.stripe_simulator.call import PAGE, Call, get, post, retrieve
from devstack.stripe_simulator.cards import TEST_CARDS, Card, Decline
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json, snapshot
from devstack.stripe_simulator.world import World

_SPENT = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached"
    " from a Customer, and may not be used again."
)


def make(world: World, card: Card, identifier: str | None = None) -> Json:
    """A new payment method that looks and behaves like this card."""
    method = shapes.payment_method(
        identifier or world.mint.new("pm"), world.now, card, world.mint.token("fingerprint", 16)
    )
    world.cards[str(method["id"])] = card
    return world.of("payment_method").add(method)


def resolve(world: World, token: str, *, param: str = "payment_method") -> Json:
    """The payment method with this identifier; a test card's name makes a new one."""
    card = TEST_CARDS.get(token)
    if card is not None:
        return make(world, card)
    return world.of("payment_method").get(token, param=param, in_path=False)


def card_of(world: World, method: Json) -> Card:
    """How a method behaves."""
    return world.cards[str(method["id"])]


def declined(decline: Decline, method: Json, related: Json | None = None) -> StripeRefusal:
    """The issuer said no."""
    return StripeRefusal(
        decline.message,
        status=402,
        kind="card_error",
        code=decline.code,
        decline_code=decline.decline_code,
        param="exp_month" if decline.code == "expired_card" else None,
        related={**(related or {}), "payment_method": snapshot(method)},
    )


def require_usable(world: World, method: Json, customer: str | None) -> None:
    """Refuse a method that is spent, or that belongs to somebody else."""
    if method["id"] in world.used_once:
        raise StripeRefusal(_SPENT, param="payment_method")
    owner = method["customer"]
    if owner is None or owner == customer:
        return
    if customer is None:
        raise StripeRefusal(
            f"The payment method {method['id']} belongs to customer {owner}. Please include the"
            " customer in the `customer` parameter.",
            param="customer",
        )
    raise StripeRefusal(
        f"The payment method {method['id']} belongs to a different customer than {customer}.",
        param="payment_method",
    )


def give(world: World, method: Json, customer: str) -> None:
    """Attach a method to a customer, if it is not yet."""
    if method["customer"] == customer:
        return
    method["customer"] = customer
    world.emit("payment_method.attached", method)


def attach(call: Call) -> Json:
    """Attach a method to a customer."""
    world = call.world
    customer = call.params.required("customer")
    world.of("customer").get(customer, param="customer", in_path=False)
    method = resolve(world, call.id)
    if method["id"] in world.used_once:
        raise StripeRefusal(_SPENT, param="payment_method")
    if method["customer"] not in {None, customer}:
        raise StripeRefusal(
            "The payment method you provided has already been attached to a customer."
        )
    card = card_of(world, method)
    if card.decline is not None and not card.attaches:
        raise declined(card.decline, method)
    give(world, method, customer)
    return method


def detach(call: Call) -> Json:
    """Take a method from its customer, for good."""
    method = call.of("payment_method").get(call.id, param="payment_method")
    if method["customer"] is None:
        raise StripeRefusal(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            param="payment_method",
        )
    before = {"customer": method["customer"]}
    method["customer"] = None
    call.world.used_once.add(str(method["id"]))
    call.world.emit("payment_method.detached", method, before=before)
    return method


def update(call: Call) -> Json:
    """Other metadata of a method."""
    method = call.of("payment_method").get(call.id, param="payment_method")
    method["metadata"] = merged(method["metadata"], call.params.strings("metadata"))
    return method


def list_all(call: Call) -> Json:
    """The methods of a customer."""
    customer = call.params.text("customer")
    kind = call.params.text("type")
    if customer is not None:
        call.of("customer").get(customer, param="customer", in_path=False)
    return call.of("payment_method").page(
        call.params,
        call.path,
        lambda method: method["customer"] == customer and kind in {None, method["type"]},
    )


def list_of_customer(call: Call) -> Json:
    """The methods of the customer in the path."""
    call.of("customer").get(call.id, param="customer")
    kind = call.params.text("type")
    return call.of("payment_method").page(
        call.params,
        call.path,
        lambda method: method["customer"] == call.id and kind in {None, method["type"]},
    )


def retrieve_of_customer(call: Call) -> Json:
    """One method of the customer in the path."""
    method = call.of("payment_method").find(call.ids[1])
    if method is None or method["customer"] != call.id:
        raise StripeRefusal(
            f"No such PaymentMethod: '{call.ids[1]}'; It's possible this PaymentMethod exists"
            " on one of your connected accounts",
            status=404,
            code="resource_missing",
            param="payment_method",
        )
    return method


ROUTES = (
    get("payment_methods", list_all, *PAGE, "customer", "type"),
    get("payment_methods/*", retrieve("payment_method", param="payment_method")),
    post("payment_methods/*", update, "metadata"),
    post("payment_methods/*/attach", attach, "customer"),
    post("payment_methods/*/detach", detach),
    get("customers/*/payment_methods", list_of_customer, *PAGE, "type"),
    get("customers/*/payment_methods/*", retrieve_of_customer),
)
