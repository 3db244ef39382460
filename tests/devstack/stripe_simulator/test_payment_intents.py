"""Payments are held, captured, released, declined and challenged as Stripe does it."""

import pytest
import stripe

from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, refused, shop_with


class TestHold:
    def test_is_captured_in_part_and_the_rest_released(self, shop: Shop) -> None:
        held = shop.hold(10_000)
        assert (held.status, held.amount_capturable) == ("requires_capture", 10_000)
        paid = shop.stripe.v1.payment_intents.capture(
            held.id,
            {"amount_to_capture": 8_000, "expand": ["latest_charge.balance_transaction"]},
        )
        charge = paid.latest_charge
        assert isinstance(charge, stripe.Charge)
        assert (paid.status, paid.amount_received, paid.amount_capturable) == (
            "succeeded",
            8_000,
            0,
        )
        assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (
            8_000,
            2_000,
            False,
        )
        assert shop.books() == [("charge", 8_000, 262, 7_738, "charge")]
        assert shop.events()[-4:] == [
            "charge.succeeded",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded",
        ]

    @pytest.mark.parametrize(
        ("card", "off_session", "seconds"),
        [
            ("pm_card_visa", True, 410_400),
            ("pm_card_visa", False, 604_800),
            ("pm_card_mastercard", True, 604_800),
        ],
    )
    def test_lasts_as_long_as_the_network_allows(
        self, shop: Shop, clock: StandingClock, card: str, off_session: bool, seconds: int
    ) -> None:
        held = shop.pay(card=card, capture_method="manual", off_session=off_session)
        details = shop.charge_of(held).payment_method_details
        assert details is not None
        assert details.card is not None
        assert details.card.capture_before == clock.timestamp + seconds

    def test_ends_by_itself(self, shop: Shop, clock: StandingClock) -> None:
        held = shop.hold()
        clock.advance(days=4, hours=17, minutes=59)
        assert shop.stripe.v1.payment_intents.retrieve(held.id).status == "requires_capture"
        shop.webhooks()
        clock.advance(minutes=1)
        ended = shop.stripe.v1.payment_intents.retrieve(held.id)
        assert (ended.status, ended.cancellation_reason, ended.canceled_at) == (
            "canceled",
            "automatic",
            clock.timestamp,
        )
        assert shop.events() == ["charge.expired", "payment_intent.canceled"]
        error = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_intents.capture(held.id)
        )
        assert (error.http_status, error.code) == (400, "payment_intent_unexpected_state")
        assert shop.books() == []

    def test_may_end_while_it_is_being_captured(self, shop: Shop, clock: StandingClock) -> None:
        held = shop.hold()
        clock.advance(days=5)
        error = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_intents.capture(held.id)
        )
        assert error.code == "charge_expired_for_capture"
        assert shop.stripe.v1.payment_intents.retrieve(held.id).status == "canceled"

    def test_lasts_as_a_test_wishes(self, shop: Shop, clock: StandingClock) -> None:
        customer = shop.customer()
        card = shop.card(customer)
        shop.simulator.change_card(card, hold_seconds=60)
        held = shop.hold(card=card, customer=customer)
        clock.advance(seconds=60)
        assert shop.stripe.v1.payment_intents.retrieve(held.id).status == "canceled"

    def test_is_released_when_canceled(self, shop: Shop) -> None:
        held = shop.hold()
        ended = shop.stripe.v1.payment_intents.cancel(
            held.id, {"cancellation_reason": "requested_by_customer"}
        )
        assert (ended.status, ended.amount_capturable) == ("canceled", 0)
        charge = shop.charge_of(held)
        assert (charge.refunded, charge.amount_refunded, charge.captured) == (True, 10_000, False)
        assert shop.events()[-2:] == ["charge.refunded", "payment_intent.canceled"]
        error = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_intents.cancel(held.id)
        )
        assert error.error is not None
        assert error.error.payment_intent is not None
        assert error.error.payment_intent.id == held.id

    def test_is_captured_once_and_not_for_more(self, shop: Shop) -> None:
        held = shop.hold(5_000)
        more = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 5_001}),
        )
        assert (more.code, more.param) == ("amount_too_large", "amount_to_capture")
        shop.stripe.v1.payment_intents.capture(held.id)
        twice = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_intents.capture(held.id)
        )
        assert (twice.code, twice.user_message) == (
            "payment_intent_unexpected_state",
            "This PaymentIntent could not be captured because it has already been captured.",
        )
        assert shop.books() == [("charge", 5_000, 175, 4_825, "charge")]


