"""Money in words that can be read out: why it waits, when it moves, why a call failed. Pure."""

from collections.abc import Mapping
from datetime import datetime

from instainstru_core.domains.bookings.policy.agenda import Step
from instainstru_core.domains.bookings.types import DueKind, Outcome, StaffMove
from instainstru_core.domains.payments.types import Action
from instainstru_core.domains.reporting.policy.positions import Position
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local

CALLS: Mapping[Action, str] = {
    Action.AUTHORIZE: "hold the amount on the card",
    Action.CHARGE: "charge the card at once",
    Action.CAPTURE: "take what is on hold",
    Action.VOID: "let the hold go",
    Action.REFUND: "refund the card",
    Action.TRANSFER: "send the instructor's share",
    Action.REVERSE: "take the instructor's share back",
}
FAILURES: Mapping[str, str] = {
    "payments.card_declined": "The bank refuses the card.",
    "payments.card_expired": "The card has expired.",
    "payments.card_funds_insufficient": "There is not enough money on the card.",
    "payments.authentication_required": "The bank wants the card's holder to confirm.",
    "payments.hold_gone": "The hold was gone: let go, or run out.",
    "payments.already_captured": "The amount had been taken before.",
    "payments.already_refunded": "It had been refunded before.",
    "payments.refund_failed": "The card's bank did not take the refund: it came back.",
    "payments.already_reversed": "It had been taken back before.",
    "payments.balance_insufficient": "Our balance at the provider did not cover it yet.",
    "payments.payee_not_ready": "The instructor's account cannot be paid.",
    "payments.uncertain": "No clear answer came: the same call is made again.",
    "payments.provider_unreachable": "The provider could not be reached: asked again.",
    "payments.provider_failed": "The provider broke off: the same call is made again.",
    "payments.provider_busy": "The provider was busy: the same call is made again.",
}
STEPS: Mapping[Step, str] = {
    Step.AUTHORIZE: "The amount is to be held on the card now.",
    Step.CAPTURE: "The amount is to be taken now.",
    Step.VOID: "The hold is to be let go now.",
    Step.VOID_STALE: "An old hold is to be let go now.",
    Step.REFUND: "A refund to the card is to be made now.",
    Step.TRANSFER: "The instructor's share is to be sent now.",
    Step.REVERSE: "The instructor's share is to be taken back now.",
    Step.EXPIRE_CHECKOUT: "The checkout ran out and is to be ended now.",
    Step.NOTE_NO_CARD: "There is no card to ask: that is to be noted now.",
    Step.WARN: "The student is to be warned now: the card was refused.",
    Step.DROP: "The lesson is to be dropped now: it was not paid for in time.",
    Step.COMPLETE: "The lesson is to be completed now, then charged.",
    Step.END_TAKEN: "The lesson's money is to be settled now.",
    Step.RESOLVE_NO_SHOW: "Nobody objected to the report: it is to be settled now.",
    Step.END_UNPAID: "The lesson ends unpaid now: there is no hold to take.",
    Step.SETTLE: "The lesson's money is to be shared out now.",
    Step.ESCALATE: "The card was refused for 72 hours: the platform is to stand in now.",
    Step.FINISH_MOVE: "A move is to be finished now.",
    Step.ABANDON_MOVE: "A move is to be given up now: its money did not come.",
    Step.END_CHARGED_BACK: "The bank kept the whole charge: the lesson is to be ended now.",
    Step.END_REFUNDED: "The whole charge was refunded: the lesson is to be ended now.",
}
WAITS: Mapping[DueKind, str] = {
    DueKind.CHECKOUT: "It waits for the student to pay, until {due} at the latest.",
    DueKind.HOLD: "Nothing is held yet: the amount is held at {hold}, 24 hours before the start,"
    " and taken at {charge}, 24 hours after the end.",
    DueKind.HOLD_RETRY: "The card was refused: it is tried again, the student warned, or the lesson"
    " dropped, next at {due}; at 12 hours before the start it is dropped.",
    DueKind.HOLD_EXPIRY: "The amount is on hold; the hold is replaced at {due}, before it runs out,"
    " and taken at {charge}.",
    DueKind.CAPTURE: "The amount is taken at {charge}, 24 hours after the end, unless somebody"
    " reports that somebody did not come.",
    DueKind.CAPTURE_RETRY: "The charge was refused: it is tried again every 4 hours, next at {due};"
    " 72 hours after the first refusal the platform stands in.",
    DueKind.NO_SHOW: "Somebody reported that somebody did not come: without an objection the report"
    " stands at {due}.",
    DueKind.MONEY: "Sending the instructor's share was refused: it is tried again at {due}.",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.LESSON_COMPLETED_FULL_PAYOUT: "The lesson took place and was charged in full.",
    Outcome.STUDENT_CANCEL_GT24_NO_CHARGE: "Cancelled 24 hours or more before, or never paid:"
    " nothing was charged.",
    Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT: "Cancelled by the student 12 to 24 hours before: the"
    " card was charged, the lesson's price came back as credit, the booking fee is kept.",
    Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50: "Cancelled by the student less than 12 hours before:"
    " the card was charged, half of the price came back as credit, half pays the instructor.",
    Outcome.LOCKED_CANCEL_GE12_FULL_CREDIT: "Cancelled after a late move, 12 hours or more before:"
    " the lesson's price came back as credit.",
    Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50: "Cancelled after a late move, less than 12 hours"
    " before: half of the price came back as credit.",
    Outcome.INSTRUCTOR_CANCEL_FULL_REFUND: "The instructor cancelled: everything goes back.",
    Outcome.INSTRUCTOR_NO_SHOW_FULL_REFUND: "The instructor did not come: everything goes back.",
    Outcome.MUTUAL_NO_SHOW_FULL_REFUND: "Nobody came: everything goes back.",
    Outcome.STUDENT_NO_SHOW_FULL_PAYOUT: "The student did not come: charged in full.",
    Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND: "The bank took the charge back.",
    Outcome.DISPUTE_WON: "The bank decided for us: the charge stands.",
    Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID: "The card was refused for 72 hours: the platform paid"
    " the instructor, the student owes the amount.",
    Outcome.CAPTURE_FAILURE_ESCALATED: "The card was refused for 72 hours, and the instructor could"
    " not be paid: people look at it.",
    Outcome.PAYMENT_FAILED_NO_CHARGE: "The card could not be held in time: the lesson was dropped"
    " and nothing was charged.",
    Outcome.ADMIN_REFUND: "Cancelled, or refunded in full, by staff: everything goes back.",
    Outcome.ADMIN_NO_REFUND: "Cancelled by staff, charged in full.",
    Outcome.BEFORE_PAYMENTS: "From before payments ran here: what was paid is not in our ledger.",
}
IN_BANKS = "Banks show it within 5 to 10 business days."
LET_GO = "Nothing was charged; banks drop it from the statement within a week."
UNDER_WAY = "A call to the payment provider is open: its answer decides what comes next."
IN_REVIEW = "People have to look at it first: nothing moves by itself until they released it."
REFUND_REFUSED = (
    "The refund cannot reach the card: the provider refuses it, because the payment was disputed"
    " at the bank, or the card's bank sent it back. Staff settle it: as credit, or as given back by"
    " the bank already."
)
REPORTED = "A report waits for a decision of staff."
OVER = "Nothing is left to do: the money is where it belongs."


