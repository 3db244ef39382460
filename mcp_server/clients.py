"""Programs whose access was withdrawn: their tokens still verify, and must not count any more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from instainstru_core.domains.access import service as access
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Forbidden, Unavailable
from instainstru_core.runtime import Runtime

LASTS = timedelta(seconds=5)
"""How long a program that was found in order is believed to be, in each process."""

MOST = 1_000


class ClientWithdrawn(Forbidden):
    code = "access.client_withdrawn"


@dataclass(frozen=True, slots=True)
class Clients:
    """Which programs were in order, and when that was seen. A withdrawal is never remembered."""

    runtime: Runtime
    seen: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def require(self, actor: Actor) -> None:
        """Refuse with ClientWithdrawn a program that was disabled, or is past its end.

        While the database is away nobody is refused here: what needs it is refused by itself, and
        the rest is what staff find out with why it is away.
        """
        client_id, now = actor.id or "", self.runtime.clock()
        at = self.seen.get(client_id)
        if at is not None and at <= now < at + LASTS:
            return
        try:
            with self.runtime.begin(actor) as uow:
                is_withdrawn = access.is_withdrawn(uow, client_id)
        except Unavailable:
            return
        if is_withdrawn:
            self.seen.pop(client_id, None)
            raise ClientWithdrawn("This program may not use the copilot any more.")
        if len(self.seen) >= MOST:
            self.seen.clear()
        self.seen[client_id] = now