class TestConfirm:
    def test_declines_and_leaves_a_trace(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer, "pm_card_chargeCustomerFail")
        error = refused(stripe.CardError, lambda: shop.hold(card=card, customer=customer))
        assert error.error is not None
        intent = error.error.payment_intent
        assert intent is not None
        assert (error.http_status, error.code, error.error.decline_code) == (
            402,
            "card_declined",
            "generic_decline",
        )
        assert (intent.status, intent.latest_charge, intent.payment_method) == (
            "requires_payment_method",
            error.error.charge,
            None,
        )
        assert shop.charge_of(intent).failure_code == "card_declined"
        assert shop.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]

    def test_declines_as_a_test_wishes(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer)
        shop.simulator.change_card(card, decline="insufficient_funds")
        error = refused(stripe.CardError, lambda: shop.hold(card=card, customer=customer))
        assert error.error is not None
        assert error.error.decline_code == "insufficient_funds"
        shop.simulator.change_card(card, like="pm_card_visa")
        assert shop.hold(card=card, customer=customer).status == "requires_capture"

    def test_asks_a_payer_who_is_there_and_declines_one_who_is_not(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer, "pm_card_authenticationRequired")
        error = refused(stripe.CardError, lambda: shop.hold(card=card, customer=customer))
        assert error.code == "authentication_required"
        asked = shop.pay(card=card, customer=customer, capture_method="manual")
        assert asked.status == "requires_action"
        assert shop.events()[-1] == "payment_intent.requires_action"
        done = shop.simulator.complete_payment_intent(asked.id)
        assert done["status"] == "requires_capture"
        details = shop.charge_of(asked).payment_method_details
        assert details is not None
        assert details.card is not None
        assert details.card.three_d_secure is not None
        assert details.card.three_d_secure.result == "authenticated"

    def test_starts_over_when_the_payer_fails(self, shop: Shop) -> None:
        asked = shop.pay(card="pm_card_authenticationRequired")
        failed = shop.simulator.complete_payment_intent(asked.id, succeeds=False)
        assert (failed["status"], failed["last_payment_error"]["code"]) == (
            "requires_payment_method",
            "payment_intent_authentication_failure",
        )

    def test_comes_after_an_intent_was_made_and_changed(self, shop: Shop) -> None:
        customer = shop.customer()
        intents = shop.stripe.v1.payment_intents
        intent = intents.create(
            {"amount": 2_000, "currency": "usd", "payment_method_types": ["card"]}
        )
        assert intent.status == "requires_payment_method"
        missing = refused(stripe.InvalidRequestError, lambda: intents.confirm(intent.id))
        assert missing.code == "payment_intent_unexpected_state"
        changed = intents.update(
            intent.id, {"amount": 3_000, "customer": customer, "metadata": {"lesson": "1"}}
        )
        assert (changed.amount, changed.metadata["lesson"]) == (3_000, "1")
        paid = intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "setup_future_usage": "off_session"}
        )
        assert (paid.status, paid.amount_received) == ("succeeded", 3_000)
        card = shop.stripe.v1.payment_methods.retrieve(str(paid.payment_method))
        assert card.customer == customer
        again = refused(stripe.InvalidRequestError, lambda: intents.confirm(intent.id))
        assert again.code == "payment_intent_unexpected_state"
        late = refused(stripe.InvalidRequestError, lambda: intents.update(intent.id, {"amount": 1}))
        assert late.code == "payment_intent_unexpected_state"

    def test_needs_the_customer_of_the_card(self, shop: Shop) -> None:
        owner, other = shop.customer(), shop.customer()
        card = shop.card(owner)
        error = refused(stripe.InvalidRequestError, lambda: shop.hold(card=card, customer=other))
        assert error.http_status == 400
        assert shop.stripe.v1.payment_intents.list({"customer": other}).data == []


class TestCreate:
    @pytest.mark.parametrize(
        ("params", "code", "param"),
        [
            ({"currency": "usd"}, "parameter_missing", "amount"),
            ({"amount": 100}, "parameter_missing", "currency"),
            ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
            ({"amount": -5, "currency": "usd"}, "parameter_invalid_integer", "amount"),
            ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer", "amount"),
            ({"amount": 100, "currency": "usd", "colour": "red"}, "parameter_unknown", "colour"),
            ({"amount": 100, "currency": "usd", "customer": "cus_x"}, "resource_missing", None),
        ],
    )
    def test_refuses_bad_parameters(
        self, shop: Shop, params: dict[str, object], code: str, param: str | None
    ) -> None:
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.payment_intents.create(params),
        )
        assert (error.http_status, error.code) == (400, code)
        assert param is None or error.param == param
        assert shop.stripe.v1.payment_intents.list().data == []

    def test_lists_the_newest_first_page_by_page(self, shop: Shop, clock: StandingClock) -> None:
        customer = shop.customer()
        made: list[str] = []
        for _ in range(5):
            made.append(shop.hold(customer=customer).id)
            clock.advance(minutes=1)
        intents = shop.stripe.v1.payment_intents
        first = intents.list({"customer": customer, "limit": 2})
        assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
        rest = intents.list({"customer": customer, "limit": 3, "starting_after": made[3]})
        assert ([one.id for one in rest.data], rest.has_more) == (made[2::-1], False)
        since = clock.timestamp - 120
        recent = intents.list({"created": {"gte": since, "lt": since + 60}})
        assert [one.id for one in recent.data] == [made[3]]
        before = intents.list({"limit": 2, "ending_before": made[1]})
        assert [one.id for one in before.data] == [made[3], made[2]]

    def test_is_the_same_in_every_run(self, clock: StandingClock) -> None:
        ids = [shop_with(clock, seed=seed).hold().id for seed in ("one", "one", "two")]
        assert ids[0] == ids[1] != ids[2]
