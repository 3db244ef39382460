"""Sending what is due: claim, call the carrier with no transaction open, write what came of it."""

from collections import Counter as Counts
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prometheus_client import Counter

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import Mailbox
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.notifications import policy, service
from instainstru_core.domains.notifications.errors import (
    AccountInactive,
    InviteClosed,
    MailBusy,
    MailNotConfigured,
    MailTaken,
    MailUncertain,
    MessageTooLate,
    MessageUnreadable,
    ProofUnsigned,
)
from instainstru_core.domains.notifications.ports import Mail, Mailer
from instainstru_core.domains.notifications.schemas import DueDelivery, Sending
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.schemas import InviteEnvelope
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin, Uow

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


def send_due(
    begin: Begin, mailer: Mailer, *, actor: Actor, limit: int = BATCH, secret: str = ""
) -> Sending:
    """Send messages that are due, each with its key, so that a repeat reaches nobody twice.

    One that fails keeps none of the others back. A carrier that takes nothing, or leaves three in
    a row unanswered, is left alone for a while, and the rest wait without losing an attempt.
    `secret` signs the proofs of addresses.
    """
    with begin(actor) as uow:
        due = service.claim(uow, limit=limit, lease=LEASE)
        boxes = _addresses(uow, due, secret)
        now = uow.now
    counts: Counts[DeliveryState] = Counts()
    halted, doubts = None, 0
    for place, one in enumerate(due):
        if halted is not None:
            _put_back(begin, actor, due[place:], halted)
            break
        outcome = _attempt(mailer, one, boxes, now)
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


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Where messages go: people by their id, the invited by their invite's. With what is put in
    only then: proofs by the id of their message.
    """

    people: Mapping[str, Mailbox]
    invited: Mapping[str, InviteEnvelope]
    proofs: Mapping[str, str]


def _addresses(uow: Uow, due: Sequence[DueDelivery], secret: str) -> _Addresses:
    people = {one.user_id for one in due if one.user_id is not None}
    invited = {one.invite_id for one in due if one.invite_id is not None}
    return _Addresses(
        people=accounts.mailboxes(uow, people) if people else {},
        invited=onboarding.envelopes(uow, invited),
        proofs=_proofs(uow, due, secret) if accounts.may_sign(secret) else {},
    )


def _proofs(uow: Uow, due: Sequence[DueDelivery], secret: str) -> dict[str, str]:
    """The code that each of these messages carries, where it carries one and can be read."""
    found: dict[str, str] = {}
    for one in due:
        if one.template is Template.ADDRESS_PROOF and one.user_id is not None:
            with suppress(MessageUnreadable):
                until = service.read(one.template, one.facts).useful_until
                if until is not None:
                    found[one.id] = accounts.proof(
                        uow, one.user_id, expires_at=until, secret=secret
                    )
    return found


def _attempt(mailer: Mailer, one: DueDelivery, boxes: _Addresses, now: datetime) -> _Outcome:
    """Hand one message to the carrier. Whatever goes wrong is told, not raised."""
    try:
        return _Outcome(vendor_id=mailer.send(_mail(one, boxes, now)))
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


def _mail(one: DueDelivery, boxes: _Addresses, now: datetime) -> Mail:
    facts = service.read(one.template, one.facts)
    if facts.useful_until is not None and facts.useful_until <= now:
        raise MessageTooLate("What this message asks for can no longer be done.")
    if one.invite_id is not None:
        invited = boxes.invited.get(one.invite_id)
        if invited is None or not invited.is_pending:
            raise InviteClosed("Nothing is sent about an invite that cannot be used.")
        to = invited.email
        words = service.letter(facts, first_name=policy.STRANGER, code=invited.code)
    else:
        box = boxes.people.get(one.user_id or "")
        if box is None or box.status is not AccountStatus.ACTIVE:
            raise AccountInactive("Nothing is sent to an account that is not active.")
        if one.template is Template.ADDRESS_PROOF and not boxes.proofs.get(one.id):
            raise ProofUnsigned("Nothing that proves an address can be signed here.")
        code = boxes.proofs.get(one.id, service.HIDDEN_CODE)
        to, words = box.email, service.letter(facts, first_name=box.first_name, code=code)
    return Mail(key=one.key, to=to, subject=words.subject, text=words.text, html=words.html)


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
