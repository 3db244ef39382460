"""Lost answers, errors, limits and reused keys do exactly what Stripe documents."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from devstack.stripe_simulator.errors import SimulatedTimeout
from devstack.stripe_simulator.faults import Fault, Faults
from devstack.stripe_simulator.in_process import InProcessClient
from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, refused, shop_with


def refund(shop: Shop, paid: stripe.PaymentIntent, key: str, amount: int = 100) -> stripe.Refund:
    return shop.stripe.v1.refunds.create(
        {"payment_intent": paid.id, "amount": amount}, {"idempotency_key": key}
    )


def headers_of(answer: stripe.StripeObject) -> dict[str, str]:
    assert answer.last_response is not None
    return {name.lower(): value for name, value in answer.last_response.headers.items()}


class TestKey:
    def test_gives_the_same_answer_for_a_day(self, shop: Shop, clock: StandingClock) -> None:
        paid = shop.pay()
        first = refund(shop, paid, "once")
        clock.advance(hours=23, minutes=59)
        again = refund(shop, paid, "once")
        assert again.id == first.id
        assert "idempotent-replayed" not in headers_of(first)
        assert headers_of(again)["idempotent-replayed"] == "true"
        clock.advance(minutes=1)
        assert refund(shop, paid, "once").id != first.id
        assert shop.charge_of(paid).amount_refunded == 200

    def test_belongs_to_one_call(self, shop: Shop) -> None:
        paid = shop.pay()
        refund(shop, paid, "once")
        other = refused(stripe.IdempotencyError, lambda: refund(shop, paid, "once", 101))
        assert other.http_status == 400
        assert "the same parameters" in str(other.user_message)
        elsewhere = refused(
            stripe.IdempotencyError,
            lambda: shop.stripe.v1.customers.create({}, {"idempotency_key": "once"}),
        )
        assert "the same endpoint" in str(elsewhere.user_message)
        assert shop.charge_of(paid).amount_refunded == 100

    def test_belongs_to_one_account(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=500)
        teachers = [shop.teacher(), shop.teacher()]
        for teacher in teachers:
            shop.stripe.v1.transfers.create(
                {"amount": 100, "currency": "usd", "destination": teacher}
            )
        payouts = {
            shop.stripe.v1.payouts.create(
                {"amount": 100, "currency": "usd"},
                {"stripe_account": teacher, "idempotency_key": "once"},
            ).id
            for teacher in teachers
        }
        assert len(payouts) == 2

    def test_remembers_a_decline(self, shop: Shop) -> None:
        customer = shop.customer()
        card = shop.card(customer)
        shop.simulator.change_card(card, decline="insufficient_funds")

        def hold() -> stripe.PaymentIntent:
            return shop.stripe.v1.payment_intents.create(
                {
                    "amount": 500,
                    "currency": "usd",
                    "customer": customer,
                    "payment_method": card,
                    "confirm": True,
                    "off_session": True,
                },
                {"idempotency_key": "hold"},
            )

        first = refused(stripe.CardError, hold)
        shop.simulator.change_card(card, like="pm_card_visa")
        again = refused(stripe.CardError, hold)
        assert again.json_body == first.json_body
        assert len(shop.stripe.v1.payment_intents.list().data) == 1

    def test_forgets_what_never_began(self, shop: Shop) -> None:
        paid = shop.pay()
        refused(stripe.InvalidRequestError, lambda: refund(shop, paid, "once", -1))
        assert refund(shop, paid, "once").amount == 100


class TestLostAnswer:
    def test_may_hide_that_nothing_happened(self, shop: Shop) -> None:
        paid = shop.pay()
        shop.simulator.faults.add(Fault("timeout_before", path="/v1/refunds"))
        lost = refused(stripe.APIConnectionError, lambda: refund(shop, paid, "once"))
        assert lost.should_retry is True
        assert shop.charge_of(paid).amount_refunded == 0
        assert "idempotent-replayed" not in headers_of(refund(shop, paid, "once"))

    def test_may_hide_that_it_happened(self, shop: Shop) -> None:
        paid = shop.pay()
        shop.simulator.faults.add(Fault("timeout_after", path="/v1/refunds"))
        refused(stripe.APIConnectionError, lambda: refund(shop, paid, "once"))
        assert shop.charge_of(paid).amount_refunded == 100
        assert headers_of(refund(shop, paid, "once"))["idempotent-replayed"] == "true"
        assert shop.charge_of(paid).amount_refunded == 100

    def test_is_raised_to_those_who_call_directly(self, shop: Shop) -> None:
        shop.simulator.faults.add(Fault("timeout_before", method="GET", path="/v1/balance"))
        with pytest.raises(SimulatedTimeout):
            shop.simulator.handle("GET", "/v1/balance", {"Authorization": "Bearer sk_test_direct"})

    def test_is_found_out_by_the_sdks_own_retry(self, shop: Shop) -> None:
        paid = shop.pay()
        shop.simulator.faults.add(Fault("timeout_after", path="/v1/refunds", times=2))
        patient = stripe.StripeClient(
            "sk_test_shop", http_client=InProcessClient(shop.simulator), max_network_retries=2
        )
        refund_made = patient.v1.refunds.create({"payment_intent": paid.id, "amount": 100})
        assert shop.charge_of(paid).amount_refunded == 100
        assert refund_made.amount == 100


class TestServerError:
    def test_before_the_effect_leaves_the_key_free(self, shop: Shop) -> None:
        paid = shop.pay()
        shop.simulator.faults.add(Fault("error_before", method="POST", path="/v1/refunds"))
        error = refused(stripe.APIError, lambda: refund(shop, paid, "once"))
        assert (error.http_status, shop.charge_of(paid).amount_refunded) == (500, 0)
        assert refund(shop, paid, "once").amount == 100

    def test_after_the_effect_is_answered_again(self, shop: Shop) -> None:
        paid = shop.pay()
        shop.simulator.faults.add(Fault("error_after", path="/v1/refunds"))
        refused(stripe.APIError, lambda: refund(shop, paid, "once"))
        again = refused(stripe.APIError, lambda: refund(shop, paid, "once"))
        assert again.http_status == 500
        assert again.headers["stripe-should-retry"] == "false"
        assert shop.charge_of(paid).amount_refunded == 100
        [made] = shop.stripe.v1.refunds.list({"payment_intent": paid.id}).data
        assert made.amount == 100


class TestFault:
    def test_limits_the_rate(self, shop: Shop) -> None:
        shop.simulator.faults.add(Fault("rate_limit", path="/v1/customers"))
        error = refused(stripe.RateLimitError, shop.customer)
        assert (error.http_status, shop.stripe.v1.customers.list().data) == (429, [])

    def test_slows_a_call_down(self, clock: StandingClock) -> None:
        slept: list[float] = []
        shop = shop_with(clock, sleep=slept.append)
        shop.simulator.faults.add(Fault("slow", path="/v1/customers", seconds=2.5))
        shop.customer()
        shop.customer()
        assert slept == [2.5]

    def test_says_that_an_account_cannot_give_back(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=500)
        sent = shop.stripe.v1.transfers.create(
            {"amount": 500, "currency": "usd", "destination": shop.teacher()}
        )
        shop.simulator.faults.add(Fault("account_balance_low", path="*/reversals"))
        error = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.transfers.reversals.create(sent.id)
        )
        assert error.code == "balance_insufficient"
        assert shop.stripe.v1.transfers.retrieve(sent.id).amount_reversed == 0

    def test_strikes_by_chance_and_the_same_in_every_run(self) -> None:
        runs: list[list[bool]] = []
        for _ in range(2):
            faults = Faults("seed")
            faults.add(Fault("rate_limit", times=None, probability=0.5))
            runs.append(
                [faults.strikes("rate_limit", "GET", "/v1/x") is not None for _ in range(200)]
            )
        assert runs[0] == runs[1]
        assert 70 < sum(runs[0]) < 130

    def test_is_gone_when_used_up_or_cleared(self, shop: Shop) -> None:
        shop.simulator.faults.add(Fault("rate_limit", path="/v1/customers", times=2))
        refused(stripe.RateLimitError, shop.customer)
        assert [fault.times for fault in shop.simulator.faults.active()] == [1]
        shop.simulator.faults.clear()
        assert shop.customer().startswith("cus_")


class TestAuthentication:
    def test_needs_a_test_key(self, shop: Shop) -> None:
        for headers in ({}, {"Authorization": "Bearer pk_live_123456"}):
            answer = shop.simulator.handle("GET", "/v1/balance", headers)
            assert (answer.status, "invalid_request_error" in answer.body) == (401, True)

    def test_may_need_one_certain_key(self, clock: StandingClock) -> None:
        shop = shop_with(clock, api_key="sk_test_the_one")
        error = refused(stripe.AuthenticationError, shop.stripe.v1.balance.retrieve)
        assert error.http_status == 401

    def test_needs_an_account_of_the_platform(self, shop: Shop) -> None:
        error = refused(
            stripe.PermissionError,
            lambda: shop.stripe.v1.balance.retrieve({}, {"stripe_account": "acct_stranger"}),
        )
        assert (error.http_status, error.error and error.error.code) == (403, "account_invalid")

    def test_does_not_know_every_address(self, shop: Shop) -> None:
        error = refused(stripe.InvalidRequestError, shop.stripe.v1.coupons.list)
        assert (error.http_status, "Unrecognized request URL" in str(error)) == (404, True)


def test_an_unknown_object_is_not_found(shop: Shop) -> None:
    error = refused(
        stripe.InvalidRequestError, lambda: shop.stripe.v1.payment_intents.retrieve("pi_nothing")
    )
    assert (error.http_status, error.code, error.param, error.user_message) == (
        404,
        "resource_missing",
        "intent",
        "No such payment_intent: 'pi_nothing'",
    )
    assert error.request_id is not None


def test_a_property_that_is_none_cannot_be_expanded(shop: Shop) -> None:
    paid = shop.pay()
    error = refused(
        stripe.InvalidRequestError,
        lambda: shop.stripe.v1.payment_intents.retrieve(paid.id, {"expand": ["colour"]}),
    )
    assert error.user_message == "This property cannot be expanded (colour)."


def test_many_threads_share_one_simulator(shop: Shop) -> None:
    paid = shop.pay(10_000)
    keys = [f"part_{number}" for number in range(40)] * 2
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda key: refund(shop, paid, key), keys))
    assert len({one.id for one in made}) == 40
    assert shop.charge_of(paid).amount_refunded == 4_000
