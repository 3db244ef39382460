"""When an event is tried again, when it is given up, and what of it can be stored. Pure."""

import re
from datetime import datetime, timedelta
from typing import Any, cast

from instainstru_core.domains.webhooks.types import WebhookState

FAILURES_BORNE = 3
"""An event that failed so often is a dead letter: it waits for somebody to look at it."""

LOSSES_BORNE = 5
"""So many workers may vanish over one event, lest it end them all."""

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
)
PATIENCE = timedelta(days=3)
"""How long an event waits for the provider or the database to come back."""

KEEP = timedelta(days=90)
"""How long an event is kept after it was received, once it is processed."""

REPLAYABLE = frozenset({WebhookState.PROCESSED, WebhookState.FAILED, WebhookState.DEAD})

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def next_due(
    *, attempts: int, failures: int, is_passing: bool, received_at: datetime, now: datetime
) -> datetime | None:
    """When an event that just failed is due again; None when it is given up.

    What will pass by itself, because somebody could not be reached, costs only patience.
    """
    if is_passing:
        wait = WAITS[min(attempts, len(WAITS)) - 1]
        return now + wait if now + wait <= received_at + PATIENCE else None
    return now + WAITS[failures - 1] if failures < FAILURES_BORNE else None


def may_replay(state: WebhookState) -> bool:
    """What is waiting for its first attempt or under way needs no replay."""
    return state in REPLAYABLE


def storable(value: object) -> Any:  # noqa: ANN401 - JSON comes and goes
    """The same value with what PostgreSQL cannot hold replaced: NUL and halves of characters."""
    match value:
        case str():
            return UNSTORABLE.sub(REPLACEMENT, value)
        case dict():
            entries = cast("dict[str, object]", value)
            return {storable(key): storable(item) for key, item in entries.items()}
        case list():
            return [storable(item) for item in cast("list[object]", value)]
        case _:
            return value
