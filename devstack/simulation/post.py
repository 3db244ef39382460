"""The provider's events on their way: lost, repeated, late, out of order, processed.

The provider sends an event again until it is taken, for three days. Any may be lost for good, those
about disputes too: the jobs that ask the provider find what they would have told.
"""

from collections.abc import Callable
from datetime import timedelta

from devstack.simulation.stage import Stage
from devstack.stripe_simulator.world import Delivery
from instainstru_core.domains.bookings.flows import Cashier
from instainstru_core.domains.webhooks import service
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import ANONYMOUS, Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.wiring import WEBHOOK_HANDLERS, WebhookHandler
from worker.jobs import Desk
from worker.tasks import webhooks

DISPUTES = "charge.dispute."
COMMON = ("charge.", "payment_intent.")
THINNED = 0.8
"""So many of the common ones never come, which leaves time for more lessons."""
AGAIN_HOURS = (1, 60)
SENT_AGAIN = 0.3
"""So many of the lost ones come when the provider sends them again."""


class Post:
    """Carries events from the provider to the webhook endpoint, and has them processed."""

    def __init__(self, stage: Stage) -> None:
        self.on_dispute: Callable[[str], None] = lambda _: None
        self.on_refund: Callable[[str], None] = lambda _: None
        self._stage = stage
        self._handlers = {
            kind: self._watched(kind, handler) for kind, handler in WEBHOOK_HANDLERS.items()
        }

    def collect(self) -> None:
        """Take what the provider has sent, and decide when each reaches us."""
        for one in self._stage.stripe.take_webhooks():
            if one.event["type"] == "charge.dispute.created":
                self.on_dispute(str(one.event["data"]["object"]["id"]))
            if one.event["type"] == "refund.created":
                self.on_refund(str(one.event["data"]["object"]["id"]))
            if one.event["type"] in self._handlers:
                self._send(one)

    def process(self, desk: Desk) -> None:
        """The job."""
        webhooks.process(desk, self._handlers)

    def _send(self, one: Delivery) -> None:
        stage, chances = self._stage, self._stage.mischief.chances
        kind = str(one.event["type"])
        is_common = kind.startswith(COMMON) and not kind.startswith(DISPUTES)
        if is_common and stage.chance(THINNED):
            return
        seconds = 0.0
        if stage.mischief.strikes(chances.webhook_lost):
            stage.trace.count("webhook lost")
            if not stage.mischief.strikes(SENT_AGAIN):
                stage.trace.note("lost", kind, one.event["id"])
                return
            seconds += stage.mischief.dice.uniform(*AGAIN_HOURS) * 3600
        if stage.mischief.strikes(chances.webhook_late):
            stage.trace.count("webhook late")
            seconds += stage.mischief.dice.choice([2, 40, 400, 5_000, 40_000])
        copies = 1
        if stage.mischief.strikes(chances.webhook_repeated):
            stage.trace.count("webhook repeated")
            copies = 2
        for number in range(copies):
            delay = timedelta(seconds=seconds + number * 7)
            stage.plan(stage.clock.now + delay, "webhook", lambda: self._deliver(one), repeats=True)

    def _deliver(self, one: Delivery) -> None:
        """As the endpoint does it: check, store, answer."""
        runtime = self._stage.runtime
        headers = one.headers(int(self._stage.clock.now.timestamp()))
        inbound = runtime.webhook_parser.parse(one.body.encode(), headers["Stripe-Signature"])
        with runtime.begin(ANONYMOUS) as uow:
            told = service.receive(uow, inbound)
        again = "again" if told.is_duplicate else ""
        self._stage.trace.note("received", inbound.kind, inbound.event_id, again)

    def _watched(self, kind: str, handler: WebhookHandler) -> WebhookHandler:
        """The handler, with every failure that is not a refusal told."""

        def handle(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
            try:
                handler(cashier, actor, event)
            except Refusal as refusal:
                self._stage.trace.note("webhook", kind, event.event_id, "refused", refusal.code)
                raise
            except Exception as failure:
                self._stage.broke(f"webhook {kind} {event.event_id}", failure)
                raise
            self._stage.trace.note("webhook", kind, event.event_id, "handled")

        return handle
