"""Events as vendors tell them."""

from datetime import datetime
from typing import Any

from instainstru_core.domains.webhooks import service
from instainstru_core.domains.webhooks.types import Inbound
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow


def inbound(happened_at: datetime, **changes: Any) -> Inbound:
    """A payout of a connected account that has arrived; `changes` are fields."""
    told: dict[str, Any] = {
        "source": "stripe",
        "event_id": f"evt_{new_id()}",
        "kind": "payout.paid",
        "account_id": "acct_1",
        "happened_at": happened_at,
        **changes,
    }
    told.setdefault(
        "payload",
        {
            "id": told["event_id"],
            "object": "event",
            "type": told["kind"],
            "account": told["account_id"],
            "data": {"object": {"id": "po_1", "object": "payout"}},
        },
    )
    return Inbound(**told)


def received(uow: Uow, **changes: Any) -> str:
    """An event that is stored and waits. Returns our id."""
    return service.receive(uow, inbound(uow.now, **changes)).id
