"""The payment provider on Stripe, whole, and what stands in its place where there is no key."""

from typing import TYPE_CHECKING, NoReturn

from instainstru_core.adapters.stripe.books import StripeBooks
from instainstru_core.adapters.stripe.caller import Caller
from instainstru_core.adapters.stripe.cards import StripeCards
from instainstru_core.adapters.stripe.connect import StripeConnect
from instainstru_core.adapters.stripe.money import StripeMoney
from instainstru_core.domains.payments.errors import NotConfigured

if TYPE_CHECKING:
    import stripe


class StripeGateway(StripeCards, StripeMoney, StripeBooks, StripeConnect):
    """The port on Stripe, or on what answers in its place at `api_url`.

    Nothing is connected or imported until first used.
    """

    def __init__(
        self,
        *,
        secret_key: str,
        api_url: str | None = None,
        http_client: "stripe.HTTPClient | None" = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        super().__init__(
            Caller(
                secret_key=secret_key,
                api_url=api_url,
                http_client=http_client,
                timeout_seconds=timeout_seconds,
            )
        )

    def prepare(self) -> None:
        """Import the SDK now rather than with the first call. Nothing is connected."""
        self._caller.prepare()

    def close(self) -> None:
        """Give back the connections."""
        self._caller.close()


def _refuse(*_: object, **__: object) -> NoReturn:
    raise NotConfigured(
        "Payments are not configured: set STRIPE_SECRET_KEY, and INSTAINSTRU_STRIPE_API_URL where"
        " a simulator answers."
    )


class UnconfiguredGateway:
    """The port where no key is set: it says so, whatever it is asked."""

    create_customer = start_setup = setup = card = attach_card = detach_card = _refuse
    authorize = intent = find_intent = capture = void = _refuse
    refund = refunds = refund_made = find_refund = _refuse
    transfer = find_transfer = reverse = find_reversal = _refuse
    reversals = reversed_transfer = _refuse
    dispute = disputes = balance_changes = _refuse
    create_account = account = onboarding_link = set_payout_schedule = _refuse
    payouts = _refuse
    available_cents = instant_payout = payout = start_identity = identity = _refuse

    def close(self) -> None:
        """There is nothing to give back."""
