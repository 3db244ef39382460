"""People who can pay and be paid, and lessons on their way through the money."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.repository import money
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CancelBooking,
    CheckoutBooking,
    CheckoutView,
    OrderRefund,
    RefundOrderView,
    RescheduleBooking,
    RetryPayment,
)
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, RefundReason
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.types import CreditSource, Expiry
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.ledger.models import LedgerEntry
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.models import (
    Charge,
    ConnectAccount,
    IdentityCheck,
    PaymentCommand,
    PaymentCustomer,
    PaymentMethod,
)
from instainstru_core.domains.payments.repository import people
from instainstru_core.domains.payments.repository.commands import OPEN
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import SYSTEM, Actor, Permission
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.factories.bookings import booking, lesson
from tests.factories.gateways import Forgetting, Troubled
from tests.factories.instructors import LiveInstructor, live_instructor, person

PAYER_PERMISSIONS = frozenset(
    {
        Permission.BOOKINGS_VIEW_OWN,
        Permission.BOOKINGS_CREATE,
        Permission.BOOKINGS_CANCEL_OWN,
        Permission.BOOKINGS_REPORT_OWN,
        Permission.BOOKINGS_RESCHEDULE_OWN,
        Permission.PAYMENTS_MANAGE_OWN,
    }
)
TEACHER_PERMISSIONS = frozenset(
    {
        Permission.BOOKINGS_VIEW_OWN,
        Permission.BOOKINGS_CANCEL_OWN,
        Permission.BOOKINGS_COMPLETE_OWN,
        Permission.BOOKINGS_REPORT_OWN,
        Permission.PAYOUTS_MANAGE_OWN,
    }
)
FUNDS = 10_000_000
"""What the platform has at the provider before anything happens; `stripe` of the fixtures."""

STAFF = Actor(id="01STAFF0000000000000000000", permissions=frozenset(Permission))


def card(
    uow: Uow, stripe: Simulator, user_id: str, *, kind: str = "pm_card_visa", default: bool = True
) -> str:
    """Save a card of this kind for a student, at the provider and here. Returns our id of it."""
    customer = uow.session.get(PaymentCustomer, user_id)
    if customer is None:
        made = call(stripe, "POST", "/v1/customers", {"metadata[user_id]": user_id})
        customer = PaymentCustomer(user_id=user_id, vendor_id=made["id"], created_at=uow.now)
        uow.session.add(customer)
    attached = call(
        stripe,
        "POST",
        f"/v1/payment_methods/{kind}/attach",
        {"customer": customer.vendor_id},
    )
    details = attached["card"]
    row = PaymentMethod(
        id=new_id(),
        user_id=user_id,
        vendor_id=attached["id"],
        brand=details["brand"],
        last4=details["last4"],
        exp_month=12,
        exp_year=2040,
        is_default=default,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


def call(stripe: Simulator, method: str, path: str, form: dict[str, str]) -> dict[str, Any]:
    """One call to the simulator as its client would make it."""

    answer = stripe.handle(method, path, {"Authorization": "Bearer sk_test_here"}, urlencode(form))
    assert answer.status < 300, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def identified(instructor_id: str, at: datetime) -> IdentityCheck:
    """A check of identity that ended well."""
    return IdentityCheck(
        instructor_id=instructor_id,
        vendor_id=f"vs_{instructor_id}",
        status=IdentityStatus.VERIFIED,
        verified_at=at,
        updated_at=at,
    )


def payee(uow: Uow, stripe: Simulator, instructor_id: str) -> str:
    """An account for an instructor that can be paid. Returns the provider's id of it."""
    made = call(
        stripe,
        "POST",
        "/v1/accounts",
        {"type": "express", "capabilities[transfers][requested]": "true"},
    )
    stripe.complete_onboarding(made["id"])
    uow.session.add(
        ConnectAccount(
            instructor_id=instructor_id,
            vendor_id=made["id"],
            charges_enabled=True,
            payouts_enabled=True,
            details_submitted=True,
            onboarded_at=uow.now,
            created_at=uow.now,
            updated_at=uow.now,
        )
    )
    uow.session.add(identified(instructor_id, uow.now))
    uow.session.flush()
    account_id: str = made["id"]
    return account_id


