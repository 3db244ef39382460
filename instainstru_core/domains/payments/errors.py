"""Ways payments says no. The provider's own words never pass; these do.

Failures of a call are of two kinds. A `CallRefused` is definite: nothing happened and the same
command will not succeed; another attempt needs a new command. `CallUncertain` says nothing about
what happened: the same command must be asked again, with the same key.
"""

from instainstru_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class CallRefused(Conflict):
    """The provider answered no."""

    code = "payments.refused"


class CardDeclined(CallRefused):
    """The bank refuses the card. The fact `reason` is one of our own words."""

    code = "payments.card_declined"


class CardExpired(CardDeclined):
    code = "payments.card_expired"


class CardFundsInsufficient(CardDeclined):
    code = "payments.card_funds_insufficient"


class AuthenticationRequired(CallRefused):
    """The bank wants the card's holder to confirm. The fact `intent_id` says which intent."""

    code = "payments.authentication_required"


class AlreadyCaptured(CallRefused):
    code = "payments.already_captured"


class HoldGone(CallRefused):
    """The hold was canceled or has expired."""

    code = "payments.hold_gone"


class AlreadyRefunded(CallRefused):
    code = "payments.already_refunded"


class RefundFailed(CallRefused):
    """The card's bank did not take the refund; the money came back."""

    code = "payments.refund_failed"


class AlreadyReversed(CallRefused):
    code = "payments.already_reversed"


class BalanceInsufficient(CallRefused):
    """The platform's own balance at the provider does not cover a transfer yet."""

    code = "payments.balance_insufficient"


class PayeeNotReady(CallRefused):
    """The instructor's account cannot be paid."""

    code = "payments.payee_not_ready"


class CallUncertain(Unavailable):
    """No answer, or none that says what happened."""

    code = "payments.uncertain"


class ProviderUnreachable(CallUncertain):
    code = "payments.provider_unreachable"


class ProviderFailed(CallUncertain):
    """The provider broke while it worked on the call: what it did must be looked up."""

    code = "payments.provider_failed"


class ProviderBusy(CallUncertain):
    """Too many calls, or the same one is under way."""

    code = "payments.provider_busy"


class CommandOpen(Conflict):
    """Another step of the same money is under way."""

    code = "payments.in_progress"


class CardNotFound(NotFound):
    code = "payments.card_not_found"


class CardOfAnother(Forbidden):
    code = "payments.card_of_another"


class CardNotReady(Conflict):
    code = "payments.card_not_ready"


class AccountNotFound(NotFound):
    code = "payments.account_not_found"


class AccountNotReady(Conflict):
    code = "payments.account_not_ready"


class NothingToPayOut(Conflict):
    code = "payments.nothing_to_pay_out"


class ReferenceUnknown(NotFound):
    """Nothing of ours is called so."""

    code = "payments.reference_unknown"


class NothingOwed(Conflict):
    code = "payments.nothing_owed"


class PayerLocked(Forbidden):
    code = "payments.payer_locked"


class PayerRestricted(Forbidden):
    code = "payments.payer_restricted"


class PayerInDebt(Forbidden):
    code = "payments.payer_in_debt"


class AmountUnusable(Invalid):
    code = "payments.amount_unusable"


class NotConfigured(Unavailable):
    code = "payments.not_configured"