def moment(at: datetime | None) -> str:
    """An instant as New Yorkers read it."""
    return "an unknown time" if at is None else f"{to_local(at, BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def failure(code: str) -> str:
    """Why a call failed, in our own words."""
    return FAILURES.get(code, f"The provider said no ({code}).")


def refunded(cents: int, at: datetime, *, by_hand: bool, failed_at: datetime | None) -> str:
    """What went back to a card, and whether it got there."""
    where = " in the payment provider's dashboard" if by_hand else ""
    told = f"{dollars(cents)} went back to the card on {moment(at)}{where}."
    if failed_at is None:
        return f"{told} {IN_BANKS}"
    return f"{told} The card's bank sent it back; we learnt so on {moment(failed_at)}."


def settled(credit_cents: int, bank_cents: int, at: datetime) -> str:
    """What became of a refund that the card could not take."""
    parts = (
        (credit_cents, "{} became credit of the student instead of a refund on {}."),
        (bank_cents, "{} was not refunded on {}, because the bank had given it back already."),
    )
    told = [words.format(dollars(cents), moment(at)) for cents, words in parts if cents]
    return " ".join(told)


def outlook(
    *,
    step: Step | None,
    due_kind: DueKind | None,
    due_at: datetime | None,
    hold_at: datetime | None,
    charge_at: datetime | None,
    is_under_way: bool,
    staff_may: list[StaffMove],
) -> str:
    """What comes next for a lesson's money, and when."""
    if is_under_way:
        return UNDER_WAY
    if step is not None:
        return STEPS[step]
    if due_kind is not None:
        return WAITS[due_kind].format(
            due=moment(due_at), hold=moment(hold_at), charge=moment(charge_at)
        )
    if StaffMove.RESOLVE_REPORT in staff_may:
        return REPORTED
    if StaffMove.SETTLE_REFUND in staff_may:
        return REFUND_REFUSED
    return IN_REVIEW if StaffMove.RELEASE_REVIEW in staff_may else OVER


def whereabouts(found: Position, *, on_hold: int) -> str:
    """Where the money is, in one sentence for each place that has some of it."""
    owed = found.instructor_owed - found.instructor_sent
    places = (
        (on_hold, "{} is on hold on the card and not taken."),
        (found.in_pot, "{} was taken and lies in the lesson's pot."),
        (owed, "{} is owed to the instructor and not sent."),
        (found.instructor_sent, "{} was sent to the instructor."),
        (found.refunded, "{} went back to the card."),
        (found.charged_back, "{} was taken back by the bank, with its fee."),
        (found.platform, "{} is the platform's, before the provider's fee."),
        (found.credit_new, "{} became credit of the student."),
        (found.losses, "{} is the platform's loss."),
    )
    told = [words.format(dollars(cents)) for cents, words in places if cents]
    return " ".join(told) or "No money has moved for this lesson."
