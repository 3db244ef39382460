"""Instructors' payouts and earnings."""

from datetime import datetime, timedelta
from typing import NamedTuple

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.events import PayoutFailed, PayoutSent
from instainstru_core.domains.payments.models import InstantPayout, Payout
from instainstru_core.domains.payments.repository import payouts as repository
from instainstru_core.domains.payments.schemas import (
    DayEarnedView,
    EarningsView,
    EarningsWindow,
    PayoutView,
)
from instainstru_core.domains.payments.service.accounts import own_instructor_id
from instainstru_core.domains.payments.types import PayoutSeen
from instainstru_core.kernel import paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.idempotency import MAX_KEY_LENGTH, BadKey
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.repository import Repository
from instainstru_core.kernel.time import day_span, local_day
from instainstru_core.kernel.uow import Uow

KEY_LIFE = timedelta(hours=23)
"""The provider forgets a key after a day. A repeat after that might pay out twice."""


class Wish(NamedTuple):
    """An instant payout that is asked for, with what came of it so far."""

    id: str
    cents: int
    payout: PayoutView | None


@operation("payments.payouts")
def payouts(uow: Uow, *, cursor: str | None = None, limit: int = 20) -> Page[PayoutView]:
    """The signed-in instructor's payouts, the newest first, page by page."""
    instructor_id = own_instructor_id(uow)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"payouts:{instructor_id}"
    before_id: str | None = None
    if cursor is not None:
        (key,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(key)
    query = repository.own_payouts(instructor_id, before_id=before_id, limit=limit + 1)
    return paging.page_of(
        Repository[Payout](uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=PayoutView.model_validate,
    )


@operation("payments.earnings")
def earnings(uow: Uow, window: EarningsWindow) -> EarningsView:
    """What the signed-in instructor earned in these New York days, and what is still to come."""
    instructor_id = own_instructor_id(uow)
    first, last = policy.window(window.first_on, window.last_on, today=local_day(uow.now))
    span = day_span(first, last)
    days = repository.earned(uow.session, instructor_id, span)
    owed = ledger.balances(
        uow,
        [
            Account(AccountKind.INSTRUCTOR_PAYABLE, instructor_id),
            Account(AccountKind.TIPS_PAYABLE, instructor_id),
        ],
    )
    lessons = sum(day.lessons_cents for day in days)
    tips = sum(day.tips_cents for day in days)
    reversed_cents = sum(day.reversed_cents for day in days)
    return EarningsView(
        first_on=first,
        last_on=last,
        lessons_cents=lessons,
        tips_cents=tips,
        reversed_cents=reversed_cents,
        earned_cents=lessons + tips - reversed_cents,
        paid_out_cents=repository.paid_out(uow.session, instructor_id, span),
        pending_cents=-sum(balance.amount for balance in owed.values()),
        days=[
            DayEarnedView(
                day=day.day, cents=day.lessons_cents + day.tips_cents - day.reversed_cents
            )
            for day in days
        ],
    )


@operation("payments.payouts_from")
def payouts_from(uow: Uow, instructor_id: str) -> datetime:
    """From when on the provider's payouts of an instructor are to be read, for lost events."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    oldest = repository.oldest_open_at(uow.session, instructor_id)
    return (oldest or uow.now) - policy.PAYOUTS_LOOKED_BACK


@operation("payments.note_payout")
def note_payout(
    uow: Uow, account_vendor_id: str, seen: PayoutSeen, *, asked_at: datetime
) -> PayoutView | None:
    """Take over what the provider says of a payout; None when the account is nobody's.

    Of two answers the one that was asked for later counts. That it arrived, or did not, is told
    once.
    """
    instructor_id = repository.account_owner(uow.session, account_vendor_id)
    if instructor_id is None:
        return None
    row, is_new = repository.write_payout(
        uow.session, instructor_id, seen, now=uow.now, asked_at=asked_at
    )
    if not is_new and row.updated_at > asked_at:
        return PayoutView.model_validate(row)
    before = None if is_new else row.status
    row.status, row.updated_at = seen.status, asked_at
    row.arrives_at, row.failure_code = seen.arrives_at, seen.failure_code
    uow.session.flush()
    _announce(uow, row, policy.payout_news(before, row.status))
    return PayoutView.model_validate(row)


@operation("payments.instant_wish")
def instant_wish(uow: Uow, key: str) -> Wish | None:
    """What this key of the signed-in instructor asked for before, if it did.

    Raises BadKey, and CommandOpen when nobody can know any more what came of it.
    """
    instructor_id = own_instructor_id(uow)
    if not key.isprintable() or not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise BadKey(f"An idempotency key has 1 to {MAX_KEY_LENGTH} printable characters.")
    row = repository.wish(uow.session, instructor_id, key)
    if row is None:
        return None
    if row.payout_id is None and uow.now - row.requested_at > KEY_LIFE:
        raise CommandOpen(
            "This payout was asked for more than a day ago. Look at your payouts, and ask with a"
            " new key if it is not among them."
        )
    return _wish(uow, row)


@operation("payments.keep_instant_wish")
def keep_instant_wish(uow: Uow, key: str, cents: int) -> Wish:
    """Write down what this key asks for. Of two at once the first one's amount counts."""
    instructor_id = own_instructor_id(uow)
    row = repository.keep_wish(uow.session, instructor_id, key, cents, now=uow.now)
    return _wish(uow, row)


@operation("payments.grant_instant_wish")
def grant_instant_wish(
    uow: Uow, wish_id: str, account_vendor_id: str, seen: PayoutSeen, *, asked_at: datetime
) -> PayoutView:
    """Write down the payout that came of a wish."""
    view = note_payout(uow, account_vendor_id, seen, asked_at=asked_at)
    if view is None:
        msg = f"the account of payout {seen.id} is missing"
        raise LookupError(msg)
    repository.grant_wish(uow.session, wish_id, view.id)
    audit.record(
        uow,
        "payments.instant_payout",
        subject_kind="payout",
        subject_id=view.id,
        details={"cents": view.cents},
    )
    return view


@operation("payments.drop_instant_wish")
def drop_instant_wish(uow: Uow, wish_id: str) -> None:
    """Forget a wish that the provider refused, so that its key may ask again."""
    repository.drop_wish(uow.session, wish_id)


def _wish(uow: Uow, row: InstantPayout) -> Wish:
    found = None if row.payout_id is None else repository.payout(uow.session, row.payout_id)
    return Wish(row.id, row.cents, None if found is None else PayoutView.model_validate(found))


def _announce(uow: Uow, row: Payout, news: policy.PayoutNews | None) -> None:
    match news:
        case policy.PayoutNews.SENT:
            uow.emit(
                PayoutSent(
                    payout_id=row.id,
                    instructor_id=row.instructor_id,
                    cents=row.cents,
                    is_instant=row.is_instant,
                )
            )
        case policy.PayoutNews.FAILED:
            uow.emit(
                PayoutFailed(
                    payout_id=row.id,
                    instructor_id=row.instructor_id,
                    cents=row.cents,
                    failure_code=row.failure_code,
                )
            )
        case None:
            return