@dataclass
class Market:
    """A student with a card, an instructor who can be paid, and everything between them.

    Prices are those of the policy's examples: 120 dollars an hour online, at 12 percent.
    """

    runtime: Runtime
    stripe: Simulator
    clock: Any
    teacher: LiveInstructor
    student: Actor
    card_id: str

    def __post_init__(self) -> None:
        self.began: datetime = self.clock.now
        self.instructor = Actor(id=self.teacher.id, permissions=TEACHER_PERMISSIONS)

    @property
    def cashier(self) -> flows.Cashier:
        return self.runtime.cashier

    def book(self, starts_local: str = "2026-06-18T16:00:00", **changes: Any) -> BookingDetailView:
        """A checkout that has been begun."""
        wanted = lesson(self.teacher, starts_local=starts_local, **changes)
        with self.runtime.begin(self.student) as uow:
            return service.create(uow, wanted)

    def pay(
        self,
        booking_id: str,
        *,
        credit: int = 0,
        card_id: str | None = None,
        key: str | None = None,
    ) -> CheckoutView:
        return flows.checkout(
            self.cashier,
            actor=self.student,
            booking_id=booking_id,
            command=CheckoutBooking(payment_method_id=card_id, credit_cents=credit),
            idempotency_key=key,
        )

    def confirmed(
        self, starts_local: str = "2026-06-18T16:00:00", *, credit: int = 0, **changes: Any
    ) -> BookingDetailView:
        """A lesson that is checked out."""
        paid = self.pay(self.book(starts_local, **changes).id, credit=credit)
        assert paid.result == "confirmed", paid
        return paid.booking

    def cancel(
        self, booking_id: str, *, actor: Actor | None = None, keep: bool = False
    ) -> BookingDetailView:
        return flows.cancel(
            self.cashier,
            actor=actor or self.student,
            booking_id=booking_id,
            command=CancelBooking(reason="Plans changed.", keep_payment=keep),
        )

    def move(self, booking_id: str, starts_local: str, **changes: Any) -> BookingDetailView:
        """A lesson moved by its student."""
        return flows.reschedule(
            self.cashier,
            actor=self.student,
            booking_id=booking_id,
            command=RescheduleBooking.model_validate({"starts_local": starts_local} | changes),
        )

    def run_jobs(self) -> None:
        """Everything that is due at this instant, as the jobs would do it."""
        for _ in range(20):
            with self.runtime.begin(SYSTEM) as uow:
                lessons = service.due_lessons(uow, list(DueKind), limit=1000)
                calls = payments.due_references(uow, after="", limit=1000)
            done = [
                flows.drive_quietly(self.cashier, actor=SYSTEM, chain_id=chain_id)
                for chain_id in lessons
            ]
            done += [
                flows.resume(self.cashier, actor=SYSTEM, reference=reference) for reference in calls
            ]
            if not any(done):
                return
        raise AssertionError("the jobs never come to an end")

    def at(self, instant: datetime | str, *, run: bool = True) -> None:
        """Let the time pass until then, with the jobs running whenever something is due."""
        until = instant if isinstance(instant, datetime) else moment(instant)
        if run:
            self.run_until(until)
        self.clock.now = until

    def run_until(self, until: datetime) -> None:

        for _ in range(500):
            with self.runtime.begin(SYSTEM) as uow:
                open_at = uow.session.scalar(
                    select(func.min(PaymentCommand.due_at)).where(PaymentCommand.state.in_(OPEN))
                )
                due = [at for at in (money.next_due(uow.session), open_at) if at is not None]
            if not due or min(due) >= until:
                return
            self.clock.now = max(min(due), self.clock.now)
            self.run_jobs()
        raise AssertionError("time stands still")

    def before(self, booking: BookingDetailView, **delta: float) -> datetime:
        return booking.starts_at - timedelta(**delta)

    def after(self, booking: BookingDetailView, **delta: float) -> datetime:
        return booking.ends_at + timedelta(**delta)

    def money(self, booking_id: str) -> LessonMoney:
        with self.runtime.begin(SYSTEM) as uow:
            row = uow.session.get(Booking, booking_id)
            assert row is not None
            found = uow.session.get(LessonMoney, row.chain_id)
            assert found is not None
            return found

    def detail(self, booking_id: str, actor: Actor | None = None) -> BookingDetailView:
        with self.runtime.begin(actor or self.student) as uow:
            return service.detail(uow, booking_id)

    def give_credit(self, cents: int, *, days: int | None = 365, user_id: str | None = None) -> str:
        """Credit of so many cents that ends in so many days; None never ends."""
        with self.runtime.begin(SYSTEM) as uow:
            lot_id = credits.issue(
                uow,
                user_id=user_id or self.student.id or "",
                cents=cents,
                source=CreditSource.ADJUSTMENT,
                key=f"test:{new_id()}",
                funded_by=Account(AccountKind.CREDIT_EXPENSE),
                expires_at=Expiry.NEVER if days is None else uow.now + timedelta(days=days),
            )
        assert lot_id is not None
        return lot_id

    def wallet(self, user_id: str | None = None) -> tuple[int, int]:
        """What a student has available and reserved."""
        with self.runtime.begin(STAFF) as uow:
            found = credits.wallet_of(uow, user_id or self.student.id or "")
        return found.available_cents, found.reserved_cents

    def expiries(self) -> list[datetime | None]:
        """When the student's credit that is available ends."""
        with self.runtime.begin(STAFF) as uow:
            lots = credits.wallet_of(uow, self.student.id or "").lots
        return [lot.expires_at for lot in lots if lot.available_cents]

    def completed(self, lessons: int) -> None:
        """So many lessons that the student has taken before."""
        with self.runtime.begin(SYSTEM) as uow:
            for number in range(lessons):
                booking(
                    uow,
                    teacher=self.teacher,
                    student_id=self.student.id,
                    starts_at=uow.now - timedelta(days=40, hours=number * 2),
                    status=BookingStatus.COMPLETED,
                )

    def complete(self, booking_id: str) -> BookingDetailView:
        """The instructor says that the lesson took place."""
        return flows.complete(self.cashier, actor=self.instructor, booking_id=booking_id)

    def refund(
        self, booking_id: str, cents: int | None = None, *, confirm: str | None = None
    ) -> RefundOrderView:
        """Staff give so much back, or all that is left."""
        return flows.refund(
            self.cashier,
            actor=STAFF,
            booking_id=booking_id,
            command=OrderRefund(cents=cents, reason=RefundReason.GOODWILL, confirm=confirm),
        )

    def pay_debt(self, booking_id: str, card_id: str | None = None) -> None:
        """The student pays what is owed for a lesson."""
        flows.pay_debt(
            self.cashier,
            actor=self.student,
            booking_id=booking_id,
            command=RetryPayment(payment_method_id=card_id),
        )

    def ledger(self) -> dict[str, int]:
        """The balance of every kind of account, as debits less credits; zeros left out."""

        with self.runtime.begin(SYSTEM) as uow:
            rows = uow.session.execute(
                select(LedgerEntry.account, func.sum(LedgerEntry.cents)).group_by(
                    LedgerEntry.account
                )
            )
            return {str(kind): int(cents) for kind, cents in rows if cents}

    def with_another_student(self) -> "Market":
        """The same market for another student, with a card of their own."""
        with self.runtime.begin(SYSTEM) as uow:
            student_id = person(uow, first_name="Mia", last_name="Ober")
            card_id = card(uow, self.stripe, student_id)
        student = Actor(id=student_id, permissions=PAYER_PERMISSIONS)
        return replace(self, student=student, card_id=card_id)

    def pots(self) -> dict[str, int]:
        """What lies in the pots of lessons, tips and debts; at the end nothing does."""
        total = func.sum(LedgerEntry.cents)
        query = select(LedgerEntry.owner_id, total).where(LedgerEntry.account == AccountKind.HELD)
        with self.runtime.begin(SYSTEM) as uow:
            rows = uow.session.execute(query.group_by(LedgerEntry.owner_id))
            return {str(owner): int(cents) for owner, cents in rows if cents}

    def made(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind at the provider, the newest first: transfers, refunds."""
        found: list[dict[str, Any]] = call(self.stripe, "GET", f"/v1/{kind}?limit=100", {})["data"]
        return found

    def intent(self, booking_id: str) -> str:
        """The provider's id of the payment intent that counts for a lesson now."""
        with self.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(Booking, booking_id)
            found = uow.session.get_one(LessonMoney, row.chain_id)
            charge: str = uow.session.get_one(Charge, found.charge_id).intent_id
            return charge

    def intents(self, status: str) -> list[int]:
        """The amounts of the provider's payment intents in this state, the newest first."""
        return [one["amount"] for one in self.made("payment_intents") if one["status"] == status]

    def dispute(self, booking_id: str, *, cents: int | None = None) -> str:
        """The student has the bank take the charge of a lesson back, or a part of it."""
        opened = self.stripe.open_dispute(self.vendor_charge(booking_id), amount=cents)
        dispute_id = str(opened["id"])
        self.hear(dispute_id)
        return dispute_id

    def close(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides; won means that the platform keeps the money."""
        self.stripe.close_dispute(dispute_id, won=won)
        self.hear(dispute_id)

    def hear(self, dispute_id: str) -> None:
        flows.on_dispute(self.cashier, actor=SYSTEM, dispute_id=dispute_id)

    def lines_of(self, dispute_id: str) -> list[dict[str, Any]]:
        """What a dispute moved at the provider, to be changed by the test."""
        dispute = self.stripe._world.of("dispute").get(dispute_id)
        lines: list[dict[str, Any]] = dispute["balance_transactions"]
        return lines

    def vendor_charge(self, booking_id: str) -> str:
        """What the provider calls the charge of a lesson."""
        row = self.money(booking_id)
        with self.runtime.begin(SYSTEM) as uow:
            found = payments.charge(uow, row.charge_id or "").vendor_charge_id
        assert found is not None
        return found

    def troubled(self) -> Troubled:
        """Let calls to the provider meet trouble from now on, as the test says."""
        gateway = Troubled(self.runtime.payments)
        self.runtime = replace(self.runtime, payments=gateway)  # type: ignore[arg-type]
        return gateway

    def forgetting(self) -> Forgetting:
        """Let a unit of work be lost when the test says so."""
        forgetting = Forgetting(self.runtime.begin)
        self.runtime = replace(self.runtime, begin=forgetting.begin)
        return forgetting

    def change_card(self, card_id: str | None = None, **changes: Any) -> None:
        """A saved card behaves otherwise from now on: `decline`, `hold_seconds`."""
        with self.runtime.begin(SYSTEM) as uow:
            vendor_id = uow.session.get_one(PaymentMethod, card_id or self.card_id).vendor_id
        self.stripe.change_card(vendor_id, **changes)

    def second_card(self, kind: str = "pm_card_mastercard") -> str:
        """Another saved card of the student, not the default one."""
        with self.runtime.begin(SYSTEM) as uow:
            return card(uow, self.stripe, self.student.id or "", kind=kind, default=False)

    def close_account(self) -> None:
        """The instructor's account can no longer be paid, and we know it."""
        with self.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(ConnectAccount, self.teacher.id)
            row.payouts_enabled = False
            row.disabled_reason = "requirements.past_due"
            vendor_id = row.vendor_id
        self.stripe.disable_account(vendor_id)

    def open_account(self) -> None:
        """The instructor's account can be paid again."""
        with self.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(ConnectAccount, self.teacher.id)
            row.payouts_enabled = True
            row.disabled_reason = None
            vendor_id = row.vendor_id
        self.stripe.complete_onboarding(vendor_id)

    def refund_by_hand(
        self, booking_id: str, cents: int | None = None, *, told: bool = True
    ) -> str:
        """Staff give so much back in the provider's dashboard, and word comes of it or not."""
        charge_id = self.vendor_charge(booking_id)
        made = self.stripe.refund_by_hand(charge_id, cents)
        if told:
            self.hear_of_refund(str(made["id"]))
        return str(made["id"])

    def hear_of_refund(self, refund_id: str) -> None:
        flows.on_refund(self.cashier, actor=SYSTEM, refund_id=refund_id)

    def hear_of_intent(self, intent_id: str) -> None:
        flows.on_intent(self.cashier, actor=SYSTEM, intent_id=intent_id)

    def reconcile(self) -> ReconciliationView:
        """The nightly comparison, an hour and a half from now."""
        self.clock.now += timedelta(hours=1, minutes=30)
        return flows.reconcile(self.cashier, actor=SYSTEM)

    def capture_outside(self) -> str:
        """Somebody takes the one amount that is held, in the provider's dashboard."""
        held = [one for one in self.made("payment_intents") if one["amount_capturable"]]
        call(self.stripe, "POST", f"/v1/payment_intents/{held[0]['id']}/capture", {})
        return str(held[0]["id"])

    def empty_balance(self) -> None:
        """The platform has nothing at the provider."""
        self._spent = self.stripe.balance()
        self._pay_out(self._spent)

    def fill_balance(self) -> None:
        """It has what it had before."""
        self._pay_out(-self._spent)

    def _pay_out(self, cents: int) -> None:
        self.stripe._world.space().balance -= cents

    def standing(self) -> tuple[bool, bool, int]:
        """Whether the student is locked, whether restricted, and what they owe."""
        with self.runtime.begin(SYSTEM) as uow:
            found = people.standing(uow.session, self.student.id or "")
        return found.locked_at is not None, found.restricted_at is not None, found.debt_cents

    def assert_at_rest(self) -> None:
        """Every cent has arrived: the books balance, agree with the provider's, and stay."""
        assert self.pots() == {}
        books = self.ledger()
        assert sum(books.values()) == 0
        assert books.get(str(AccountKind.STRIPE_CLEARING), 0) == self.stripe.balance() - FUNDS
        self.run_jobs()
        assert self.ledger() == books
        assert books.get(str(AccountKind.STRIPE_CLEARING), 0) == self.stripe.balance() - FUNDS


def moment(text: str) -> datetime:
    """This moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def market(runtime: Runtime, stripe: Simulator, clock: Any, **changes: Any) -> Market:
    """A market with one student and one instructor."""

    prices = dict.fromkeys(
        (
            LessonFormat.ONLINE,
            LessonFormat.STUDENT_LOCATION,
            LessonFormat.INSTRUCTOR_LOCATION,
        ),
        12_000,
    )
    with runtime.begin(SYSTEM) as uow:
        teacher = live_instructor(uow, **({"prices": prices} | changes))
        payee(uow, stripe, teacher.id)
        uow.session.add(
            InstructorTier(instructor_id=teacher.id, tier=Tier.PRO, evaluated_at=uow.now)
        )
        booking(
            uow,
            teacher=teacher,
            starts_at=uow.now - timedelta(days=5),
            status=BookingStatus.COMPLETED,
        )
        student_id = person(uow, first_name="Jonas", last_name="Lind")
        card_id = card(uow, stripe, student_id)
    student = Actor(id=student_id, permissions=PAYER_PERMISSIONS)
    return Market(runtime, stripe, clock, teacher, student, card_id)
