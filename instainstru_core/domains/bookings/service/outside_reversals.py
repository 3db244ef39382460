"""Transfers that somebody took back in the provider's dashboard.

For a lesson that does what was still to come back. What is more than that the instructor is owed
again, and paying it waits for people: they have it paid once more, or refund what it was owed for.
Of a tip what is taken back is the platform's, which bears what goes back to a card.
"""

from collections.abc import Sequence

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service import advancing, books, steps
from instainstru_core.domains.bookings.service.lesson import TAKEN_BACK, Lesson, held
from instainstru_core.domains.bookings.service.tips import PREFIX as TIP
from instainstru_core.domains.bookings.types import RefundOrigin
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Action, ReversalChange, TransferSeen
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import ZERO, Cents
from instainstru_core.kernel.uow import Uow

REFUSED = f"{Action.REVERSE}_refused"
"""Why a lesson stopped whose transfer could not be taken back, as it had been already."""


@operation("bookings.note_reversals")
def note_reversals(uow: Uow, chain_id: str, transfer_id: str, seen: Sequence[TransferSeen]) -> None:
    """Take over all reversals of a transfer of a lesson, by the provider's id of it. Again changes
    nothing.
    """
    lesson = held(uow, chain_id)
    changes = payments.note_reversals(uow, transfer_id, seen)
    for change in changes:
        _taken(uow, lesson, change)
        _audit(uow, "booking", lesson.booking.id, transfer_id, change)
    if changes and not payments.pending(uow, lesson.reference):
        advancing.decide_again(uow, lesson)


@operation("bookings.note_tip_reversals")
def note_tip_reversals(
    uow: Uow, tip_id: str, transfer_id: str, seen: Sequence[TransferSeen]
) -> None:
    """The same for the transfer of a tip."""
    tip = repository.tip(uow.session, tip_id)
    if tip is None:
        return
    for change in payments.note_reversals(uow, transfer_id, seen):
        cents = Cents(change.cents)
        ledger.post(
            uow,
            key=f"reversal_kept:{change.vendor_id}",
            fact="reversal_kept",
            reference=TIP + tip_id,
            entries=[
                Entry(Account(AccountKind.TIPS_PAYABLE, tip.instructor_id), cents),
                Entry(books.REVENUE, ZERO - cents),
            ],
        )
        _audit(uow, "tip", tip_id, transfer_id, change)


def _taken(uow: Uow, lesson: Lesson, change: ReversalChange) -> None:
    """What is more than was still to come back, a call under way counted in, is for people."""
    row = lesson.money
    row.paid_cents -= change.cents
    if row.review_reason == REFUSED:
        row.is_blocked = False
        row.review_since = row.review_reason = None
    under_way = payments.open_reversal_cents(uow, lesson.reference)
    if change.command_id is None and row.paid_cents - under_way < lesson.still_owed_cents:
        row.review_since = row.review_reason = None
        steps.review(uow, lesson, TAKEN_BACK)


def _audit(uow: Uow, kind: str, subject_id: str, transfer_id: str, change: ReversalChange) -> None:
    audit.record(
        uow,
        "bookings.note_reversal",
        subject_kind=kind,
        subject_id=subject_id,
        details={
            "transfer": transfer_id,
            "reversal": change.vendor_id,
            "cents": change.cents,
            "origin": (
                RefundOrigin.GIVEN_UP_CALL if change.command_id else RefundOrigin.PROVIDER_DASHBOARD
            ),
        },
    )
