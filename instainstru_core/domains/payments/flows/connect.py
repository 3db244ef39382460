"""Opening instructors' accounts, and keeping their payout day. No transaction is open in a call."""

from typing import NamedTuple

from instainstru_core.domains.payments import policy, service
from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.flows.keys import hourly
from instainstru_core.domains.payments.ports import ConnectGateway
from instainstru_core.domains.payments.schemas import OnboardingLinkView
from instainstru_core.domains.payments.service.accounts import OwnAccount
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

PAYOUTS_PAGE = "/instructor/payouts"

_log = logger(__name__)


class ScheduleAudit(NamedTuple):
    """What a look at a page of accounts found. `next_after` is None on the last page."""

    next_after: str | None
    checked: int
    repaired: int
    failed: int


def start_onboarding(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, web_url: str
) -> OnboardingLinkView:
    """A page where the signed-in instructor tells the provider who is to be paid.

    The account is opened first where there is none; two at once open one.
    """
    with begin(actor) as uow:
        own = service.own_account(uow)
    account_id = own.vendor_id or _opened(begin, gateway, actor, own)
    page = web_url.rstrip("/") + PAYOUTS_PAGE
    link = gateway.onboarding_link(
        account_id=account_id,
        refresh_url=f"{page}?onboarding=again",
        return_url=f"{page}?onboarding=done",
    )
    return OnboardingLinkView(url=link.url, expires_at=link.expires_at)


def audit_schedules(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, after: str, limit: int
) -> ScheduleAudit:
    """Look at a page of accounts: let each pay out on our day, and take over how it stands, with
    its payouts: events about them may be lost.

    An account that fails is counted and left for the next time; the others go on.
    """
    with begin(actor) as uow:
        page = service.accounts_after(uow, after, limit=limit)
    repaired = failed = 0
    for own in page:
        try:
            repaired += _audited(begin, gateway, actor, own)
        except Exception as failure:  # noqa: BLE001 - one account must not stop the others
            failed += 1
            code = failure.code if isinstance(failure, Refusal) else type(failure).__name__
            _log.warning("payout_schedule_unchecked", instructor_id=own.instructor_id, code=code)
    next_after = page[-1].instructor_id if len(page) == limit else None
    return ScheduleAudit(next_after, len(page), repaired, failed)


def _opened(begin: Begin, gateway: ConnectGateway, actor: Actor, own: OwnAccount) -> str:
    seen = gateway.create_account(
        key=hourly("account", own.instructor_id, own.asked_at),
        instructor_id=own.instructor_id,
        email=own.email,
    )
    with begin(actor) as uow:
        return service.keep_account(uow, own.instructor_id, seen, asked_at=own.asked_at)


def _audited(begin: Begin, gateway: ConnectGateway, actor: Actor, own: OwnAccount) -> bool:
    """Whether the account paid out on another day until now."""
    if own.vendor_id is None:
        return False
    with begin(actor) as uow:
        asked_at = uow.now
    seen = gateway.account(own.vendor_id)
    drifted = not policy.pays_out_on_our_day(seen.payout_interval, seen.payout_anchor)
    if drifted:
        seen = gateway.set_payout_schedule(
            key=hourly("schedule", own.vendor_id, asked_at), account_id=own.vendor_id
        )
    with begin(actor) as uow:
        service.note_account(uow, seen, asked_at=asked_at)
        if drifted:
            service.note_schedule(uow, own.vendor_id)
    sync.sync_payouts(
        begin, gateway, actor=actor, instructor_id=own.instructor_id, account_id=own.vendor_id
    )
    return drifted
