"""`/v1/payment_intents`."""

from devstack.stripe_simulator import charging, confirming, payment_methods, shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import StripeRefusal, invalid
from devstack.stripe_simulator.params import Params, merged
from devstack.stripe_simulator.values import Json, snapshot
from devstack.stripe_simulator.world import World

MINIMUM_CENTS = 50
_DESCRIPTIVE = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_FIELDS = (*_DESCRIPTIVE, "customer", "metadata", "payment_method", "setup_future_usage")
_CREATE = (
    *_FIELDS,
    *confirming.FIELDS,
    "amount",
    "capture_method",
    "confirm",
    "currency",
    "off_session",
    "payment_method_types",
)
_CONFIRM = (
    *confirming.FIELDS,
    "capture_method",
    "off_session",
    "payment_method",
    "receipt_email",
    "setup_future_usage",
)
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
_CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
_USAGES = ("off_session", "on_session")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def create(call: Call) -> Json:
    """A new intent, confirmed at once if so wished."""
    world, params = call.world, call.params
    amount = params.required_amount("amount")
    currency = params.required("currency").lower()
    confirm_now, absent = params.flag("confirm"), params.flag("off_session")
    if currency != "usd":
        raise invalid(f"Invalid currency: {currency}. This account pays in usd.", "currency")
    if amount < MINIMUM_CENTS:
        raise invalid("Amount must be at least $0.50 usd", "amount", "amount_too_small")
    if absent and not confirm_now:
        raise invalid("You must set `confirm` to `true` to use `off_session`.", "off_session")
    automatic = confirming.automatic_methods(params)
    confirming.require_return_url(
        "PaymentIntent", automatic, params, wanted=confirm_now and not absent
    )
    capture_method = params.choice("capture_method", _CAPTURE_METHODS)
    identifier = world.mint.new("pi")
    secret = f"{identifier}_secret_{world.mint.token('secret')}"
    intent = shapes.payment_intent(identifier, world.now, secret, amount)
    intent["automatic_payment_methods"] = automatic
    intent["capture_method"] = capture_method or "automatic_async"
    _describe(world, intent, params)
    world.of("payment_intent").add(intent)
    world.emit("payment_intent.created", intent)
    if confirm_now:
        _confirm(world, intent, params, absent=absent)
    return intent


def update(call: Call) -> Json:
    """Other details of an intent that was not confirmed yet, or other metadata of any."""
    intent = _find(call)
    changes_more = set(call.params.plain()) - {"metadata", "description", "expand"}
    if changes_more and intent["status"] not in _CONFIRMABLE:
        raise _unexpected(
            intent,
            f"This PaymentIntent's {', '.join(sorted(changes_more))} could not be updated because"
            f" it has a status of {intent['status']}. You may only update the"
            f" {', '.join(sorted(changes_more))} of a PaymentIntent with one of the following"
            f" statuses: {', '.join(_CONFIRMABLE)}.",
        )
    amount = call.params.amount("amount")
    if amount is not None:
        intent["amount"] = amount
    _describe(call.world, intent, call.params)
    return intent


def confirm(call: Call) -> Json:
    """Pay."""
    intent, params = _find(call), call.params
    absent = params.flag("off_session")
    automatic = intent["automatic_payment_methods"]
    confirming.require_return_url("PaymentIntent", automatic, params, wanted=not absent)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected(
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being"
            " previously confirmed."
            if intent["status"] == "succeeded"
            else f"You cannot confirm this PaymentIntent because it has a status of"
            f" {intent['status']}. Only a PaymentIntent with one of the following statuses may"
            f" be confirmed: {', '.join(_CONFIRMABLE)}.",
        )
    _describe(call.world, intent, params)
    _confirm(call.world, intent, params, absent=absent)
    return intent


