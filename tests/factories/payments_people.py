"""Students with cards and instructors with accounts, written straight into the tables."""

from dataclasses import replace
from typing import Any

from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.models import (
    ConnectAccount,
    IdentityCheck,
    PaymentCommand,
    PaymentCustomer,
    PaymentMethod,
    Payout,
    Transfer,
)
from instainstru_core.domains.payments.types import (
    Action,
    CommandState,
    IdentityStatus,
    PayoutStatus,
    Purpose,
)
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories.bookings import student_actor
from tests.factories.instructors import instructor_actor, person, profile


def payer_actor(user_id: str) -> Actor:
    """The student, signed in, who may manage cards."""
    actor = student_actor(user_id)
    return replace(actor, permissions=actor.permissions | {Permission.PAYMENTS_MANAGE_OWN})


def payee_actor(user_id: str) -> Actor:
    """The instructor, signed in, who may manage payouts."""
    actor = instructor_actor(user_id)
    return replace(actor, permissions=actor.permissions | {Permission.PAYOUTS_MANAGE_OWN})


def payer(uow: Uow, *, first_name: str = "Jonas", last_name: str = "Lind") -> Actor:
    """A person without cards, signed in."""
    return payer_actor(person(uow, first_name=first_name, last_name=last_name))


def payee(uow: Uow) -> Actor:
    """An instructor without an account, signed in."""
    return payee_actor(profile(uow))


def customer(uow: Uow, user_id: str) -> str:
    """What the provider calls this person. Asking twice gives the same."""
    known = uow.session.get(PaymentCustomer, user_id)
    if known is None:
        known = PaymentCustomer(
            user_id=user_id, vendor_id=f"cus_{user_id[-14:]}", created_at=uow.now
        )
        uow.session.add(known)
        uow.session.flush()
    return known.vendor_id


def card(uow: Uow, user_id: str, **changes: Any) -> PaymentMethod:
    """A saved Visa card that holds until the end of 2030; `changes` are columns."""
    customer(uow, user_id)
    card_id = new_id()
    row = PaymentMethod(
        **{
            "id": card_id,
            "user_id": user_id,
            "vendor_id": f"pm_{card_id}",
            "brand": "visa",
            "last4": "4242",
            "exp_month": 12,
            "exp_year": 2030,
            "is_default": True,
            "created_at": uow.now,
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def account(uow: Uow, instructor_id: str, **changes: Any) -> ConnectAccount:
    """An account that can be paid; `changes` are columns."""
    row = ConnectAccount(
        **{
            "instructor_id": instructor_id,
            "vendor_id": f"acct_{instructor_id[-16:]}",
            "charges_enabled": True,
            "payouts_enabled": True,
            "details_submitted": True,
            "disabled_reason": None,
            "onboarded_at": uow.now,
            "created_at": uow.now,
            "updated_at": uow.now,
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def identity(uow: Uow, instructor_id: str, status: IdentityStatus) -> IdentityCheck:
    """A check of identity in this state."""
    row = IdentityCheck(
        instructor_id=instructor_id,
        vendor_id=f"vs_{instructor_id[-16:]}",
        status=status,
        verified_at=uow.now if status is IdentityStatus.VERIFIED else None,
        updated_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def debt(uow: Uow, user_id: str, cents: int) -> None:
    """So much that a student owes; negative pays it back."""
    owed, other = books.debit, books.credit
    if cents < 0:
        owed, other, cents = books.credit, books.debit, -cents
    ledger.post(
        uow,
        key=f"test:{new_id()}",
        fact="test",
        reference=f"debt:{new_id()}",
        entries=[
            owed(AccountKind.STUDENT_DEBT, cents, user_id),
            other(AccountKind.DEBT_ALLOWANCE, cents),
        ],
    )


def transfer(uow: Uow, instructor_id: str, cents: int, **changes: Any) -> Transfer:
    """Money sent to an instructor's account a moment ago; `changes` are columns."""
    reference = f"booking:{new_id()}"
    command = PaymentCommand(
        id=new_id(),
        reference=reference,
        action=Action.TRANSFER,
        attempt=1,
        state=CommandState.CONFIRMED,
        request={},
        requested_at=uow.now,
        due_at=uow.now,
        finished_at=uow.now,
    )
    row = Transfer(
        **{
            "id": new_id(),
            "reference": reference,
            "purpose": Purpose.LESSON,
            "instructor_id": instructor_id,
            "command_id": command.id,
            "vendor_id": f"tr_{command.id}",
            "cents": cents,
            "transferred_at": uow.now,
        }
        | changes
    )
    for each in (command, row):
        uow.session.add(each)
        uow.session.flush()
    return row


def payout(uow: Uow, instructor_id: str, cents: int, **changes: Any) -> Payout:
    """A payout to an instructor's bank; `changes` are columns."""
    payout_id = new_id()
    row = Payout(
        **{
            "id": payout_id,
            "instructor_id": instructor_id,
            "vendor_id": f"po_{payout_id}",
            "cents": cents,
            "status": PayoutStatus.PENDING,
            "is_instant": False,
            "created_at": uow.now,
            "updated_at": uow.now,
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def owed(
    uow: Uow,
    instructor_id: str,
    cents: int,
    *,
    kind: AccountKind = AccountKind.INSTRUCTOR_PAYABLE,
) -> None:
    """So much that an instructor has earned and that was not sent yet."""
    reference = f"booking:{new_id()}"
    ledger.post(
        uow,
        key=f"test:{reference}",
        fact="test",
        reference=reference,
        entries=[
            books.debit(AccountKind.HELD, cents, reference),
            books.credit(kind, cents, instructor_id),
        ],
    )
