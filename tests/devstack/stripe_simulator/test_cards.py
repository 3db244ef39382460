"""Cards belong to one customer, behave like Stripe's test cards, and are made ready for later."""

import pytest
import stripe

from tests.devstack.stripe_simulator.conftest import NEVER_REDIRECT, Shop, refused


class TestAttach:
    def test_makes_a_method_of_a_test_card(self, shop: Shop) -> None:
        customer = shop.customer()
        method = shop.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer})
        assert (method.customer, method.card.brand, method.card.last4) == (
            customer,
            "mastercard",
            "4444",
        )
        listed = shop.stripe.v1.payment_methods.list({"customer": customer, "type": "card"})
        assert [one.id for one in listed.data] == [method.id]

    def test_refuses_a_card_of_somebody_else(self, shop: Shop) -> None:
        owner, other = shop.customer(), shop.customer()
        card = shop.card(owner)
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.payment_methods.attach(card, {"customer": other}),
        )
        assert (error.http_status, error.user_message) == (
            400,
            "The payment method you provided has already been attached to a customer.",
        )
        assert shop.stripe.v1.payment_methods.retrieve(card).customer == owner

    def test_changes_nothing_for_its_own_customer(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer)
        assert shop.card(customer, card) == card
        assert shop.events().count("payment_method.attached") == 1

    @pytest.mark.parametrize(
        ("card", "code", "decline_code"),
        [
            ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ],
    )
    def test_declines_a_bad_card(self, shop: Shop, card: str, code: str, decline_code: str) -> None:
        customer = shop.customer()
        error = refused(stripe.CardError, lambda: shop.card(customer, card))
        assert error.error is not None
        assert (error.http_status, error.code, error.error.decline_code) == (
            402,
            code,
            decline_code,
        )
        assert shop.stripe.v1.customers.payment_methods.list(customer).data == []

    def test_refuses_a_detached_card(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer)
        assert shop.stripe.v1.payment_methods.detach(card).customer is None
        error = refused(stripe.InvalidRequestError, lambda: shop.card(customer, card))
        assert str(error.user_message).startswith("This PaymentMethod was previously used")
        again = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_methods.detach(card)
        )
        assert again.http_status == 400

    def test_needs_a_customer_who_exists(self, shop: Shop) -> None:
        error = refused(stripe.InvalidRequestError, lambda: shop.card("cus_nobody"))
        assert (error.http_status, error.code, error.param, error.user_message) == (
            400,
            "resource_missing",
            "customer",
            "No such customer: 'cus_nobody'",
        )


class TestSetupIntent:
    def test_attaches_the_card_when_it_succeeds(self, shop: Shop) -> None:
        customer = shop.customer()
        intent = shop.stripe.v1.setup_intents.create(
            {"customer": customer, "automatic_payment_methods": NEVER_REDIRECT}
        )
        assert (intent.status, intent.usage) == ("requires_payment_method", "off_session")
        done = shop.stripe.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
        assert done.status == "succeeded"
        card = shop.stripe.v1.payment_methods.retrieve(str(done.payment_method))
        assert card.customer == customer
        assert shop.events() == [
            "customer.created",
            "setup_intent.created",
            "payment_method.attached",
            "setup_intent.succeeded",
        ]

    def test_asks_the_payer_and_then_lets_the_card_pay_alone(self, shop: Shop) -> None:
        customer = shop.customer()
        intent = self._confirmed(shop, customer, "pm_card_authenticationRequiredOnSetup")
        assert intent.status == "requires_action"
        assert intent.next_action is not None
        assert intent.next_action.type == "use_stripe_sdk"
        done = shop.simulator.complete_setup_intent(intent.id)
        assert done["status"] == "succeeded"
        held = shop.hold(card=str(intent.payment_method), customer=customer)
        assert held.status == "requires_capture"

    def test_starts_over_when_the_payer_fails(self, shop: Shop) -> None:
        customer = shop.customer()
        intent = self._confirmed(shop, customer, "pm_card_authenticationRequired")
        failed = shop.simulator.complete_setup_intent(intent.id, succeeds=False)
        assert (failed["status"], failed["last_setup_error"]["code"]) == (
            "requires_payment_method",
            "setup_intent_authentication_failure",
        )
        assert "setup_intent.setup_failed" in shop.events()

    def test_declines_a_bad_card(self, shop: Shop) -> None:
        customer = shop.customer()
        error = refused(
            stripe.CardError, lambda: self._confirmed(shop, customer, "pm_card_chargeDeclined")
        )
        assert error.error is not None
        assert error.error.setup_intent is not None
        assert (error.code, error.error.setup_intent.status) == (
            "card_declined",
            "requires_payment_method",
        )
        assert shop.events()[-1] == "setup_intent.setup_failed"

    def test_says_where_to_return_or_that_nobody_is_sent_away(self, shop: Shop) -> None:
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.setup_intents.create(
                {"confirm": True, "payment_method": "pm_card_visa"}
            ),
        )
        assert error.param == "return_url"

    def test_is_over_once_canceled(self, shop: Shop) -> None:
        intent = shop.stripe.v1.setup_intents.create()
        assert shop.stripe.v1.setup_intents.cancel(intent.id).status == "canceled"
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.setup_intents.confirm(
                intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}
            ),
        )
        assert error.code == "setup_intent_unexpected_state"

    @staticmethod
    def _confirmed(shop: Shop, customer: str, card: str) -> stripe.SetupIntent:
        return shop.stripe.v1.setup_intents.create(
            {
                "customer": customer,
                "payment_method": card,
                "confirm": True,
                "payment_method_types": ["card"],
            }
        )
