"""Money in figures and in lists, all of it from the ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings.types import PaymentStatus
from instainstru_core.domains.ledger.types import REFUNDS, SENT, AccountKind
from instainstru_core.domains.reporting.repository import money as ledger
from instainstru_core.domains.reporting.repository.money import Movement, Owed
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.money import (
    MoneyFigures,
    PaymentsPipeline,
    PaymentStanding,
    PendingPayout,
    PendingPayouts,
)
from instainstru_core.domains.reporting.service.common import not_over, window_of
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import decode_cursor, page_of
from instainstru_core.kernel.uow import Uow

GRACE = timedelta(minutes=20)
CAPTURED, REFUNDED = frozenset({"captured"}), frozenset(REFUNDS)
TRANSFERRED = frozenset(SENT)
CHARGED_BACK = frozenset({"chargeback_withdrawn", "chargeback_returned"})
LOSSES = (AccountKind.DISPUTE_LOSSES, AccountKind.ESCALATION_LOSSES)


@operation("reporting.payments_pipeline")
def payments_pipeline(uow: Uow, window: str = "last 7 days") -> Report[PaymentsPipeline]:
    """Money that moved in a window, by the instant of each fact, and how lessons stand now."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    asked = window_of(uow, window)
    since = ledger.records_since(uow.session)
    standings = ledger.standings(uow.session)
    review = sum(
        one.lessons for one in standings if one.payment_status is PaymentStatus.MANUAL_REVIEW
    )
    data = PaymentsPipeline(
        **dict(money_figures(ledger.movements(uow.session, asked.span))),
        standing=[
            PaymentStanding(
                payment_status=one.payment_status,
                lessons=one.lessons,
                card_cents=one.card_cents,
            )
            for one in sorted(standings)
        ],
        overdue=ledger.overdue(uow.session, before=uow.now - GRACE),
        in_review=review,
        records_since=since,
    )
    warnings = [*not_over(uow, asked), *_unknown(since, asked.span.start)]
    return Report(data=data, window=WindowView.of(asked), warnings=warnings)


@operation("reporting.payments_pending_payouts")
def payments_pending_payouts(
    uow: Uow, *, limit: int = 20, cursor: str | None = None
) -> Report[PendingPayouts]:
    """What the ledger owes instructors and has not sent, the most first."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    scope = "reporting.payments_pending_payouts"
    after = None
    if cursor is not None:
        cents, instructor_id = decode_cursor(cursor, scope=scope, kinds=(int, str))
        after = (int(cents or 0), str(instructor_id))
    rows, count, total = ledger.owed(uow.session, after=after, limit=limit + 1)
    page = page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda row: (row.cents, row.instructor_id),
        view=_pending,
    )
    lessons, expected = ledger.expected_cents(uow.session, now=uow.now)
    data = PendingPayouts(
        payouts=page.items,
        total_pending_cents=total,
        instructors=count,
        expected_cents=expected,
        expected_lessons=lessons,
    )
    blocked = sum(not payout.is_ready for payout in page.items)
    warnings = (
        [f"{blocked} of the shown cannot be paid: their accounts are not ready."] if blocked else []
    )
    return Report(data=data, total=count, next_cursor=page.next_cursor, warnings=warnings)


def money_figures(found: Iterable[Movement]) -> MoneyFigures:
    """What these movements add up to."""
    moved = list(found)

    def cents(*kinds: AccountKind, facts: frozenset[str] | None = None) -> int:
        return sum(
            one.cents
            for one in moved
            if one.account in kinds and (facts is None or one.fact in facts)
        )

    def times(account: AccountKind, fact: str) -> int:
        return sum(one.journals for one in moved if (one.account, one.fact) == (account, fact))

    held, clearing = AccountKind.HELD, AccountKind.STRIPE_CLEARING
    revenue = -cents(AccountKind.PLATFORM_REVENUE)
    fees = cents(AccountKind.STRIPE_FEES)
    losses = cents(*LOSSES)
    issued = cents(AccountKind.CREDIT_EXPENSE)
    expired = -cents(AccountKind.BREAKAGE)
    payables = (AccountKind.INSTRUCTOR_PAYABLE, AccountKind.TIPS_PAYABLE)
    sent = cents(*payables, facts=TRANSFERRED)
    return MoneyFigures(
        captured_cents=-cents(held, facts=CAPTURED),
        captures=times(held, "captured"),
        refunded_cents=-cents(clearing, facts=REFUNDED),
        refunds=times(clearing, "refunded") + times(clearing, "refunded_at_provider"),
        charged_back_cents=-cents(clearing, facts=CHARGED_BACK),
        instructor_owed_cents=sent - cents(*payables),
        transferred_cents=sent,
        transfers=times(clearing, "transferred"),
        tips_cents=-cents(AccountKind.TIPS_PAYABLE, facts=frozenset({"tipped"})),
        platform_revenue_cents=revenue,
        credit_issued_cents=issued,
        credit_expired_cents=expired,
        stripe_fees_cents=fees,
        losses_cents=losses,
        net_revenue_cents=revenue + expired - fees - losses - issued,
    )


def _pending(row: Owed) -> PendingPayout:
    return PendingPayout(
        instructor_id=row.instructor_id,
        instructor=public_name(row.first_name, row.last_name),
        pending_cents=row.cents,
        lessons=row.lessons,
        oldest_at=row.oldest_at,
        is_connected=row.is_connected,
        is_ready=row.is_ready,
    )


def _unknown(since: datetime | None, start: datetime) -> list[str]:
    if since is None:
        return ["There is no money fact on record yet: the figures are zero for that reason."]
    if start < since:
        return ["Records begin after the start of this window: what came before is unknown."]
    return []
