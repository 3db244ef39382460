"""Changes of somebody's credit by staff."""

from collections.abc import Mapping, Sequence

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.credits import policy, repository
from instainstru_core.domains.credits.errors import NotEnoughCredit, NothingToAdjust
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.credits.schemas import AdjustCredit, AdjustedLot, AdjustmentView
from instainstru_core.domains.credits.service.issuing import EXPENSE, issue
from instainstru_core.domains.credits.service.lots import as_lot
from instainstru_core.domains.credits.service.wallet import refuse_stranger
from instainstru_core.domains.credits.types import CreditSource, Expiry
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow


@operation("credits.adjust")
def adjust(
    uow: Uow,
    command: AdjustCredit,
    *,
    idempotency_key: str | None = None,
    preview: bool = False,
) -> AdjustmentView:
    """Issue credit, or take it from what is available. For staff.

    A preview answers what would happen and changes nothing. A repeat with the same key gets the
    first answer. Refused with NotEnoughCredit where less is available than is to be taken.
    """
    require(uow.actor, Permission.CREDITS_MANAGE_ANY)
    if command.cents == 0:
        raise NothingToAdjust("An adjustment of nothing changes nothing. Say how many cents.")
    refuse_stranger(uow, command.user_id)
    if preview:
        rows = repository.lots_of(uow.session, command.user_id)
        return _told(uow, command, rows, _planned(uow, command, rows), is_preview=True)
    return idempotency.once(
        uow,
        operation="credits.adjust",
        key=idempotency_key,
        request=command,
        kind=AdjustmentView,
        produce=lambda: _adjusted(uow, command),
    )


@operation("credits.hold_wallet")
def hold_wallet(uow: Uow, user_id: str) -> None:
    """Keep this person's credit as it is until the unit of work ends. For staff who adjust it."""
    require(uow.actor, Permission.CREDITS_MANAGE_ANY)
    repository.lock_wallet(uow.session, user_id)


def _adjusted(uow: Uow, command: AdjustCredit) -> AdjustmentView:
    rows = repository.lock_wallet(uow.session, command.user_id)
    adjustment_id = new_id()
    lots = _planned(uow, command, rows)
    told = _told(uow, command, rows, lots, is_preview=False)
    if command.cents > 0:
        lot_id = _issue(uow, command, adjustment_id)
        told = told.model_copy(update={"lots": [lots[0].model_copy(update={"lot_id": lot_id})]})
    else:
        _take(uow, command, {row.id: row for row in rows}, lots, adjustment_id)
    audit.record(
        uow,
        "credits.adjust",
        subject_kind="user",
        subject_id=command.user_id,
        details={
            "adjustment_id": adjustment_id,
            "cents": command.cents,
            "reason_code": command.reason_code,
            "note": command.note,
        },
    )
    return told


def _planned(uow: Uow, command: AdjustCredit, rows: Sequence[CreditLot]) -> list[AdjustedLot]:
    """What is to happen to which lot. Refused with NotEnoughCredit."""
    if command.cents > 0:
        ends_at = policy.expiry(Expiry.STANDARD, now=uow.now)
        return [AdjustedLot(lot_id=None, cents=command.cents, expires_at=ends_at)]
    wanted = -command.cents
    parts = policy.plan_reservation(map(as_lot, rows), wanted, uow.now)
    available = sum(part.cents for part in parts)
    if available < wanted:
        raise NotEnoughCredit(
            f"Only {dollars(available)} of this person's credit is available, less than"
            f" {dollars(wanted)}. Take no more than that; what is reserved for lessons or frozen"
            " cannot be taken.",
            available_cents=available,
            wanted_cents=wanted,
        )
    ends = {row.id: row.expires_at for row in rows}
    return [
        AdjustedLot(lot_id=part.id, cents=-part.cents, expires_at=ends[part.id]) for part in parts
    ]


def _told(
    uow: Uow,
    command: AdjustCredit,
    rows: Sequence[CreditLot],
    lots: list[AdjustedLot],
    *,
    is_preview: bool,
) -> AdjustmentView:
    before = sum(policy.spendable(as_lot(row), uow.now) for row in rows)
    return AdjustmentView(
        user_id=command.user_id,
        cents=command.cents,
        available_before_cents=before,
        available_after_cents=before + command.cents,
        lots=lots,
        is_preview=is_preview,
    )


def _issue(uow: Uow, command: AdjustCredit, adjustment_id: str) -> str | None:
    return issue(
        uow,
        user_id=command.user_id,
        cents=command.cents,
        source=CreditSource.ADJUSTMENT,
        key=f"credits.adjust:{adjustment_id}",
        funded_by=EXPENSE,
        reference=f"adjustment:{adjustment_id}",
        note=command.note,
    )


def _take(
    uow: Uow,
    command: AdjustCredit,
    rows: Mapping[str, CreditLot],
    lots: Sequence[AdjustedLot],
    adjustment_id: str,
) -> None:
    for lot in lots:
        row = rows[lot.lot_id or ""]
        row.available_cents += lot.cents
        row.revoked_cents -= lot.cents
    ledger.post(
        uow,
        key=f"credits.adjust:{adjustment_id}",
        fact="credit_adjusted",
        reference=f"adjustment:{adjustment_id}",
        entries=[
            debit(AccountKind.CREDITS_LIABILITY, -command.cents, command.user_id),
            credit(EXPENSE.kind, -command.cents),
        ],
    )
