"""Everything that stands in the provider's books, read through its API."""

import json
from typing import Any
from urllib.parse import urlencode

from devstack.simulation.world import KEY
from devstack.stripe_simulator.simulator import Simulator

Thing = dict[str, Any]
PAGE = 100


def listed(stripe: Simulator, kind: str, *, account: str | None = None) -> list[Thing]:
    """All objects of a kind, the newest first."""
    found: list[Thing] = []
    headers = {"Authorization": f"Bearer {KEY}"}
    if account is not None:
        headers["Stripe-Account"] = account
    asked: dict[str, object] = {"limit": PAGE}
    while True:
        answer = stripe.handle("GET", f"/v1/{kind}?{urlencode(asked)}", headers)
        page = json.loads(answer.body)
        found += page["data"]
        if not page["has_more"]:
            return found
        asked["starting_after"] = found[-1]["id"]


def reversals(transfers: list[Thing]) -> list[Thing]:
    """What was taken back of these transfers, each with what it belongs to."""
    return [one for transfer in transfers for one in transfer["reversals"]["data"]]


def command_of(thing: Thing) -> str | None:
    """The command of ours that made it."""
    found: str | None = thing["metadata"].get("command_id")
    return found
