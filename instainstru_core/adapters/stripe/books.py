"""What Stripe writes in its books about us: disputes, and every movement of the balance."""

from datetime import datetime
from typing import TYPE_CHECKING

from instainstru_core.adapters.stripe import reading
from instainstru_core.adapters.stripe.caller import Part
from instainstru_core.domains.payments.types import BalanceChanges, Disputes, DisputeSeen

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams, DisputeListParams

PAGE = 100


class StripeBooks(Part):
    """The rest of the port's MoneyGateway."""

    def dispute(self, dispute_id: str) -> DisputeSeen:
        return self._caller.ask(
            "dispute", lambda client: client.v1.disputes.retrieve(dispute_id), reading.dispute
        )

    def disputes(self, *, since: datetime, until: datetime, cursor: str | None) -> Disputes:
        wanted: DisputeListParams = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": PAGE,
        }
        if cursor is not None:
            wanted["starting_after"] = cursor
        return self._caller.ask(
            "disputes", lambda client: client.v1.disputes.list(wanted), reading.disputes
        )

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
        return self._caller.ask(
            "balance_changes",
            lambda client: client.v1.balance_transactions.list(wanted),
            reading.balance_changes,
        )
