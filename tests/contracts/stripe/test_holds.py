"""Holding an amount on a card, taking it, letting it go."""

from datetime import timedelta

import pytest

from instainstru_core.domains.payments.errors import (
    AlreadyCaptured,
    AuthenticationRequired,
    CallRefused,
    CardDeclined,
    CardExpired,
    CardFundsInsufficient,
    HoldGone,
)
from instainstru_core.domains.payments.types import IntentStatus
from tests.contracts.stripe.stage import Stage

FEE_OF_5_000 = 175
"""2.9 percent and 30 cents."""


class TestAHold:
    def test_takes_nothing_and_says_until_when_it_can_be_captured(self, stage: Stage) -> None:
        intent = stage.held()
        assert intent.status is IntentStatus.REQUIRES_CAPTURE
        assert (intent.amount_cents, intent.captured_cents, intent.refunded_cents) == (5_000, 0, 0)
        assert intent.charge_id is not None
        assert intent.fee_cents is None
        assert intent.failure_code is None
        assert intent.command_id == stage.key("hold")
        assert intent.capture_before is not None
        assert intent.capture_before - stage.now() > timedelta(days=4)
        assert stage.gateway.intent(intent.id) == intent

    def test_lasts_as_long_as_the_card_allows(self, stage: Stage) -> None:
        stage.simulated()
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        absent = stage.authorize("absent", customer_id, card, off_session=True)
        present = stage.authorize("present", customer_id, card, off_session=False)
        since = stage.now().replace(microsecond=0)
        assert absent.capture_before == since + timedelta(days=4, hours=18)
        assert present.capture_before == since + timedelta(days=7)

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        first, again = (stage.authorize("hold", customer_id, card) for _ in range(2))
        assert again == first

    def test_with_a_key_that_was_used_for_another_amount_is_refused(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.authorize("hold", customer_id, card)
        with pytest.raises(CallRefused) as refused:
            stage.authorize("hold", customer_id, card, cents=6_000)
        assert refused.value.facts == {"vendor_code": "idempotency_error"}

    def test_of_too_little_is_refused(self, stage: Stage) -> None:
        customer_id = stage.customer()
        with pytest.raises(CallRefused) as refused:
            stage.authorize("hold", customer_id, stage.card(customer_id).id, cents=10)
        assert refused.value.facts == {"vendor_code": "amount_too_small"}


class TestADeclinedCard:
    @pytest.mark.parametrize(
        ("like", "refusal", "reason"),
        [
            ("pm_card_visa_chargeDeclined", CardDeclined, "declined"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", CardFundsInsufficient, "funds"),
            ("pm_card_chargeDeclinedExpiredCard", CardExpired, "expired"),
            ("pm_card_chargeDeclinedIncorrectCvc", CardDeclined, "security_code"),
            ("pm_card_visa_chargeDeclinedLostCard", CardDeclined, "declined"),
            ("pm_card_chargeDeclinedProcessingError", CardDeclined, "try_again"),
        ],
    )
    def test_is_told_by_its_reason_in_our_words(
        self, stage: Stage, like: str, refusal: type[CardDeclined], reason: str
    ) -> None:
        customer_id = stage.customer()
        with pytest.raises(refusal) as refused:
            stage.authorize("hold", customer_id, like)
        assert type(refused.value) is refusal
        assert refused.value.facts["reason"] == reason
        intent = stage.gateway.intent(str(refused.value.facts["intent_id"]))
        assert intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD
        assert intent.failure_code == refusal.code

    def test_is_declined_again_for_its_key_and_charged_for_a_new_one(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id, "pm_card_chargeCustomerFail").id
        intents: set[object] = set()
        for _ in range(2):
            with pytest.raises(CardDeclined) as refused:
                stage.authorize("hold", customer_id, card)
            intents.add(refused.value.facts["intent_id"])
        assert len(intents) == 1
        good = stage.authorize("next", customer_id, stage.card(customer_id).id)
        assert good.status is IntentStatus.REQUIRES_CAPTURE


class TestABankThatAsksTheHolder:
    def test_lets_the_browser_finish_when_the_holder_is_there(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id, "pm_card_authenticationRequired").id
        with pytest.raises(AuthenticationRequired) as refused:
            stage.authorize("hold", customer_id, card, off_session=False)
        intent = stage.gateway.intent(str(refused.value.facts["intent_id"]))
        assert intent.status is IntentStatus.REQUIRES_ACTION
        assert intent.client_secret is not None
        stage.simulated().complete_payment_intent(intent.id)
        assert stage.gateway.intent(intent.id).status is IntentStatus.REQUIRES_CAPTURE

    def test_refuses_when_nobody_is_there(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id, "pm_card_authenticationRequired").id
        with pytest.raises(AuthenticationRequired) as refused:
            stage.authorize("hold", customer_id, card, off_session=True)
        intent = stage.gateway.intent(str(refused.value.facts["intent_id"]))
        assert intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD
        assert intent.failure_code == AuthenticationRequired.code

    def test_refuses_when_the_holder_fails(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id, "pm_card_authenticationRequired").id
        with pytest.raises(AuthenticationRequired) as refused:
            stage.authorize("hold", customer_id, card, off_session=False)
        intent_id = str(refused.value.facts["intent_id"])
        stage.simulated().complete_payment_intent(intent_id, succeeds=False)
        intent = stage.gateway.intent(intent_id)
        assert intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD
        assert intent.failure_code == AuthenticationRequired.code


class TestACharge:
    def test_is_taken_at_once_with_its_fee(self, stage: Stage) -> None:
        customer_id = stage.customer()
        intent = stage.authorize("tip", customer_id, stage.card(customer_id).id, capture=True)
        assert intent.status is IntentStatus.SUCCEEDED
        assert (intent.amount_cents, intent.captured_cents) == (5_000, 5_000)
        assert intent.fee_cents == FEE_OF_5_000


class TestACapture:
    def test_takes_what_was_held_with_its_fee(self, stage: Stage) -> None:
        held = stage.held()
        taken = stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=5_000)
        assert taken.status is IntentStatus.SUCCEEDED
        assert (taken.id, taken.charge_id) == (held.id, held.charge_id)
        assert (taken.captured_cents, taken.refunded_cents) == (5_000, 0)
        assert taken.fee_cents == FEE_OF_5_000
        assert stage.gateway.intent(held.id) == taken

    def test_of_a_part_gives_nothing_back_of_what_it_took(self, stage: Stage) -> None:
        held = stage.held()
        taken = stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=3_000)
        assert (taken.captured_cents, taken.refunded_cents) == (3_000, 0)

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        held = stage.held()
        first, again = (
            stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=5_000)
            for _ in range(2)
        )
        assert again == first

    def test_for_a_second_key_finds_it_taken(self, stage: Stage) -> None:
        taken = stage.captured()
        with pytest.raises(AlreadyCaptured) as refused:
            stage.gateway.capture(key=stage.key("other"), intent_id=taken.id, cents=5_000)
        assert refused.value.facts == {"intent_id": taken.id}
        assert stage.gateway.intent(taken.id).captured_cents == 5_000

    def test_of_more_than_is_held_is_refused(self, stage: Stage) -> None:
        held = stage.held()
        with pytest.raises(CallRefused) as refused:
            stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=5_001)
        assert type(refused.value) is CallRefused
        assert stage.gateway.intent(held.id) == held

    def test_after_the_hold_was_let_go_finds_it_gone(self, stage: Stage) -> None:
        held = stage.held()
        stage.gateway.void(key=stage.key("v"), intent_id=held.id)
        with pytest.raises(HoldGone):
            stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=5_000)

    def test_at_the_instant_the_hold_ends_finds_it_gone(self, stage: Stage) -> None:
        held = stage.held()
        assert held.capture_before is not None
        stage.advance(held.capture_before - stage.now())
        for name in ("first", "second"):
            with pytest.raises(HoldGone):
                stage.gateway.capture(key=stage.key(name), intent_id=held.id, cents=5_000)
        assert stage.gateway.intent(held.id).status is IntentStatus.CANCELED


