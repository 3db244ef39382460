"""What somebody was charged and why, in words that can be read out to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import DebtView
from instainstru_core.domains.bookings.schemas.outlook import OutlookView
from instainstru_core.domains.bookings.types import BookingStatus, StaffMove
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Action, ChargeState
from instainstru_core.domains.reporting.policy import doubles, telling
from instainstru_core.domains.reporting.repository import explaining as repository
from instainstru_core.domains.reporting.repository import story
from instainstru_core.domains.reporting.repository.explaining import Held, Lesson, Returned, Settled
from instainstru_core.domains.reporting.repository.story import Call, Order, Posting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.explaining import (
    DoubleCharge,
    FailedAttempt,
    PaymentsTold,
    PaymentTold,
    RefundTold,
)
from instainstru_core.domains.reporting.schemas.people import Candidate
from instainstru_core.domains.reporting.service.common import CANDIDATES, people, unresolved
from instainstru_core.domains.reporting.service.story import next_words, position_view, sums_of
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow

PREFIX = "booking:"
PAIRS_SHOWN = 10
STANDING = (ChargeState.HELD, ChargeState.CAPTURED)


@dataclass(frozen=True, slots=True)
class Files:
    """All that is on record about the money of some lessons, by chain."""

    outlooks: dict[str, OutlookView]
    postings: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    charges: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))
    refunds: dict[str, list[Returned]] = field(default_factory=lambda: defaultdict(list))
    settlements: dict[str, list[Settled]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))


@operation("reporting.payment_explain")
def payment_explain(uow: Uow, subject: str, *, limit: int = 5) -> Report[PaymentsTold]:
    """What was charged, held, refunded and credited, why it waits, and what went wrong."""
    for needed in (
        Permission.BOOKINGS_READ_ANY,
        Permission.PAYMENTS_READ_ANY,
        Permission.USERS_READ,
    ):
        require(uow.actor, needed)
    typed = subject.strip().removeprefix(PREFIX)
    lessons = repository.lesson(uow.session, typed.upper()) if is_id(typed.upper()) else []
    total = len(lessons)
    if lessons:
        line = lessons[0].line
        user_id, name = line.booking.student_id, public_name(line.student_first, line.student_last)
    else:
        found = people(uow, typed, limit=CANDIDATES + 1)
        if len(found) != 1:
            return _nobody([candidate for _, candidate in found])
        user_id, name = found[0][0].id, found[0][1].name
        lessons = repository.lessons_of(uow.session, user_id, limit=limit)[:limit]
        total = repository.number_of(uow.session, user_id)
    files = _files(uow, lessons)
    standing = payments.payer_standing(uow, user_id)
    pairs = doubles.pairs(repository.suspicious(uow.session, user_id, limit=PAIRS_SHOWN * 2))
    data = PaymentsTold(
        user_id=user_id,
        name=name,
        is_locked=standing.is_locked,
        is_restricted=standing.is_restricted,
        debt_cents=standing.debt_cents,
        payments=[_told(lesson, files) for lesson in lessons],
        double_charges=[
            DoubleCharge(
                is_certain=pair.is_certain,
                cents=pair.second.cents,
                first_at=pair.first.at,
                second_at=pair.second.at,
                charge_ids=[pair.first.id, pair.second.id],
                references=[pair.first.reference, pair.second.reference],
            )
            for pair in pairs[:PAIRS_SHOWN]
        ],
        candidates=[],
    )
    debts = bookings.debts_of(uow, user_id) if data.debt_cents else []
    return Report(data=data, total=total, warnings=[*_warnings(data), *_owed(debts)])


def _nobody(candidates: list[Candidate]) -> Report[PaymentsTold]:
    """No payments, and those who may be meant."""
    data = PaymentsTold(
        user_id=None,
        name=None,
        is_locked=False,
        is_restricted=False,
        debt_cents=0,
        payments=[],
        double_charges=[],
        candidates=candidates[:CANDIDATES],
    )
    return Report(data=data, warnings=unresolved(candidates))


def _files(uow: Uow, lessons: Sequence[Lesson]) -> Files:
    """A statement for each kind of record, however many lessons there are."""
    session = uow.session
    chains = {lesson.line.booking.id: lesson.line.booking.chain_id for lesson in lessons}
    of = {f"{kind}:{chain}": chain for kind in ("booking", "debt") for chain in chains.values()}
    of |= {f"tip:{tip}": chains[booking] for tip, booking in story.tips(session, [*chains])}
    files = Files(bookings.outlooks(uow, [*chains.values()]))
    for posting in story.postings(session, [*of]):
        files.postings[of[posting.reference]].append(posting)
    for call in story.calls(session, [*of]):
        files.calls[of[call.reference]].append(call)
    for charge in repository.charges(session, [*of]):
        files.charges[of[charge.reference]].append(charge)
    for refund in repository.refunds(session, [*of]):
        files.refunds[of[refund.reference]].append(refund)
    for settled in repository.settlements(session, [*chains.values()]):
        files.settlements[settled.chain_id].append(settled)
    for order in story.orders(session, [*chains.values()]):
        files.orders[order.chain_id].append(order)
    return files


def _told(lesson: Lesson, files: Files) -> PaymentTold:
    row = lesson.line.booking
    chain = row.chain_id
    charges, calls = files.charges[chain], files.calls[chain]
    sums = sums_of(files.postings[chain])
    on_hold = sum(one.amount_cents for one in charges if one.state is ChargeState.HELD)
    outlook = files.outlooks.get(chain)
    return PaymentTold(
        booking_id=row.id,
        status=row.status,
        payment_status=row.payment_status,
        outcome=lesson.outcome,
        service=row.service_name,
        instructor=public_name(lesson.line.teacher_first, lesson.line.teacher_last),
        starts_at=row.starts_at,
        total_cents=row.total_cents,
        card_cents=lesson.card_cents,
        credit_cents=lesson.credit_cents,
        money=position_view(sums, on_hold=on_hold),
        where=telling.whereabouts(sums, on_hold=on_hold),
        why=_why(lesson, charges, calls, outlook),
        next=next_words(outlook),
        hold_at=outlook.hold_at if outlook else None,
        charge_at=outlook.charge_at if outlook else None,
        failures=[
            FailedAttempt(
                at=call.finished_at or call.at,
                what=f"Asked to {telling.CALLS[call.action]}",
                why=telling.failure(call.failure),
                cents=call.cents,
            )
            for call in calls
            if call.failure is not None
        ],
        refunds=[*_refunds(files, chain, charges)],
    )


def _why(
    lesson: Lesson, charges: Sequence[Held], calls: Sequence[Call], outlook: OutlookView | None
) -> str:
    """Why the card stands as it stands: what was taken, what is held, or why nothing is."""
    if lesson.outcome is not None:
        return telling.OUTCOMES[lesson.outcome]
    if outlook is not None and StaffMove.RELEASE_REVIEW in outlook.staff_may:
        return telling.IN_REVIEW
    latest = next((one for one in reversed(charges) if one.state in STANDING), None)
    if latest is not None and latest.captured_at is not None:
        return f"Taken from the card on {telling.moment(latest.captured_at)}, not settled yet."
    if latest is not None:
        since = telling.moment(latest.authorized_at)
        return f"Pending at the bank since {since}: it is on hold, nothing was taken yet."
    refused = sum(call.failure is not None for call in calls)
    begun = lesson.line.booking.status is BookingStatus.PENDING
    reasons = (
        (refused, f"Not charged: the card was refused {refused} times."),
        (begun, "Not charged: the checkout was begun and not finished."),
    )
    return next((words for holds, words in reasons if holds), "Not charged yet.")


def _refunds(files: Files, chain: str, charges: Iterable[Held]) -> Iterator[RefundTold]:
    """What went back, what is still to go back, and holds that were let go."""
    for refund in files.refunds[chain]:
        yield RefundTold(
            cents=refund.cents,
            at=refund.at,
            provider_id=refund.vendor_id,
            where=telling.refunded(
                refund.cents, refund.at, by_hand=refund.by_hand, failed_at=refund.failed_at
            ),
        )
    for settled in files.settlements[chain]:
        yield RefundTold(
            cents=settled.credit_cents + settled.bank_cents,
            at=settled.at,
            provider_id=None,
            where=telling.settled(settled.credit_cents, settled.bank_cents, settled.at),
        )
    waiting = [
        call
        for call in files.calls[chain]
        if call.action is Action.REFUND and call.finished_at is None
    ]
    ordered = sum(order.cents for order in files.orders[chain] if order.done_at is None)
    open_cents = sum(call.cents or 0 for call in waiting) or ordered
    if open_cents:
        yield RefundTold(
            cents=open_cents,
            at=None,
            provider_id=None,
            where=f"{dollars(open_cents)} is to go back to the card: the payment provider has not"
            " confirmed it yet.",
        )
    for charge in charges:
        if charge.state in {ChargeState.VOIDED, ChargeState.EXPIRED}:
            yield RefundTold(
                cents=charge.amount_cents,
                at=charge.ended_at,
                provider_id=charge.intent_id,
                where=f"A hold of {dollars(charge.amount_cents)} was let go on"
                f" {telling.moment(charge.ended_at)}. {telling.LET_GO}",
            )


def _warnings(data: PaymentsTold) -> list[str]:
    found: list[str] = []
    if not data.payments:
        found.append("This person has no lessons as a student.")
    certain = sum(pair.is_certain for pair in data.double_charges)
    if certain:
        found.append(f"Charged twice for one lesson ({certain}): look at `double_charges`.")
    if len(data.double_charges) > certain:
        found.append("Equal charges within 5 minutes: ask whether one of them is too many.")
    if data.is_locked or data.is_restricted:
        found.append("This student cannot book now: locked for a debt or restricted by a dispute.")
    return found


def _owed(debts: Sequence[DebtView]) -> Iterator[str]:
    """What the student has to pay before they can book again, thing by thing."""
    for debt in debts:
        of = f"bought credit ({debt.top_up_id})" if debt.top_up_id else f"lesson {debt.booking_id}"
        yield f"{dollars(debt.cents)} are owed for {of}. The student pays them with a card."
