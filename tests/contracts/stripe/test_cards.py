"""Customers and saved cards, as Stripe keeps them."""

import pytest

from instainstru_core.domains.payments.errors import (
    CallRefused,
    CardDeclined,
    CardExpired,
    CardFundsInsufficient,
)
from tests.contracts.stripe.stage import Stage


class TestACustomer:
    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        first, again = stage.customer("a"), stage.customer("a")
        assert first.startswith("cus_")
        assert again == first

    def test_is_another_one_for_another_key(self, stage: Stage) -> None:
        assert stage.customer("a") != stage.customer("b")


class TestASetup:
    def test_waits_for_a_card_and_has_a_secret_for_the_browser(self, stage: Stage) -> None:
        customer_id = stage.customer()
        started = stage.gateway.start_setup(key=stage.key("setup"), customer_id=customer_id)
        assert started.status == "requires_payment_method"
        assert started.customer_id == customer_id
        assert started.payment_method_id is None
        assert started.client_secret is not None
        assert started.client_secret.startswith(f"{started.id}_secret_")
        assert stage.gateway.setup(started.id) == started

    def test_is_started_once_for_a_key(self, stage: Stage) -> None:
        customer_id = stage.customer()
        first, again = (
            stage.gateway.start_setup(key=stage.key("setup"), customer_id=customer_id)
            for _ in range(2)
        )
        assert again == first


class TestACard:
    def test_is_attached_and_looks_the_same_afterwards(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id)
        assert card.customer_id == customer_id
        assert (card.brand, card.last4) == ("visa", "4242")
        assert 1 <= card.exp_month <= 12
        assert card.exp_year >= 2026
        assert card.fingerprint
        assert stage.gateway.card(card.id) == card

    def test_of_another_customer_is_refused(self, stage: Stage) -> None:
        card = stage.card(stage.customer("owner"))
        with pytest.raises(CallRefused) as refused:
            stage.card(stage.customer("other"), card.id)
        assert type(refused.value) is CallRefused
        assert "vendor_code" not in refused.value.facts

    def test_that_does_not_exist_is_refused_with_a_code(self, stage: Stage) -> None:
        with pytest.raises(CallRefused) as refused:
            stage.gateway.card("pm_never_made")
        assert refused.value.facts == {"vendor_code": "resource_missing"}

    def test_is_nobodys_when_detached_and_stays_so(self, stage: Stage) -> None:
        card = stage.card(stage.customer())
        for name in ("first", "second"):
            stage.gateway.detach_card(key=stage.key(name), payment_method_id=card.id)
        assert stage.gateway.card(card.id).customer_id is None

    def test_stays_where_it_is_when_the_key_was_used_for_another(self, stage: Stage) -> None:
        customer_id = stage.customer()
        visa, amex = stage.card(customer_id), stage.card(customer_id, "pm_card_amex")
        stage.gateway.detach_card(key=stage.key("detach"), payment_method_id=visa.id)
        with pytest.raises(CallRefused) as refused:
            stage.gateway.detach_card(key=stage.key("detach"), payment_method_id=amex.id)
        assert refused.value.facts == {"vendor_code": "idempotency_error"}
        assert stage.gateway.card(amex.id) == amex

    def test_that_is_missing_is_not_detached(self, stage: Stage) -> None:
        with pytest.raises(CallRefused) as refused:
            stage.gateway.detach_card(key=stage.key("detach"), payment_method_id="pm_never_made")
        assert refused.value.facts["vendor_code"] == "resource_missing"

    @pytest.mark.parametrize(
        ("like", "refusal", "reason"),
        [
            ("pm_card_visa_chargeDeclined", CardDeclined, "declined"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", CardFundsInsufficient, "funds"),
            ("pm_card_chargeDeclinedExpiredCard", CardExpired, "expired"),
            ("pm_card_chargeDeclinedIncorrectCvc", CardDeclined, "security_code"),
            ("pm_card_visa_chargeDeclinedStolenCard", CardDeclined, "declined"),
        ],
    )
    def test_that_the_bank_refuses_is_not_attached(
        self, stage: Stage, like: str, refusal: type[CardDeclined], reason: str
    ) -> None:
        with pytest.raises(refusal) as refused:
            stage.card(stage.customer(), like)
        assert type(refused.value) is refusal
        assert refused.value.facts == {"reason": reason}
