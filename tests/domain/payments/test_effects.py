"""What a confirmed call writes down: charges, refunds, transfers, and the ledger with them."""

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import HoldGone
from instainstru_core.domains.payments.models import Charge, Refund
from instainstru_core.domains.payments.types import (
    CaptureCall,
    ChargeState,
    Confirmed,
    Intent,
    IntentStatus,
    Purpose,
    RefundCall,
    RefundSeen,
    Refused,
    ReverseCall,
    TransferCall,
    TransferSeen,
    VoidCall,
)
from instainstru_core.kernel.uow import Uow
from tests.conftest import SetClock
from tests.factories.ledger import standing
from tests.factories.till import MONEY, REFERENCE, Till

POT = REFERENCE.partition(":")[2]
FEE = 420


@pytest.fixture
def till(uow: Uow, stripe: Simulator, clock: SetClock) -> Till:
    return Till(uow, stripe, clock)


@pytest.fixture
def held(till: Till) -> CaptureCall:
    return till.held()


def books(till: Till) -> dict[str, int]:
    """What stands on the accounts that calls move; debits positive, zeros left out."""
    accounts = {
        "clearing": standing(till.uow, AccountKind.STRIPE_CLEARING),
        "fees": standing(till.uow, AccountKind.STRIPE_FEES),
        "pot": standing(till.uow, AccountKind.HELD, POT),
        "payable": standing(till.uow, AccountKind.INSTRUCTOR_PAYABLE, till.instructor_id),
        "tips": standing(till.uow, AccountKind.TIPS_PAYABLE, till.instructor_id),
    }
    return {name: cents for name, cents in accounts.items() if cents}


def charge(till: Till, call: CaptureCall) -> Charge:
    return till.uow.session.get_one(Charge, call.charge_id)


def sent(till: Till, cents: int = 1_000, *, purpose: Purpose = Purpose.LESSON) -> ReverseCall:
    """A transfer that was made, and the call that takes 400 cents of it back."""
    till.done(TransferCall(till.instructor_id, till.account_id, cents, purpose))
    made = service.transfers(till.now(), REFERENCE)[-1]
    return ReverseCall(made.id, made.vendor_id, 400)


class TestAHold:
    def test_is_written_down_and_posts_nothing(self, till: Till, held: CaptureCall) -> None:
        row = charge(till, held)

        assert (row.state, row.amount_cents, row.captured_cents) == (ChargeState.HELD, MONEY, 0)
        assert row.capture_before is not None
        assert (row.reference, row.student_id) == (REFERENCE, till.student_id)
        assert books(till) == {}

    def test_that_is_let_go_is_over(self, till: Till, held: CaptureCall) -> None:
        till.done(VoidCall(held.charge_id, held.intent_id))

        assert charge(till, held).state is ChargeState.VOIDED
        assert charge(till, held).ended_at == till.clock.now
        assert books(till) == {}

    def test_that_is_gone_at_the_provider_is_gone_here(self, till: Till, held: CaptureCall) -> None:
        till.record(till.request(held), Refused(HoldGone.code))

        assert charge(till, held).state is ChargeState.EXPIRED
        assert books(till) == {}


class TestACapture:
    def test_brings_the_amount_into_the_pot_and_the_fee_out_of_the_balance(
        self, till: Till, held: CaptureCall
    ) -> None:
        till.done(held)

        row = charge(till, held)
        assert (row.state, row.captured_cents, row.fee_cents) == (
            ChargeState.CAPTURED,
            MONEY,
            FEE,
        )
        assert books(till) == {"clearing": MONEY - FEE, "fees": FEE, "pot": -MONEY}

    def test_is_posted_once(self, till: Till, held: CaptureCall) -> None:
        command = till.request(held)
        outcome = till.call(command)

        till.record(command, outcome)
        assert till.record(command, outcome) is None

        assert books(till) == {"clearing": MONEY - FEE, "fees": FEE, "pot": -MONEY}


class TestARefund:
    def test_takes_its_amount_out_of_the_pot(self, till: Till, held: CaptureCall) -> None:
        till.done(held)
        wish = RefundCall(held.charge_id, held.intent_id, 4_000, "requested_by_customer")

        till.done(wish)
        till.done(wish)

        assert charge(till, held).refunded_cents == 8_000
        rows = till.uow.session.query(Refund).all()
        assert [row.cents for row in rows] == [4_000, 4_000]
        assert books(till) == {"clearing": MONEY - FEE - 8_000, "fees": FEE, "pot": 8_000 - MONEY}


class TestATransfer:
    @pytest.mark.parametrize(
        ("purpose", "account"), [(Purpose.LESSON, "payable"), (Purpose.TIP, "tips")]
    )
    def test_settles_what_is_owed(self, till: Till, purpose: Purpose, account: str) -> None:
        sent(till, purpose=purpose)

        assert books(till) == {"clearing": -1_000, account: 1_000}

    def test_that_is_taken_back_is_owed_again(self, till: Till) -> None:
        back = sent(till)

        till.done(back)
        till.done(back)

        made = service.transfers(till.now(), REFERENCE)[0]
        assert (made.cents, made.reversed_cents, made.net_cents) == (1_000, 800, 200)
        assert books(till) == {"clearing": -200, "payable": 200}

    def test_of_a_tip_is_taken_back_from_tips(self, till: Till) -> None:
        till.done(sent(till, purpose=Purpose.TIP))

        assert books(till) == {"clearing": -600, "tips": 600}


class TestAnAnswer:
    @pytest.mark.parametrize(
        "seen",
        [
            RefundSeen("re_1", 1_000, "succeeded"),
            Intent("pi_1", IntentStatus.SUCCEEDED, 1_000),
        ],
    )
    def test_that_fits_no_call_is_a_bug(self, till: Till, seen: RefundSeen | Intent) -> None:
        command = till.request(till.transfer())

        with pytest.raises(TypeError):
            till.record(command, Confirmed(seen))

    def test_about_a_transfer_that_we_do_not_know_is_a_bug(self, till: Till) -> None:
        command = till.request(ReverseCall("nothing", "tr_nothing", 400))

        with pytest.raises(LookupError):
            till.record(command, Confirmed(TransferSeen("trr_1", 400)))
