"""`/v1/setup_intents`: getting a card ready for later charges."""

from devstack.stripe_simulator import confirming, payment_methods, shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.params import Params, merged
from devstack.stripe_simulator.values import Json, snapshot
from devstack.stripe_simulator.world import World

_FIELDS = ("customer", "description", "metadata", "payment_method", "payment_method_types")
_CREATE = (*_FIELDS, *confirming.FIELDS, "confirm", "usage")
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    """A new setup intent, confirmed at once if so wished."""
    world, params = call.world, call.params
    confirm_now = params.flag("confirm")
    usage = params.choice("usage", ("off_session", "on_session"))
    automatic = confirming.automatic_methods(params)
    confirming.require_return_url("SetupIntent", automatic, params, wanted=confirm_now)
    identifier = world.mint.new("seti")
    secret = f"{identifier}_secret_{world.mint.token('secret')}"
    intent = shapes.setup_intent(identifier, world.now, secret)
    intent["automatic_payment_methods"] = automatic
    intent["usage"] = usage or "off_session"
    _describe(world, intent, params)
    world.of("setup_intent").add(intent)
    world.emit("setup_intent.created", intent)
    if confirm_now:
        _confirm(world, intent, params)
    return intent


def update(call: Call) -> Json:
    """Other details of a setup intent."""
    intent = _find(call)
    _describe(call.world, intent, call.params)
    return intent


def confirm(call: Call) -> Json:
    """Set the card up, or ask the payer to prove who they are."""
    intent = _find(call)
    automatic = intent["automatic_payment_methods"]
    confirming.require_return_url("SetupIntent", automatic, call.params, wanted=True)
    token = call.params.text("payment_method")
    if token is not None:
        intent["payment_method"] = payment_methods.resolve(call.world, token)["id"]
    _confirm(call.world, intent, call.params)
    return intent


def cancel(call: Call) -> Json:
    """Give a setup intent up."""
    intent = _find(call)
    _require_open(intent, "cancel")
    reasons = ("abandoned", "requested_by_customer", "duplicate")
    intent["cancellation_reason"] = call.params.choice("cancellation_reason", reasons)
    intent.update(status="canceled", next_action=None)
    call.world.emit("setup_intent.canceled", intent)
    return intent


def complete(world: World, identifier: str, *, succeeds: bool) -> Json:
    """What the payer's bank says after it has asked them."""
    intent = world.of("setup_intent").get(identifier, param="intent")
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "complete")
    method = world.of("payment_method").get(intent["payment_method"])
    intent["next_action"] = None
    if succeeds:
        _succeed(world, intent, method)
    else:
        intent["last_setup_error"] = confirming.failure(
            "setup_intent_authentication_failure",
            "The latest attempt to set up the payment method has failed because authentication"
            " failed.",
            method,
        )
        intent.update(status="requires_payment_method", payment_method=None)
        world.emit("setup_intent.setup_failed", intent)
    return intent


def _find(call: Call) -> Json:
    return call.world.of("setup_intent").get(call.id, param="intent")


def _describe(world: World, intent: Json, params: Params) -> None:
    customer, token = params.text("customer"), params.text("payment_method")
    if customer is not None:
        world.of("customer").get(customer, param="customer", in_path=False)
        intent["customer"] = customer
    if "description" in params:
        intent["description"] = params.text("description")
    intent["metadata"] = merged(intent["metadata"], params.strings("metadata"))
    if token is not None:
        method = payment_methods.resolve(world, token)
        payment_methods.require_usable(world, method, intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")


def _confirm(world: World, intent: Json, params: Params) -> None:
    _require_open(intent, "confirm")
    if intent["payment_method"] is None:
        raise StripeRefusal(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update"
            " the SetupIntent with a payment method and then confirm it again.",
            code="setup_intent_unexpected_state",
            related={"setup_intent": snapshot(intent)},
        )
    method = world.of("payment_method").get(intent["payment_method"], in_path=False)
    payment_methods.require_usable(world, method, intent["customer"])
    card = payment_methods.card_of(world, method)
    if card.decline is not None and not card.attaches:
        intent["last_setup_error"] = confirming.failure(
            card.decline.code, card.decline.message, method, card.decline.decline_code
        )
        intent.update(status="requires_payment_method", payment_method=None, next_action=None)
        world.emit("setup_intent.setup_failed", intent)
        raise payment_methods.declined(card.decline, method, {"setup_intent": snapshot(intent)})
    if card.challenge is not None:
        intent["next_action"] = confirming.challenge(params.text("return_url"))
        intent["status"] = "requires_action"
        world.emit("setup_intent.requires_action", intent)
        return
    _succeed(world, intent, method)


def _succeed(world: World, intent: Json, method: Json) -> None:
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    intent["latest_attempt"] = world.mint.new("setatt")
    if intent["usage"] == "off_session":
        world.authenticated.add(str(method["id"]))
    if intent["customer"] is not None:
        payment_methods.give(world, method, intent["customer"])
    world.emit("setup_intent.succeeded", intent)


def _require_open(intent: Json, verb: str) -> None:
    if intent["status"] not in _OPEN:
        raise _unexpected(intent, verb)


def _unexpected(intent: Json, verb: str) -> StripeRefusal:
    return StripeRefusal(
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        related={"setup_intent": snapshot(intent)},
    )


ROUTES = (
    post("setup_intents", create, *_CREATE),
    get("setup_intents", pages("setup_intent", "customer", "payment_method"), *PAGE, *_FIELDS[:1]),
    get("setup_intents/*", retrieve("setup_intent", param="intent"), "client_secret"),
    post("setup_intents/*", update, *_FIELDS),
    post("setup_intents/*/confirm", confirm, "payment_method", *confirming.FIELDS),
    post("setup_intents/*/cancel", cancel, "cancellation_reason"),
)