def capture(call: Call) -> Json:
    """Take what is held, or a part of it."""
    intent, world = _find(call), call.world
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, _not_capturable(intent))
    until = charging.expires_at(world, intent)
    if until is not None and until <= world.now:
        charging.cancel(world, intent, "automatic")
        raise StripeRefusal(
            f"The charge {intent['latest_charge']} cannot be captured because the charge has"
            " expired.",
            code="charge_expired_for_capture",
            related={"charge": intent["latest_charge"], "payment_intent": snapshot(intent)},
        )
    held = int(intent["amount_capturable"])
    amount = call.params.amount("amount_to_capture") or held
    if amount > held:
        raise StripeRefusal(
            f"The amount_to_capture ({amount}) is greater than the amount capturable ({held}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = merged(intent["metadata"], call.params.strings("metadata"))
    charging.capture(world, intent, amount)
    return intent


def cancel(call: Call) -> Json:
    """Give an intent up and release what it holds."""
    intent = _find(call)
    reason = call.params.choice("cancellation_reason", _REASONS)
    if intent["status"] not in _CANCELABLE:
        raise _unexpected(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            " Only a PaymentIntent with one of the following statuses may be canceled:"
            f" {', '.join(_CANCELABLE)}.",
        )
    charging.cancel(call.world, intent, reason)
    return intent


def complete(world: World, identifier: str, *, succeeds: bool) -> Json:
    """What the payer's bank says after it has asked them."""
    intent = world.of("payment_intent").get(identifier, param="intent")
    if intent["status"] != "requires_action":
        raise _unexpected(intent, f"This PaymentIntent has a status of {intent['status']}.")
    method = world.of("payment_method").get(intent["payment_method"])
    card = payment_methods.card_of(world, method)
    intent["next_action"] = None
    if succeeds and card.decline is None:
        charging.authorize(world, intent, method, absent=False, authenticated=True)
    elif card.decline is not None:
        charging.decline(world, intent, method, card.decline)
    else:
        intent["last_payment_error"] = confirming.failure(
            "payment_intent_authentication_failure",
            "The provided PaymentMethod has failed authentication. You can provide payment_method"
            "_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
            method,
        )
        intent.update(status="requires_payment_method", payment_method=None)
        world.emit("payment_intent.payment_failed", intent)
    return intent


def _find(call: Call) -> Json:
    return call.world.of("payment_intent").get(call.id, param="intent")


def _describe(world: World, intent: Json, params: Params) -> None:
    for name in _DESCRIPTIVE:
        if name in params:
            intent[name] = params.text(name)
    usage = params.choice("setup_future_usage", _USAGES)
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = usage
    customer, token = params.text("customer"), params.text("payment_method")
    if customer is not None:
        world.of("customer").get(customer, param="customer", in_path=False)
        intent["customer"] = customer
    intent["metadata"] = merged(intent["metadata"], params.strings("metadata"))
    if token is not None:
        method = payment_methods.resolve(world, token)
        payment_methods.require_usable(world, method, intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")


def _confirm(world: World, intent: Json, params: Params, *, absent: bool) -> None:
    if intent["payment_method"] is None:
        raise _unexpected(
            intent,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can"
            " either update the PaymentIntent with a payment method and then confirm it again,"
            " or confirm it again directly with a payment method or ConfirmationToken.",
        )
    method = world.of("payment_method").get(intent["payment_method"], in_path=False)
    payment_methods.require_usable(world, method, intent["customer"])
    charging.pay(world, intent, method, absent=absent, return_url=params.text("return_url"))


def _not_capturable(intent: Json) -> str:
    if intent["status"] == "succeeded":
        return "This PaymentIntent could not be captured because it has already been captured."
    return (
        f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
        " Only a PaymentIntent with one of the following statuses may be captured:"
        " requires_capture."
    )


def _unexpected(intent: Json, message: str) -> StripeRefusal:
    return StripeRefusal(
        message,
        code="payment_intent_unexpected_state",
        related={"payment_intent": snapshot(intent)},
    )


ROUTES = (
    post("payment_intents", create, *_CREATE),
    get("payment_intents", pages("payment_intent", "customer"), *PAGE, "customer"),
    get("payment_intents/*", retrieve("payment_intent", param="intent"), "client_secret"),
    post("payment_intents/*", update, *_FIELDS, "amount"),
    post("payment_intents/*/confirm", confirm, *_CONFIRM),
    post("payment_intents/*/capture", capture, "amount_to_capture", "metadata"),
    post("payment_intents/*/cancel", cancel, "cancellation_reason"),
    get(
        "charges",
        pages("charge", "customer", "payment_intent", "transfer_group"),
        *PAGE,
        "customer",
        "payment_intent",
        "transfer_group",
    ),
    get("charges/*", retrieve("charge", param="id")),
)
