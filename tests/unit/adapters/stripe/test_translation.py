"""Which of our refusals each error of the SDK becomes, and that none of its words come along."""

from typing import Any

import pytest
import stripe

from instainstru_core.adapters.stripe import translation
from instainstru_core.domains.payments.errors import (
    AlreadyCaptured,
    AlreadyRefunded,
    AuthenticationRequired,
    BalanceInsufficient,
    CallRefused,
    CardDeclined,
    CardExpired,
    CardFundsInsufficient,
    HoldGone,
    NotConfigured,
    PayeeNotReady,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.kernel.errors import Fact, Refusal

TEXT = "Vendor text with maya.chen@learn.example and sk_test_1234."


def error(
    kind: type[stripe.StripeError],
    status: int,
    *,
    headers: dict[str, str] | None = None,
    **body: Any,
) -> stripe.StripeError:
    """An error as the SDK makes it of an answer."""
    answer = {"error": {"message": TEXT, **body}}
    if issubclass(kind, stripe.CardError | stripe.InvalidRequestError):
        return kind(TEXT, None, body.get("code"), TEXT, status, answer, headers)
    return kind(TEXT, TEXT, status, answer, headers)


def refusal(failure: stripe.StripeError) -> tuple[type[Refusal], dict[str, Fact]]:
    found = translation.refusal(failure)
    assert found.message == translation.WORDS[type(found)]
    assert TEXT not in str(found.facts)
    return type(found), found.facts


class TestACardError:
    @pytest.mark.parametrize(
        ("code", "decline_code", "kind", "reason"),
        [
            ("card_declined", "generic_decline", CardDeclined, "declined"),
            ("card_declined", "stolen_card", CardDeclined, "declined"),
            ("card_declined", "lost_card", CardDeclined, "declined"),
            ("card_declined", "fraudulent", CardDeclined, "declined"),
            ("card_declined", "something_new", CardDeclined, "declined"),
            ("card_declined", None, CardDeclined, "declined"),
            (None, None, CardDeclined, "declined"),
            ("card_declined", "insufficient_funds", CardFundsInsufficient, "funds"),
            ("insufficient_funds", None, CardFundsInsufficient, "funds"),
            ("card_declined", "expired_card", CardExpired, "expired"),
            ("expired_card", "expired_card", CardExpired, "expired"),
            ("expired_card", None, CardExpired, "expired"),
            ("incorrect_cvc", None, CardDeclined, "security_code"),
            ("incorrect_number", None, CardDeclined, "number"),
            ("incorrect_zip", None, CardDeclined, "address"),
            ("card_declined", "card_velocity_exceeded", CardDeclined, "limit"),
            ("card_declined", "card_not_supported", CardDeclined, "unsupported"),
            ("card_declined", "issuer_not_available", CardDeclined, "try_again"),
            ("processing_error", None, CardDeclined, "try_again"),
        ],
    )
    def test_is_a_decline_with_a_reason_of_ours(
        self, code: str | None, decline_code: str | None, kind: type[Refusal], reason: str
    ) -> None:
        failure = error(stripe.CardError, 402, code=code, decline_code=decline_code)
        assert refusal(failure) == (kind, {"reason": reason})

    @pytest.mark.parametrize(
        ("code", "decline_code"),
        [("authentication_required", None), ("card_declined", "authentication_required")],
    )
    def test_may_ask_for_the_holder_and_names_the_intent(
        self, code: str, decline_code: str | None
    ) -> None:
        failure = error(
            stripe.CardError,
            402,
            code=code,
            decline_code=decline_code,
            payment_intent={"id": "pi_1", "status": "requires_payment_method"},
        )
        assert refusal(failure) == (AuthenticationRequired, {"intent_id": "pi_1"})


class TestAnInvalidRequest:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("charge_already_captured", AlreadyCaptured),
            ("charge_already_refunded", AlreadyRefunded),
            ("charge_expired_for_capture", HoldGone),
            ("balance_insufficient", BalanceInsufficient),
            ("insufficient_capabilities_for_transfer", PayeeNotReady),
            ("transfers_not_allowed", PayeeNotReady),
            ("payouts_not_allowed", PayeeNotReady),
            ("account_invalid", PayeeNotReady),
            ("capability_not_active", PayeeNotReady),
        ],
    )
    def test_is_told_by_its_code(self, code: str, kind: type[Refusal]) -> None:
        assert refusal(error(stripe.InvalidRequestError, 400, code=code)) == (kind, {})

    @pytest.mark.parametrize(
        ("status", "kind"),
        [("canceled", HoldGone), ("succeeded", AlreadyCaptured)],
    )
    def test_of_an_intent_in_another_state_is_told_by_that_state(
        self, status: str, kind: type[Refusal]
    ) -> None:
        failure = error(
            stripe.InvalidRequestError,
            400,
            code="payment_intent_unexpected_state",
            payment_intent={"id": "pi_1", "status": status},
        )
        assert refusal(failure) == (kind, {"intent_id": "pi_1"})

    def test_of_an_intent_in_a_state_without_meaning_is_just_refused(self) -> None:
        failure = error(
            stripe.InvalidRequestError,
            400,
            code="payment_intent_unexpected_state",
            payment_intent={"id": "pi_1", "status": "processing"},
        )
        assert refusal(failure) == (
            CallRefused,
            {"intent_id": "pi_1", "vendor_code": "payment_intent_unexpected_state"},
        )

    @pytest.mark.parametrize(
        ("code", "facts"),
        [
            ("resource_missing", {"vendor_code": "resource_missing"}),
            ("amount_too_small", {"vendor_code": "amount_too_small"}),
            ("instant_payouts_unsupported", {"vendor_code": "instant_payouts_unsupported"}),
            ("something_new", {}),
            (TEXT, {}),
            (None, {}),
        ],
    )
    def test_tells_only_codes_that_are_known_to_be_safe(
        self, code: str | None, facts: dict[str, Fact]
    ) -> None:
        assert refusal(error(stripe.InvalidRequestError, 404, code=code)) == (CallRefused, facts)

    def test_with_a_used_key_says_so(self) -> None:
        failure = error(stripe.IdempotencyError, 400, type="idempotency_error")
        assert refusal(failure) == (CallRefused, {"vendor_code": "idempotency_error"})


