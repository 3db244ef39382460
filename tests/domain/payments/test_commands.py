"""Calls that are written down before they are made, and what is known of them afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import (
    AuthenticationRequired,
    CardDeclined,
    CommandOpen,
    HoldGone,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.models import (
    Charge,
)
from instainstru_core.domains.payments.types import (
    Action,
    CaptureCall,
    CommandState,
    Confirmed,
    Intent,
    Purpose,
    RefundCall,
    RefundSeen,
    Refused,
    ReverseCall,
    TransferSeen,
    Uncertain,
    VoidCall,
    Waiting,
)
from instainstru_core.kernel.uow import Uow
from tests.conftest import SetClock
from tests.factories.money import call as asked
from tests.factories.till import MONEY, REFERENCE, Till

OTHER = "booking:01JZ8M4T6Q3V9K2X7C5B1N0D90"


@pytest.fixture
def till(uow: Uow, stripe: Simulator, clock: SetClock) -> Till:
    return Till(uow, stripe, clock)


class TestRequesting:
    def test_writes_down_what_will_be_called(self, till: Till) -> None:
        command = till.request(till.authorize())

        row = till.row(command)
        assert (row.action, row.attempt, row.state, row.calls) == (
            Action.AUTHORIZE,
            1,
            CommandState.SENT,
            1,
        )
        assert row.request["cents"] == MONEY
        assert command.due_at == till.clock.now + timedelta(seconds=90)
        assert till.made("payment_intents") == 0

    def test_is_refused_while_another_call_of_the_same_money_is_open(self, till: Till) -> None:
        till.request(till.authorize())

        with pytest.raises(CommandOpen):
            till.request(till.transfer())

        assert till.request(till.transfer(), OTHER).attempt == 1

    def test_counts_attempts_by_action_and_part(self, till: Till) -> None:
        for attempt in (1, 2):
            command = till.request(till.transfer())
            assert command.attempt == attempt
            till.record(command, Refused("payments.refused"))

        assert till.request(till.authorize()).attempt == 1

    def test_charges_at_once_for_everything_but_lessons(self, till: Till) -> None:
        tip = replace(till.authorize(), purpose=Purpose.TIP)

        command = till.request(tip, "tip:01JZ8M4T6Q3V9K2X7C5B1N0D91")

        assert command.action is Action.CHARGE
        outcome = till.call(command)
        assert isinstance(outcome, Confirmed)
        assert isinstance(outcome.seen, Intent)
        assert outcome.seen.captured_cents == MONEY


class TestResuming:
    def test_finds_nothing_where_nothing_is_open(self, till: Till) -> None:
        assert service.resume(till.now(), REFERENCE) is None
        assert service.pending(till.now(), REFERENCE) is False

    def test_waits_until_the_caller_has_had_its_time(self, till: Till) -> None:
        command = till.request(till.transfer())
        till.later(seconds=89)

        with pytest.raises(CommandOpen) as refusal:
            service.resume(till.now(), REFERENCE)

        assert refusal.value.facts["retry_after"] == 1
        till.later(seconds=1)
        again = till.resume()
        assert (again.id, again.calls) == (command.id, 2)
        assert service.due_references(till.now(), after="", limit=10) == []
        till.later(seconds=90)
        assert service.due_references(till.now(), after="", limit=10) == [REFERENCE]

    def test_makes_the_same_call_with_the_same_key(self, till: Till) -> None:
        first = till.request(till.transfer())
        till.call(first)
        till.later(seconds=90)

        outcome = till.call(till.resume())

        assert isinstance(outcome, Confirmed)
        assert till.made("transfers") == 1


class TestRecording:
    def test_is_done_once_whoever_comes_second(self, till: Till) -> None:
        command = till.request(till.transfer())
        first = till.call(command)
        till.later(seconds=90)
        again = till.resume()
        second = till.call(again)
        assert first == second

        assert till.record(again, second) is CommandState.CONFIRMED
        assert till.record(command, first) is None

        assert [made.cents for made in service.transfers(till.now(), REFERENCE)] == [1_000]

    def test_a_refusal_ends_the_command(self, till: Till) -> None:
        command = till.request(till.authorize())

        assert till.record(command, Refused("payments.card_declined")) is CommandState.FAILED

        row = till.row(command)
        assert (row.state, row.failure, row.finished_at) == (
            CommandState.FAILED,
            "payments.card_declined",
            till.clock.now,
        )
        assert service.pending(till.now(), REFERENCE) is False

    def test_uncertainty_keeps_it_open_until_it_is_asked_again(self, till: Till) -> None:
        command = till.request(till.authorize())
        outcome = Uncertain("payments.provider_busy", timedelta(seconds=30))

        assert till.record(command, outcome) is CommandState.REQUESTED

        assert till.row(command).due_at == till.clock.now + timedelta(seconds=30)
        with pytest.raises(CommandOpen):
            till.request(till.transfer())


class TestADecline:
    def test_is_never_replayed_for_the_next_attempt(self, till: Till) -> None:
        declined = till.authorize(kind="pm_card_chargeCustomerFail")
        first = till.request(declined)
        outcome = till.call(first)
        assert outcome == Refused(CardDeclined.code)
        till.record(first, outcome)
        till.stripe.change_card(declined.payment_method_id, like="pm_card_visa")

        second = till.request(declined)

        assert (second.attempt, second.id != first.id) == (2, True)
        assert isinstance(till.call(second), Confirmed)

    def test_whose_answer_was_lost_is_the_same_decline(self, till: Till) -> None:
        till.trouble("timeout_after", "/v1/payment_intents")
        command = till.request(till.authorize(kind="pm_card_chargeCustomerFail"))
        lost = till.call(command)
        assert isinstance(lost, Uncertain)
        till.record(command, lost)
        till.later(seconds=30)

        assert till.call(till.resume()) == Refused(CardDeclined.code)
        assert till.made("payment_intents") == 1


class TestTrouble:
    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("timeout_before", ProviderUnreachable.code),
            ("timeout_after", ProviderUnreachable.code),
            ("error_before", ProviderFailed.code),
            ("error_after", ProviderFailed.code),
            ("rate_limit", ProviderBusy.code),
        ],
    )
    @pytest.mark.parametrize("action", ["authorize", "capture", "void", "refund", "transfer"])
    def test_is_uncertain_and_ends_with_one_effect(
        self, till: Till, action: str, kind: str, code: str
    ) -> None:
        wish, path = self._wish(till, action)
        till.trouble(kind, path)
        command = till.request(wish)
        outcome = till.call(command)
        assert isinstance(outcome, Uncertain)
        assert outcome.code == code
        till.record(command, outcome)

        for _ in range(4):
            till.later(minutes=16)
            command = service.resume(till.now(), REFERENCE) or till.request(wish)
            outcome = till.call(command)
            if till.record(command, outcome) is CommandState.CONFIRMED:
                break

        assert isinstance(outcome, Confirmed)
        assert (till.made("payment_intents"), till.made("refunds"), till.made("transfers")) == (
            0 if action == "transfer" else 1,
            1 if action == "refund" else 0,
            1 if action == "transfer" else 0,
        )

    def _wish(self, till: Till, action: str) -> tuple[object, str]:
        if action == "authorize":
            return till.authorize(), "/v1/payment_intents"
        if action == "transfer":
            return till.transfer(), "/v1/transfers"
        held = till.held()
        if action == "capture":
            return held, "*/capture"
        if action == "void":
            return VoidCall(held.charge_id, held.intent_id), "*/cancel"
        till.done(held)
        return (
            RefundCall(held.charge_id, held.intent_id, 1_000, "requested_by_customer"),
            "/v1/refunds",
        )

    def test_that_lasts_is_met_less_and_less_often(self, till: Till) -> None:
        till.trouble("timeout_before", "/v1/transfers", times=9)
        command = till.request(till.transfer())
        waits: list[float] = []
        for _ in range(7):
            outcome = till.call(command)
            assert isinstance(outcome, Uncertain)
            waits.append(outcome.retry_after.total_seconds())
            till.record(command, outcome)
            till.clock.advance(outcome.retry_after)
            command = till.resume()

        assert waits == [30, 60, 120, 240, 480, 900, 900]

    def test_waits_at_least_as_long_as_the_provider_says(self, till: Till) -> None:
        command = till.request(till.transfer())

        def busy() -> None:
            raise ProviderBusy("Busy.", retry_after=120)

        till.gateway.before("transfer", busy)

        assert till.call(command) == Uncertain(ProviderBusy.code, timedelta(seconds=120))


class TestAnOldKey:
    """The provider forgets a key after 24 hours; what it did is looked up from 23 hours on."""

    @pytest.mark.parametrize("hours", [23.01, 30, 100])
    def test_is_looked_up_before_it_is_used(self, till: Till, hours: float) -> None:
        command = till.request(till.transfer())
        till.call(command)
        till.later(hours=hours)

        outcome = till.call(till.resume())

        assert isinstance(outcome, Confirmed)
        assert isinstance(outcome.seen, TransferSeen)
        assert outcome.seen.command_id == command.id
        assert (till.gateway.calls["transfer"], till.gateway.calls["find_transfer"]) == (1, 1)
        assert till.made("transfers") == 1

    def test_of_23_hours_still_works_by_itself(self, till: Till) -> None:
        till.call(till.request(till.transfer()))
        till.later(hours=23)

        till.call(till.resume())

        assert till.gateway.calls["find_transfer"] == 0
        assert till.made("transfers") == 1

    def test_without_an_effect_leads_to_a_new_attempt(self, till: Till) -> None:
        command = till.request(till.transfer())
        till.later(hours=30)

        outcome = till.call(till.resume())

        assert outcome == Refused(ProviderFailed.code)
        till.record(command, outcome)
        till.done(till.transfer())
        assert till.made("transfers") == 1

    def test_finds_what_every_kind_of_call_did(self, till: Till) -> None:
        authorize = till.request(till.authorize())
        hold = till.call(authorize)
        till.later(hours=25)
        assert till.call(till.resume()) == hold
        till.record(authorize, hold)
        assert isinstance(hold, Confirmed)
        assert isinstance(hold.seen, Intent)
        charge = service.charge(till.now(), self._charge_id(till, hold.seen.id))

        wish = CaptureCall(charge.id, charge.intent_id, MONEY)
        self._looked_up(till, wish)
        refund = RefundCall(charge.id, charge.intent_id, 1_000, "requested_by_customer")
        seen = self._looked_up(till, refund)
        assert isinstance(seen, RefundSeen)
        assert seen.cents == 1_000
        till.done(till.transfer())
        sent = service.transfers(till.now(), REFERENCE)[0]
        back = self._looked_up(till, ReverseCall(sent.id, sent.vendor_id, 400))
        assert isinstance(back, TransferSeen)
        assert back.cents == 400
        assert (till.made("payment_intents"), till.made("refunds"), till.made("transfers")) == (
            1,
            1,
            1,
        )

    def test_finds_that_a_hold_was_let_go(self, till: Till) -> None:
        held = till.held()
        self._looked_up(till, VoidCall(held.charge_id, held.intent_id))

    def _charge_id(self, till: Till, intent_id: str) -> str:
        found = till.uow.session.execute(
            Charge.__table__.select().where(Charge.intent_id == intent_id)
        ).one()
        return str(found.id)

    def _looked_up(self, till: Till, wish: object) -> object:
        command = till.request(wish)
        first = till.call(command)
        assert isinstance(first, Confirmed)
        till.later(hours=25)
        again = till.call(till.resume())
        assert isinstance(again, Confirmed)
        assert till.record(command, again) is CommandState.CONFIRMED
        return again.seen


class TestWhatIsThereAlready:
    def test_a_captured_hold_is_recognized(self, till: Till) -> None:
        held = till.held()
        asked(till.stripe, "POST", f"/v1/payment_intents/{held.intent_id}/capture", {})

        outcome = till.call(till.request(held))

        assert isinstance(outcome, Confirmed)
        assert isinstance(outcome.seen, Intent)
        assert outcome.seen.captured_cents == MONEY

    def test_a_hold_that_is_gone_cannot_be_taken(self, till: Till) -> None:
        held = till.held()
        asked(till.stripe, "POST", f"/v1/payment_intents/{held.intent_id}/cancel", {})

        assert till.call(till.request(held)) == Refused(HoldGone.code)

    def test_a_hold_that_is_gone_is_let_go(self, till: Till) -> None:
        held = till.held()
        asked(till.stripe, "POST", f"/v1/payment_intents/{held.intent_id}/cancel", {})

        outcome = till.call(till.request(VoidCall(held.charge_id, held.intent_id)))

        assert isinstance(outcome, Confirmed)


class TestABrowser:
    def test_is_waited_for_and_looked_at(self, till: Till) -> None:
        command = till.request(
            till.authorize(kind="pm_card_authenticationRequired", off_session=False)
        )
        outcome = till.call(command)
        assert isinstance(outcome, Waiting)
        assert till.record(command, outcome) is CommandState.SENT
        till.later(minutes=5)
        with pytest.raises(CommandOpen):
            service.resume(till.now(), REFERENCE)

        till.stripe.complete_payment_intent(outcome.intent.id)
        again = service.resume(till.now(), REFERENCE, at_once=True)

        assert again is not None
        assert isinstance(till.call(again), Confirmed)
        assert till.made("payment_intents") == 1

    def test_that_never_comes_is_given_up_and_holds_nothing(self, till: Till) -> None:
        command = till.request(
            till.authorize(kind="pm_card_authenticationRequired", off_session=False)
        )
        outcome = till.call(command)
        assert isinstance(outcome, Waiting)
        till.record(command, outcome)
        till.later(minutes=30)

        assert till.call(till.resume()) == Refused(AuthenticationRequired.code)
        found = till.stripe.find(outcome.intent.id)
        assert found is not None
        assert found["status"] == "canceled"

    def test_is_not_there_for_a_job(self, till: Till) -> None:
        command = till.request(till.authorize(kind="pm_card_authenticationRequired"))

        assert till.call(command) == Refused(AuthenticationRequired.code)
