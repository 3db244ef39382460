"""Credit that a student buys with a card. It is issued once the charge has succeeded."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.credits import repository
from instainstru_core.domains.credits.errors import TopUpNotFound
from instainstru_core.domains.credits.models import TopUp
from instainstru_core.domains.credits.schemas import BuyCredit, TopUpView
from instainstru_core.domains.credits.service.issuing import issue
from instainstru_core.domains.credits.types import CreditSource, TopUpState
from instainstru_core.domains.ledger.policy import pot
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    Command,
    CommandState,
    Outcome,
    Purpose,
)
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

PREFIX = "topup:"


@operation("credits.start_top_up")
def start_top_up(
    uow: Uow, wanted: BuyCredit, *, idempotency_key: str | None = None
) -> tuple[str, Command | None]:
    """Write down that the actor buys credit, with the call that charges the card.

    A repeat with the same key means the same top-up: its call is made again where its caller is
    gone, refused with CommandOpen while it is under way, and none where it is over.
    """
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    calls: list[Command] = []

    def begin() -> TopUpView:
        row, call = _begun(uow, uow.actor.id or "", wanted)
        calls.append(call)
        return _view(row)

    view = idempotency.once(
        uow,
        operation="credits.top_up",
        key=idempotency_key,
        request=wanted,
        kind=TopUpView,
        produce=begin,
    )
    if calls:
        return view.id, calls[0]
    return view.id, payments.resume(uow, PREFIX + view.id, at_once=True)


@operation("credits.advance_top_up")
def advance_top_up(uow: Uow, top_up_id: str, *, at_once: bool = False) -> Command | None:
    """The call of a top-up whose caller is gone; None where it is over. Raises CommandOpen.

    `at_once` looks even so at one that waits for a browser.
    """
    return payments.resume(uow, PREFIX + top_up_id, at_once=at_once)


def has_top_up(uow: Uow, top_up_id: str) -> bool:
    """Whether somebody bought credit under this id, whatever came of it."""
    return repository.top_up(uow.session, top_up_id) is not None


@operation("credits.absorb_top_up")
def absorb_top_up(uow: Uow, command: Command, outcome: Outcome) -> str | None:
    """Take in what came of the charge: issue the credit, or note the refusal.

    Answers with the secret with which a browser confirms, where the bank wants that.
    """
    row = found(uow, command.reference.removeprefix(PREFIX), lock=True)
    recorded = payments.record(uow, command, outcome)
    if recorded is None:
        return None
    if recorded.state is CommandState.FAILED:
        row.failed_at = uow.now
        row.failure = recorded.failure
    elif recorded.state is CommandState.CONFIRMED:
        row.issued_at = uow.now
        issue(
            uow,
            user_id=row.user_id,
            cents=row.cents,
            source=CreditSource.TOP_UP,
            key=f"credits.top_up:{row.id}",
            funded_by=pot(command.reference),
            reference=command.reference,
        )
    return recorded.client_secret


@operation("credits.top_up")
def top_up(uow: Uow, top_up_id: str, *, client_secret: str | None = None) -> TopUpView:
    """One of the actor's own top-ups, with the secret of its charge where the caller has it."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    row = found(uow, top_up_id)
    if not uow.actor.is_user(row.user_id):
        raise not_found(top_up_id)
    return _view(row, client_secret)


def _begun(uow: Uow, user_id: str, wanted: BuyCredit) -> tuple[TopUp, Command]:
    payments.require_good_standing(uow, user_id)
    card = payments.usable_card(uow, user_id, wanted.payment_method_id)
    row = TopUp(
        id=new_id(),
        user_id=user_id,
        payment_method_id=card.id,
        cents=wanted.cents,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    audit.record(
        uow,
        "credits.top_up",
        subject_kind="top_up",
        subject_id=row.id,
        details={"cents": row.cents},
    )
    call = AuthorizeCall(
        student_id=user_id,
        customer_id=card.customer_vendor_id,
        payment_method_id=card.vendor_id,
        cents=row.cents,
        purpose=Purpose.TOP_UP,
        off_session=False,
    )
    return row, payments.request(uow, reference=PREFIX + row.id, call=call)


def found(uow: Uow, top_up_id: str, *, lock: bool = False) -> TopUp:
    """One top-up; locked, it is held until the transaction ends. Raises TopUpNotFound."""
    row = repository.top_up(uow.session, top_up_id, lock=lock)
    if row is None:
        raise not_found(top_up_id)
    return row


def not_found(top_up_id: str) -> TopUpNotFound:
    """The refusal of a top-up that is not there, or not the actor's."""
    return TopUpNotFound(
        "You have no such top-up. Use the id that buying answered with.", top_up_id=top_up_id
    )


def _view(row: TopUp, client_secret: str | None = None) -> TopUpView:
    state = TopUpState.PENDING
    if row.issued_at is not None:
        state = TopUpState.ISSUED
    elif row.failed_at is not None:
        state = TopUpState.FAILED
    return TopUpView(
        id=row.id,
        cents=row.cents,
        state=state,
        failure=row.failure,
        client_secret=client_secret,
        created_at=row.created_at,
        issued_at=row.issued_at,
    )
