"""What payment intents and setup intents have in common when they are confirmed."""

from devstack.stripe_simulator.errors import invalid
from devstack.stripe_simulator.params import Params
from devstack.stripe_simulator.values import Json, snapshot

FIELDS = ("automatic_payment_methods", "mandate_data", "return_url", "use_stripe_sdk")
_REDIRECTS = (
    "This {intent} is configured to accept payment methods enabled in your Dashboard. Because"
    " some of these payment methods might redirect your customer off of your page, you must"
    " provide a `return_url`. If you don't want to accept redirect-based payment methods, set"
    " `automatic_payment_methods[enabled]` to `true` and"
    " `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and"
    " Payment Intents."
)


def automatic_methods(params: Params) -> Json | None:
    """Whether the Dashboard decides on the kinds of payment: so unless kinds are listed."""
    asked = params.hash("automatic_payment_methods")
    enabled = asked.flag("enabled", default="payment_method_types" not in params)
    redirects = asked.choice("allow_redirects", ("always", "never")) or "always"
    if "payment_method_types" in params and enabled:
        raise invalid(
            "You may only specify one of these parameters: automatic_payment_methods,"
            " payment_method_types.",
            "automatic_payment_methods",
        )
    return {"allow_redirects": redirects, "enabled": True} if enabled else None


def require_return_url(
    intent: str, automatic: Json | None, params: Params, *, wanted: bool
) -> None:
    """Refuse to confirm what may send the payer away and does not say where to."""
    may_redirect = automatic is not None and automatic["allow_redirects"] == "always"
    if wanted and may_redirect and params.text("return_url") is None:
        raise invalid(_REDIRECTS.format(intent=intent), "return_url")


def challenge(return_url: str | None) -> Json:
    """What the payer has to do next."""
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {
            "return_url": return_url,
            "url": "https://hooks.stripe.com/3d_secure_2/hosted",
        },
    }


def failure(code: str, message: str, method: Json, decline_code: str | None = None) -> Json:
    """The last error of an intent."""
    error: Json = {
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": snapshot(method),
        "type": "card_error" if decline_code is not None else "invalid_request_error",
    }
    if decline_code is not None:
        error["decline_code"] = decline_code
    return error