class TestWhatIsUncertain:
    @pytest.mark.parametrize(
        ("told", "seconds"),
        [
            ({}, 2),
            ({"retry-after": "7"}, 7),
            ({"retry-after": "0"}, 1),
            ({"retry-after": "86400"}, 300),
            ({"retry-after": "Mon, 15 Jun"}, 2),
        ],
    )
    def test_too_many_calls_are_for_later(self, told: dict[str, str], seconds: int) -> None:
        failure = error(stripe.RateLimitError, 429, headers=told, code="rate_limit")
        assert refusal(failure) == (ProviderBusy, {"retry_after": seconds})

    @pytest.mark.parametrize(
        "failure",
        [
            error(stripe.APIError, 409, type="idempotency_error", code="idempotency_key_in_use"),
            error(stripe.InvalidRequestError, 400, code="idempotency_key_in_use"),
            error(stripe.RateLimitError, 429, code="lock_timeout"),
            error(stripe.APIError, 409),
        ],
    )
    def test_the_same_call_under_way_is_for_later(self, failure: stripe.StripeError) -> None:
        assert refusal(failure) == (ProviderBusy, {"retry_after": 2})

    def test_no_connection_is_unreachable(self) -> None:
        failure = stripe.APIConnectionError(TEXT, should_retry=True)
        assert refusal(failure) == (ProviderUnreachable, {"retry_after": 10})

    @pytest.mark.parametrize(
        "failure",
        [
            error(stripe.APIError, 500),
            error(stripe.APIError, 502),
            error(stripe.APIError, 500, code="charge_already_captured"),
            stripe.APIError(TEXT, TEXT, 200, "no json at all"),
            stripe.StripeError(TEXT),
        ],
    )
    def test_a_broken_provider_says_nothing(self, failure: stripe.StripeError) -> None:
        assert refusal(failure) == (ProviderFailed, {})


class TestOurKey:
    @pytest.mark.parametrize(
        "failure", [error(stripe.AuthenticationError, 401), error(stripe.PermissionError, 403)]
    )
    def test_that_is_refused_means_that_payments_are_not_configured(
        self, failure: stripe.StripeError
    ) -> None:
        assert refusal(failure) == (NotConfigured, {})

    def test_that_may_not_speak_for_an_account_means_that_it_cannot_be_paid(self) -> None:
        failure = error(stripe.PermissionError, 403, code="account_invalid")
        assert refusal(failure) == (PayeeNotReady, {})


class TestTheWords:
    def test_are_there_for_each_kind(self) -> None:
        kinds = {*translation.MEANINGS.values(), *translation.STATES.values()}
        assert kinds <= set(translation.WORDS)

    def test_do_not_name_the_vendor_but_for_the_setting(self) -> None:
        for kind, words in translation.WORDS.items():
            assert "Stripe" not in words, kind

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("card_declined", "card_declined"),
            ("req_4Xy", "req_4Xy"),
            (TEXT, None),
            (None, None),
            ("", None),
            ("a" * 61, None),
        ],
    )
    def test_in_the_log_are_names_and_never_text(self, name: str | None, told: str | None) -> None:
        assert translation.loggable(name) == told
