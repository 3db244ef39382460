"""Sending what is due: claim, call the carrier with no transaction open, write what came of it."""

from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prometheus_client import Counter

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import Mailbox
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.notifications import service
from instainstru_core.domains.notifications.errors import (
    AccountInactive,
    MailBusy,
    MailNotConfigured,
    MailTaken,
    MailUncertain,
    MessageTooLate,
)
from instainstru_core.domains.notifications.ports import Mail, Mailer
from instainstru_core.domains.notifications.schemas import DueDelivery, Sending
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

BATCH = 20
LEASE = timedelta(minutes=5)
"""Longer than a whole batch takes, even where the carrier keeps us waiting each time."""
UNTIL_CONFIGURED = timedelta(minutes=15)
A_MOMENT = timedelta(minutes=1)
DOUBTS_IN_A_ROW = 3
BROKEN = "notifications.broken"

DELIVERIES = Counter(
    "instainstru_deliveries_total",
    "Attempts to send a message by where it is after them: sent, queued (again), failed.",
    ["template", "state"],
)

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one attempt. Without an error the carrier has the mail."""

    vendor_id: str | None = None
    error: str | None = None
    is_final: bool = False
    retry_after: timedelta = timedelta(0)
    halt: timedelta | None = None  # the carrier takes nothing now: how long to leave it alone


def send_due(begin: Begin, mailer: Mailer, *, actor: Actor, limit: int = BATCH) -> Sending:
    """Send messages that are due, each with its key, so that a repeat reaches nobody twice.

    One that fails keeps none of the others back. A carrier that takes nothing, or leaves three in
    a row unanswered, is left alone for a while, and the rest wait without losing an attempt.
    """
    with begin(actor) as uow:
        due = service.claim(uow, limit=limit, lease=LEASE)
        boxes = accounts.mailboxes(uow, {one.user_id for one in due}) if due else {}
        now = uow.now
    counts: Counts[DeliveryState] = Counts()
    halted, doubts = None, 0
    for place, one in enumerate(due):
        if halted is not None:
            _put_back(begin, actor, due[place:], halted)
            break
        outcome = _attempt(mailer, one, boxes.get(one.user_id), now)
        if outcome.halt is not None:
            _put_back(begin, actor, due[place:], outcome)
            break
        state = _write(begin, actor, one, outcome)
        counts[state] += 1
        doubts = doubts + 1 if state is DeliveryState.QUEUED else 0
        if doubts == DOUBTS_IN_A_ROW:
            halted = replace(outcome, halt=A_MOMENT)
    return Sending(
        claimed=len(due),
        sent=counts[DeliveryState.SENT],
        retried=counts[DeliveryState.QUEUED],
        failed=counts[DeliveryState.FAILED],
        put_back=len(due) - counts.total(),
    )


def _attempt(mailer: Mailer, one: DueDelivery, box: Mailbox | None, now: datetime) -> _Outcome:
    """Hand one message to the carrier. Whatever goes wrong is told, not raised."""
    try:
        return _Outcome(vendor_id=mailer.send(_mail(one, box, now)))
    except Refusal as refusal:
        return _refused(refusal)
    except Exception as failure:  # noqa: BLE001 - a bug over one message must not stop the others
        _log.error("message_broken", delivery_id=one.id, error_type=type(failure).__name__)
        return _Outcome(error=BROKEN)


def _refused(refusal: Refusal) -> _Outcome:
    seconds = refusal.facts.get("retry_after")
    wait = timedelta(seconds=seconds) if isinstance(seconds, (int, float)) else timedelta(0)
    match refusal:
        case MailTaken():
            return _Outcome()
        case MailBusy():
            return _Outcome(error=refusal.code, halt=wait or A_MOMENT)
        case MailNotConfigured():
            return _Outcome(error=refusal.code, halt=UNTIL_CONFIGURED)
        case MailUncertain():
            return _Outcome(error=refusal.code, retry_after=wait)
        case _:
            return _Outcome(error=refusal.code, is_final=True)


def _mail(one: DueDelivery, box: Mailbox | None, now: datetime) -> Mail:
    if box is None or box.status is not AccountStatus.ACTIVE:
        raise AccountInactive("Nothing is sent to an account that is not active.")
    facts = service.read(one.template, one.facts)
    if facts.useful_until is not None and facts.useful_until <= now:
        raise MessageTooLate("What this message asks for can no longer be done.")
    words = service.letter(facts, first_name=box.first_name)
    return Mail(key=one.key, to=box.email, subject=words.subject, text=words.text, html=words.html)


def _write(begin: Begin, actor: Actor, one: DueDelivery, outcome: _Outcome) -> DeliveryState:
    with begin(actor) as uow:
        if outcome.error is None:
            service.mark_sent(uow, one.id, vendor_id=outcome.vendor_id)
            state = DeliveryState.SENT
        else:
            state = service.mark_failed(
                uow,
                one,
                error=outcome.error,
                is_final=outcome.is_final,
                retry_after=outcome.retry_after,
            )
    DELIVERIES.labels(one.template.value, state.value).inc()
    return state


def _put_back(begin: Begin, actor: Actor, rest: Sequence[DueDelivery], outcome: _Outcome) -> None:
    with begin(actor) as uow:
        service.put_back(uow, rest, error=outcome.error or BROKEN, wait=outcome.halt or A_MOMENT)
    _log.warning("sending_halted", code=outcome.error, put_back=len(rest))
