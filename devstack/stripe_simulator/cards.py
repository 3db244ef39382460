"""Stripe's test cards: what each looks like and how it behaves."""

from dataclasses import dataclass

from devstack.stripe_simulator.values import DAY, HOUR

PRESENT_HOLD_SECONDS = 7 * DAY
ABSENT_VISA_HOLD_SECONDS = 4 * DAY + 18 * HOUR


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an issuer says no."""

    code: str
    decline_code: str
    message: str


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
INSUFFICIENT_FUNDS = Decline(
    "card_declined", "insufficient_funds", "Your card has insufficient funds."
)
LOST = Decline("card_declined", "lost_card", "Your card was declined.")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.")
FRAUDULENT = Decline("card_declined", "fraudulent", "Your card was declined.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
INCORRECT_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
DECLINES = {
    decline.decline_code: decline
    for decline in (
        GENERIC,
        INSUFFICIENT_FUNDS,
        LOST,
        STOLEN,
        FRAUDULENT,
        EXPIRED,
        INCORRECT_CVC,
        PROCESSING,
        AUTHENTICATION,
    )
}


@dataclass(frozen=True, slots=True)
class Card:
    """The look and the behavior of one card."""

    brand: str = "visa"
    last4: str = "4242"
    decline: Decline | None = None
    attaches: bool = True
    challenge: str | None = None  # "always", "on_setup" or nothing: when the bank asks the payer
    dispute: str | None = None  # the reason of the dispute that follows each capture
    hold_seconds: int | None = None

    def hold(self, *, absent: bool) -> int:
        """How long an authorization lasts; shorter for Visa when the payer is absent."""
        if self.hold_seconds is not None:
            return self.hold_seconds
        if absent and self.brand == "visa":
            return ABSENT_VISA_HOLD_SECONDS
        return PRESENT_HOLD_SECONDS


def _declined(decline: Decline, last4: str) -> Card:
    return Card(last4=last4, decline=decline, attaches=False)


_DECLINED = {
    "chargeDeclined": _declined(GENERIC, "0002"),
    "chargeDeclinedInsufficientFunds": _declined(INSUFFICIENT_FUNDS, "9995"),
    "chargeDeclinedLostCard": _declined(LOST, "9987"),
    "chargeDeclinedStolenCard": _declined(STOLEN, "9979"),
    "chargeDeclinedFraudulent": _declined(FRAUDULENT, "0019"),
    "chargeDeclinedExpiredCard": _declined(EXPIRED, "0069"),
    "chargeDeclinedIncorrectCvc": _declined(INCORRECT_CVC, "0127"),
    "chargeDeclinedProcessingError": _declined(PROCESSING, "0119"),
}
TEST_CARDS = {
    "pm_card_us": Card(),
    "pm_card_visa": Card(),
    "pm_card_visa_debit": Card(last4="5556"),
    "pm_card_mastercard": Card(brand="mastercard", last4="4444"),
    "pm_card_amex": Card(brand="amex", last4="8431"),
    "pm_card_discover": Card(brand="discover", last4="1117"),
    "pm_card_chargeCustomerFail": Card(last4="0341", decline=GENERIC),
    "pm_card_authenticationRequired": Card(last4="3184", challenge="always"),
    "pm_card_authenticationRequiredOnSetup": Card(last4="3155", challenge="on_setup"),
    "pm_card_authenticationRequiredSetupForOffSession": Card(last4="3155", challenge="on_setup"),
    "pm_card_createDispute": Card(last4="0259", dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": Card(last4="2685", dispute="product_not_received"),
    **{f"pm_card_{name}": card for name, card in _DECLINED.items()},
    **{f"pm_card_visa_{name}": card for name, card in _DECLINED.items()},
}
