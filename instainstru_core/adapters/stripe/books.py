"""What Stripe writes in its books about us: disputes, and every movement of the balance."""

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from instainstru_core.adapters.stripe import reading
from instainstru_core.adapters.stripe.caller import Part
from instainstru_core.domains.payments.types import BalanceChanges, Disputes, DisputeSeen

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams, DisputeListParams

DISPUTES = "/v1/disputes"
MOVEMENTS = "/v1/balance_transactions"
PAGE = 100


class StripeBooks(Part):
    """The rest of the port's MoneyGateway."""

    def dispute(self, dispute_id: str) -> DisputeSeen:
        path = f"{DISPUTES}/{quote(dispute_id, safe='')}"
        return self._caller.look("dispute", path, {}, read=reading.dispute)

    def disputes(self, *, since: datetime, until: datetime, cursor: str | None) -> Disputes:
        wanted: DisputeListParams = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": PAGE,
        }
        if cursor is not None:
            wanted["starting_after"] = cursor
        return self._caller.look("disputes", DISPUTES, wanted, read=reading.disputes)

    def balance_changes(
        self, *, since: datetime, until: datetime, cursor: str | None
    ) -> BalanceChanges:
        """A page of what happened from `since` to before `until`, the newest first."""
        wanted: BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": PAGE,
        }
        if cursor is not None:
            wanted["starting_after"] = cursor
        return self._caller.look("balance_changes", MOVEMENTS, wanted, read=reading.balance_changes)