class TestAVoid:
    def test_lets_the_hold_go_and_gives_nothing_back(self, stage: Stage) -> None:
        held = stage.held()
        gone = stage.gateway.void(key=stage.key("v"), intent_id=held.id)
        assert gone.status is IntentStatus.CANCELED
        assert (gone.captured_cents, gone.refunded_cents) == (0, 0)
        assert stage.gateway.void(key=stage.key("v"), intent_id=held.id) == gone

    def test_for_a_second_key_finds_it_gone(self, stage: Stage) -> None:
        held = stage.held()
        stage.gateway.void(key=stage.key("v"), intent_id=held.id)
        with pytest.raises(HoldGone):
            stage.gateway.void(key=stage.key("other"), intent_id=held.id)

    def test_of_what_was_taken_is_refused(self, stage: Stage) -> None:
        taken = stage.captured()
        with pytest.raises(AlreadyCaptured):
            stage.gateway.void(key=stage.key("v"), intent_id=taken.id)


class TestFinding:
    def test_an_intent_by_the_command_that_made_it(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        since = stage.now()
        wanted = stage.authorize("wanted", customer_id, card)
        stage.authorize("other", customer_id, card)
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("wanted"), since=since
        )
        assert found == wanted

    def test_a_declined_intent_as_well(self, stage: Stage) -> None:
        customer_id = stage.customer()
        with pytest.raises(CardDeclined) as refused:
            stage.authorize("hold", customer_id, "pm_card_visa_chargeDeclined")
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("hold"), since=stage.now()
        )
        assert found is not None
        assert found.id == refused.value.facts["intent_id"]
        assert found.failure_code == CardDeclined.code

    def test_nothing_where_the_command_made_nothing(self, stage: Stage) -> None:
        customer_id = stage.customer()
        stage.authorize("other", customer_id, stage.card(customer_id).id)
        assert (
            stage.gateway.find_intent(
                customer_id=customer_id, command_id=stage.key("never"), since=stage.now()
            )
            is None
        )

    def test_nothing_that_is_older_than_the_command(self, stage: Stage) -> None:
        customer_id = stage.customer()
        stage.authorize("hold", customer_id, stage.card(customer_id).id)
        later = stage.now() + timedelta(minutes=6)
        assert (
            stage.gateway.find_intent(
                customer_id=customer_id, command_id=stage.key("hold"), since=later
            )
            is None
        )

    def test_an_intent_on_the_second_page(self, stage: Stage) -> None:
        stage.simulated()
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        wanted = stage.authorize("wanted", customer_id, card)
        for number in range(100):
            stage.authorize(f"later-{number}", customer_id, card)
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("wanted"), since=stage.now()
        )
        assert found == wanted
