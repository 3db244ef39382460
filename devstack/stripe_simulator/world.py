"""All that the simulator knows: objects per account, what is due, and what was announced."""

import hashlib
import heapq
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from devstack.stripe_simulator.cards import Card
from devstack.stripe_simulator.collection import Collection
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.faults import Faults
from devstack.stripe_simulator.mint import Mint
from devstack.stripe_simulator.values import API_VERSION, Json, snapshot, written

Target = Literal["platform", "connect"]
PREFIXES = {
    "cus": "customer",
    "pm": "payment_method",
    "seti": "setup_intent",
    "pi": "payment_intent",
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "tr": "transfer",
    "trr": "transfer_reversal",
    "acct": "account",
    "po": "payout",
    "txn": "balance_transaction",
    "dp": "dispute",
    "evt": "event",
    "vs": "verification_session",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What webhooks are signed with: events of the platform and of connected accounts."""

    platform: str = "whsec_platform"
    connect: str = "whsec_connect"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook that is to be sent; `due_at` is Unix time on the simulator's clock."""

    event: Json
    body: str
    target: Target
    secret: str
    due_at: float

    def headers(self, timestamp: int) -> dict[str, str]:
        """The headers that Stripe sends, signed as of this moment."""
        signed = f"{timestamp}.{self.body}".encode()
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": f"t={timestamp},v1={digest}",
        }


class Space:
    """What belongs to one account: the platform, or a connected account."""

    def __init__(self) -> None:
        self._collections = {kind: Collection(kind) for kind in set(PREFIXES.values())}
        self.balance = 0

    def of(self, kind: str) -> Collection:
        """All objects of a kind."""
        return self._collections[kind]

    def find(self, identifier: str) -> Json | None:
        """Any object, by its prefix."""
        kind = PREFIXES.get(identifier.partition("_")[0])
        return self._collections[kind].find(identifier) if kind is not None else None


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that caused an event."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class World:
    """The state of everything, at one moment."""

    mint: Mint
    faults: Faults
    secrets: Secrets
    now: int = 0
    origin: Origin = field(default_factory=Origin)
    quiet: bool = False  # a bulk load announces nothing
    link_base: str = "https://connect.stripe.com"
    verify_base: str = "https://verify.stripe.com"
    return_urls: dict[str, str] = field(default_factory=dict[str, str])  # after a hosted page
    platform_id: str = "acct_platform"
    cards: dict[str, Card] = field(default_factory=dict[str, Card])
    used_once: set[str] = field(default_factory=set[str])  # methods spent or detached
    authenticated: set[str] = field(default_factory=set[str])  # methods set up for later use
    absent: dict[str, bool] = field(default_factory=dict[str, bool])  # intent: payer not there
    sourced: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    outbox: list[Delivery] = field(default_factory=list[Delivery])
    _spaces: dict[str | None, Space] = field(default_factory=dict[str | None, Space])
    _due: list[tuple[int, int, str, str | None]] = field(
        default_factory=list[tuple[int, int, str, str | None]]
    )
    _scheduled: int = 0

    def space(self, account: str | None = None) -> Space:
        """What belongs to the platform, or to this connected account."""
        found = self._spaces.get(account)
        if found is None:
            if account is not None and self.space().of("account").find(account) is None:
                raise _no_access(account)
            found = self._spaces.setdefault(account, Space())
        return found

    def of(self, kind: str) -> Collection:
        """The platform's objects of a kind."""
        return self.space().of(kind)

    def emit(
        self, kind: str, thing: Json, *, account: str | None = None, before: Json | None = None
    ) -> None:
        """Announce what happened, to whom it concerns."""
        if self.quiet:
            return
        data: Json = {"object": snapshot(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event: Json = {
            "id": self.mint.new("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {
                "id": self.origin.request_id,
                "idempotency_key": self.origin.idempotency_key,
            },
            "type": kind,
        }
        if account is not None:
            event["account"] = account
        self.space(account).of("event").add(event)
        self._send(event, account)

    def schedule(self, at: int, identifier: str, account: str | None = None) -> None:
        """Have something happen to an object when its time has come."""
        self._scheduled += 1
        heapq.heappush(self._due, (at, self._scheduled, identifier, account))

    def take_due(self) -> tuple[int, str, str | None] | None:
        """The next thing whose time has come, and when that was."""
        if not self._due or self._due[0][0] > self.now:
            return None
        at, _, identifier, account = heapq.heappop(self._due)
        return at, identifier, account

    def counts(self) -> Mapping[str, int]:
        """How many objects of each kind the platform has."""
        return {kind: len(self.of(kind)) for kind in sorted(set(PREFIXES.values()))}

    def _send(self, event: Json, account: str | None) -> None:
        """Put the webhook in the outbox, unless trouble is in its way."""
        kind = str(event["type"])
        if self.faults.strikes_event("drop_webhook", kind) is not None:
            return
        delayed = self.faults.strikes_event("delay_webhook", kind)
        repeated = self.faults.strikes_event("duplicate_webhook", kind)
        self.outbox.extend(
            [delivery(self, event, account, delayed.seconds if delayed else 0.0)]
            * (1 if repeated is None else 2)
        )
        if self.faults.strikes_event("reorder_webhooks", kind) is not None:
            self.outbox[:] = self.faults.shuffled(self.outbox)


def delivery(world: World, event: Json, account: str | None, delay: float = 0.0) -> Delivery:
    """The webhook of an event, for whoever listens to such events."""
    from_platform = account is None
    return Delivery(
        event=event,
        body=written(event),
        target="platform" if from_platform else "connect",
        secret=world.secrets.platform if from_platform else world.secrets.connect,
        due_at=world.now + delay,
    )


def _no_access(account: str) -> StripeRefusal:
    return StripeRefusal(
        f"The provided key does not have access to account '{account}' (or that account does"
        " not exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
        executed=False,
    )
