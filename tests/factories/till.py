"""Calls to the payment provider, made one by one as flows would make them."""

from dataclasses import replace
from datetime import timedelta

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.flows import commands
from instainstru_core.domains.payments.models import (
    PaymentCommand,
    PaymentCustomer,
    PaymentMethod,
)
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    CaptureCall,
    Command,
    CommandState,
    Confirmed,
    Outcome,
    Purpose,
    TransferCall,
)
from instainstru_core.kernel.uow import Uow
from tests.conftest import SetClock, gateway_of
from tests.factories import payments_people as people
from tests.factories.gateways import Troubled
from tests.factories.instructors import live_instructor
from tests.factories.money import call as asked
from tests.factories.money import card, payee

REFERENCE = "booking:01JZ8M4T6Q3V9K2X7C5B1N0D8F"
MONEY = 13_440


class Till:
    """A student with a card, an instructor with an account, and calls about one lesson."""

    def __init__(self, uow: Uow, stripe: Simulator, clock: SetClock) -> None:
        self.uow, self.stripe, self.clock = uow, stripe, clock
        self.gateway = Troubled(gateway_of(stripe))
        self.student_id = people.payer(uow).id or ""
        self.instructor_id = live_instructor(uow).id
        self.account_id = payee(uow, stripe, self.instructor_id)

    def authorize(self, *, kind: str = "pm_card_visa", off_session: bool = True) -> AuthorizeCall:
        method_id = card(self.uow, self.stripe, self.student_id, kind=kind, default=False)
        customer = self.uow.session.get_one(PaymentCustomer, self.student_id)
        return AuthorizeCall(
            student_id=self.student_id,
            customer_id=customer.vendor_id,
            payment_method_id=self.uow.session.get_one(PaymentMethod, method_id).vendor_id,
            cents=MONEY,
            purpose=Purpose.LESSON,
            off_session=off_session,
        )

    def transfer(self, cents: int = 1_000) -> TransferCall:
        return TransferCall(self.instructor_id, self.account_id, cents, Purpose.LESSON)

    def request(self, call: object, reference: str = REFERENCE) -> Command:
        return service.request(self.now(), reference=reference, call=call)  # type: ignore[arg-type]

    def resume(self) -> Command:
        found = service.resume(self.now(), REFERENCE)
        assert found is not None
        return found

    def call(self, command: Command) -> Outcome:
        return commands.call(self.gateway, command, now=self.clock())  # type: ignore[arg-type]

    def record(self, command: Command, outcome: Outcome) -> CommandState | None:
        recorded = service.record(self.now(), command, outcome)
        return None if recorded is None else recorded.state

    def done(self, call: object) -> Confirmed:
        """Requested, called, recorded; it has to succeed."""
        command = self.request(call)
        outcome = self.call(command)
        assert isinstance(outcome, Confirmed)
        assert self.record(command, outcome) is CommandState.CONFIRMED
        return outcome

    def held(self) -> CaptureCall:
        """A hold, and the call that would take it."""
        command = self.request(self.authorize())
        outcome = self.call(command)
        recorded = service.record(self.now(), command, outcome)
        assert recorded is not None
        assert recorded.charge is not None
        return CaptureCall(recorded.charge.id, recorded.charge.intent_id, MONEY)

    def row(self, command: Command) -> PaymentCommand:
        return self.uow.session.get_one(PaymentCommand, command.id)

    def now(self) -> Uow:
        return replace(self.uow, now=self.clock())

    def later(self, **length: float) -> None:
        self.clock.advance(timedelta(**length))

    def trouble(self, kind: str, path: str = "*", *, times: int = 1) -> None:
        fault = Fault(kind, method="POST", path=path, times=times)  # type: ignore[arg-type]
        self.stripe.faults.add(fault)

    def made(self, kind: str) -> int:
        return len(asked(self.stripe, "GET", f"/v1/{kind}?limit=100", {})["data"])
