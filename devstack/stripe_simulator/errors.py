"""What Stripe answers when it says no, and the silence of a call that was lost."""

from devstack.loopback import Unanswered
from devstack.stripe_simulator.values import Json

_DOCS = "https://stripe.com/docs/error-codes/"
_LOGS = "https://dashboard.stripe.com/test/logs/"


class SimulatedTimeout(Unanswered):
    """No answer arrived; whether the call had its effect is not known to the caller."""


class StripeRefusal(Exception):
    """An error of Stripe's, in its own shape."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        related: Json | None = None,
        executed: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.decline_code = decline_code
        self.related = related or {}
        self.executed = executed  # an answer is remembered under its key only if work began

    def body(self, request_id: str) -> Json:
        """The error as it stands on the wire; Stripe leaves out what does not apply."""
        error: Json = {"type": self.kind, "message": self.message}
        for name, value in (
            ("code", self.code),
            ("decline_code", self.decline_code),
            ("param", self.param),
        ):
            if value is not None:
                error[name] = value
        if self.code is not None:
            error["doc_url"] = _DOCS + self.code.replace("_", "-")
        error["request_log_url"] = _LOGS + request_id
        error.update(self.related)
        return {"error": error}


def invalid(message: str, param: str, code: str | None = None) -> StripeRefusal:
    """Parameters that Stripe refuses before it does anything."""
    return StripeRefusal(message, param=param, code=code, executed=False)


def missing(kind: str, identifier: str, *, param: str, in_path: bool = False) -> StripeRefusal:
    """An object that is not there: 404 when the path names it, 400 when a parameter does."""
    return StripeRefusal(
        f"No such {kind}: '{identifier}'",
        status=404 if in_path else 400,
        code="resource_missing",
        param=param,
    )


def unauthorized(key: str | None) -> StripeRefusal:
    """A call without a key, or with one of somebody else."""
    if key is None:
        message = (
            "You did not provide an API key. You need to provide your API key in the"
            " Authorization header, using Bearer auth (e.g. 'Authorization: Bearer"
            " YOUR_SECRET_KEY')."
        )
    else:
        message = f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}"
    return StripeRefusal(message, status=401, executed=False)


def rate_limited() -> StripeRefusal:
    """Too many calls at once."""
    return StripeRefusal(
        "Request rate limit exceeded. Learn more about rate limits at"
        " https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
        executed=False,
    )


def broken() -> StripeRefusal:
    """Something went wrong on Stripe's side."""
    return StripeRefusal(
        "An unknown error occurred. Please contact support@stripe.com.",
        status=500,
        kind="api_error",
    )


def key_in_use(key: str) -> StripeRefusal:
    """A second call with the key of one that still runs."""
    return StripeRefusal(
        "There is currently another in-progress request using this Idempotent Key (that probably"
        " means you submitted twice, and the other request is still going through):"
        f" {key}. Please try again later.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
        executed=False,
    )


def key_reused(key: str, *, same_path: bool, first_path: str) -> StripeRefusal:
    """A key that was used for something else before."""
    reason = (
        "Keys for idempotent requests can only be used with the same parameters they were first"
        " used with."
        if same_path
        else "Keys for idempotent requests can only be used for the same endpoint they were first"
        f" used for ('{first_path}')."
    )
    return StripeRefusal(
        f"{reason} Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
        executed=False,
    )
