"""The simulator: one entry for calls, and levers for what happens at Stripe by itself."""

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from threading import RLock
from typing import Literal
from urllib.parse import urlsplit

from devstack.stripe_simulator import (
    accounts,
    disputing,
    happenings,
    identity,
    loading,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
    transfers,
)
from devstack.stripe_simulator.answers import Answer, Request, headers_of, refused, replayed
from devstack.stripe_simulator.call import Call, Route
from devstack.stripe_simulator.cards import DECLINES, TEST_CARDS, Card
from devstack.stripe_simulator.errors import (
    SimulatedTimeout,
    StripeRefusal,
    broken,
    rate_limited,
    unauthorized,
)
from devstack.stripe_simulator.expanding import Expander
from devstack.stripe_simulator.faults import CallTrouble, Faults
from devstack.stripe_simulator.idempotency import Memory, Remembered
from devstack.stripe_simulator.mint import Mint
from devstack.stripe_simulator.params import Params, parse
from devstack.stripe_simulator.routing import Router
from devstack.stripe_simulator.starting import start
from devstack.stripe_simulator.values import API_VERSION, Json, snapshot, written
from devstack.stripe_simulator.world import Delivery, Origin, Secrets, World

_KEYS = ("sk_test_", "rk_test_")
_CONNECTED = (
    "account",
    "balance",
    "balance_transactions",
    "charges",
    "events",
    "payouts",
    "refunds",
)
_Moment = Literal["timeout_before", "timeout_after"]


class Simulator:
    """Stripe, in this process. Safe to share among threads: one call runs at a time."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        seed: str = "stripe",
        secrets: Secrets | None = None,
        faults: Faults | None = None,
        api_key: str | None = None,
        starting_balance: int = 0,
        link_base: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.faults = faults or Faults(seed)
        self._clock = clock
        self._sleep = sleep
        self._api_key = api_key
        self._router = Router()
        self._lock = RLock()
        self._starting_balance = starting_balance
        self._world = World(
            mint=Mint(seed),
            faults=self.faults,
            secrets=secrets or Secrets(),
        )
        if link_base is not None:  # hosted pages stand beside the API then
            self._world.link_base, self._world.verify_base = link_base, f"{link_base}/verify"
        self.forget()

    def forget(self) -> None:
        """Begin anew, as if nothing had ever happened; names given out are not given again."""
        with self._lock:
            self._memory = Memory()
            old = self._world
            self._world = World(
                mint=old.mint,
                faults=old.faults,
                secrets=old.secrets,
                link_base=old.link_base,
                verify_base=old.verify_base,
            )
            self._world.mint.forget()
            self._read_clock()
            start(self._world, self._starting_balance)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> Answer:
        """Answer one call, or raise `SimulatedTimeout` if its answer is lost."""
        method, parts = method.upper(), urlsplit(path)
        slow = self.faults.strikes("slow", method, parts.path)
        if slow is not None:
            self._sleep(slow.seconds)
        known = {name.lower(): value for name, value in headers.items()}
        with self._lock:
            self._read_clock()
            if not parts.path.endswith("/capture"):  # a capture finds out by itself
                self._happen()
            request_id = self._world.mint.new("req")
            try:
                self._authenticate(known.get("authorization"))
                text = "&".join(filter(None, (parts.query, body if method == "POST" else "")))
                request = Request(
                    method=method,
                    path=parts.path,
                    account=known.get("stripe-account"),
                    key=known.get("idempotency-key"),
                    version=known.get("stripe-version", API_VERSION),
                    params=parse(text),
                    request_id=request_id,
                )
            except StripeRefusal as refusal:
                return refused(refusal, request_id, API_VERSION)
            return self._serve(request)

    def take_webhooks(self) -> list[Delivery]:
        """The webhooks that are due, in the order in which they leave; each is given once."""
        with self._lock:
            self.tick()
            due = [one for one in self._world.outbox if one.due_at <= self._world.now]
            later = [one for one in self._world.outbox if one.due_at > self._world.now]
            self._world.outbox[:] = later
            return due

    def tick(self) -> None:
        """Let everything happen whose time has come, such as the end of holds."""
        with self._lock:
            self._read_clock()
            self._happen()

    def balance(self, account: str | None = None) -> int:
        """What the platform, or a connected account, has."""
        with self._lock:
            return self._world.space(account).balance

    def find(self, identifier: str, account: str | None = None) -> Json | None:
        """A copy of an object as it is now."""
        with self._lock:
            found = self._world.space(account).find(identifier)
            return None if found is None else snapshot(found)

    def complete_onboarding(self, account: str) -> Json:
        """The account's owner answers everything."""
        with self._acting() as world:
            return snapshot(accounts.complete_onboarding(world, account))

    def disable_account(self, account: str, reason: str = "requirements.past_due") -> Json:
        """Stripe stops an account."""
        with self._acting() as world:
            return snapshot(accounts.disable(world, account, reason))

    def complete_setup_intent(self, identifier: str, *, succeeds: bool = True) -> Json:
        """The payer proves who they are, or does not."""
        with self._acting() as world:
            return snapshot(setup_intents.complete(world, identifier, succeeds=succeeds))

    def complete_payment_intent(self, identifier: str, *, succeeds: bool = True) -> Json:
        """The payer proves who they are, or does not."""
        with self._acting() as world:
            return snapshot(payment_intents.complete(world, identifier, succeeds=succeeds))

    def open_dispute(
        self, charge: str, *, reason: str = "fraudulent", amount: int | None = None
    ) -> Json:
        """The payer contests a charge."""
        with self._acting() as world:
            contested = world.of("charge").get(charge)
            return snapshot(disputing.open_dispute(world, contested, reason, amount))

    def close_dispute(self, dispute: str, *, won: bool) -> Json:
        """The bank decides."""
        with self._acting() as world:
            contested = world.of("dispute").get(dispute, param="dispute")
            return snapshot(disputing.decide(world, contested, won=won))

    def refund_by_hand(
        self, charge: str, amount: int | None = None, *, reason: str | None = None
    ) -> Json:
        """Somebody refunds a charge in the dashboard, or a part of it."""
        with self._acting() as world:
            given = world.of("charge").get(charge)
            return snapshot(refunds.in_dashboard(world, given, amount, reason))

    def fail_refund(self, refund: str) -> Json:
        """The card's bank sends a refund back."""
        with self._acting() as world:
            return snapshot(refunds.fail(world, world.of("refund").get(refund)))

    def reverse_by_hand(self, transfer: str, amount: int | None = None) -> Json:
        """Somebody takes a transfer back in the dashboard, or a part of it."""
        with self._acting() as world:
            return snapshot(transfers.in_dashboard(world, transfer, amount))

    def verify_identity(self, session: str) -> Json:
        """A person proves who they are."""
        with self._acting() as world:
            return snapshot(identity.verify(world, session))

    def fail_identity(self, session: str, code: str = "document_unverified_other") -> Json:
        """A person could not prove who they are."""
        with self._acting() as world:
            return snapshot(identity.fail(world, session, code))

    def pay_out(self, account: str) -> Json:
        """It is an account's payout day: everything goes to its bank."""
        with self._acting() as world:
            return snapshot(payouts.pay_out_everything(world, account))

    def settle_payout(
        self, payout: str, account: str | None, *, failure_code: str | None = None
    ) -> Json:
        """A payout arrives, or comes back for a reason."""
        with self._acting() as world:
            found = world.space(account).of("payout").get(payout, param="payout")
            if failure_code is None:
                return snapshot(payouts.arrive(world, found, account))
            return snapshot(payouts.fail(world, found, account, failure_code))

    def load(self, lines: Iterable[str]) -> dict[str, int]:
        """Load objects in bulk, one JSON object a line; how many of each kind."""
        with self._acting() as world:
            return loading.load(world, lines)

    def return_url(self, token: str) -> str | None:
        """Where a hosted page sends its visitor afterwards."""
        with self._lock:
            return self._world.return_urls.get(token)

    def summary(self) -> Json:
        """How things stand."""
        with self._lock:
            self.tick()
            return {
                "balance": self.balance(),
                "counts": dict(self._world.counts()),
                "now": self._world.now,
                "webhooks_waiting": len(self._world.outbox),
            }

    def change_card(
        self,
        payment_method: str,
        *,
        like: str | None = None,
        decline: str | None = None,
        hold_seconds: int | None = None,
    ) -> None:
        """From now on a card behaves like a test card, declines by a code, or holds as long."""
        with self._acting() as world:
            world.of("payment_method").get(payment_method)
            card: Card = TEST_CARDS[like] if like is not None else world.cards[payment_method]
            if decline is not None:
                card = replace(card, decline=DECLINES[decline])
            if hold_seconds is not None:
                card = replace(card, hold_seconds=hold_seconds)
            world.cards[payment_method] = card

    @contextmanager
    def _acting(self) -> Generator[World]:
        """Something happens at Stripe that no call asked for."""
        with self._lock:
            self.tick()
            self._world.origin = Origin()
            yield self._world

    def _read_clock(self) -> None:
        self._world.now = int(self._clock().timestamp())

    def _happen(self) -> None:
        """Everything that was to happen until now, each at its own time."""
        until = self._world.now
        while (due := self._world.take_due()) is not None:
            at, identifier, account = due
            self._world.now, self._world.origin = at, Origin()
            happenings.happen(self._world, identifier, account)
            self._world.now = until

    def _authenticate(self, header: str | None) -> None:
        scheme, _, key = (header or "").partition(" ")
        if scheme != "Bearer" or not key:
            raise unauthorized(None)
        if not key.startswith(_KEYS) or self._api_key not in {None, key}:
            raise unauthorized(key)

    def _serve(self, request: Request) -> Answer:
        """Go through trouble, memory and execution, in this order."""
        self._lose("timeout_before", request)
        try:
            self._trouble(request)
            route, ids = self._router.find(request.method, request.path)
            call = self._call(request, ids)
            slot = request.slot
            known = (
                self._memory.recall(slot, request.path, request.params, self._world.now)
                if slot is not None
                else None
            )
            answer = replayed(request, known) if known else self._execute(request, route, call)
        except StripeRefusal as refusal:
            return refused(refusal, request.request_id, request.version)
        self._lose("timeout_after", request)
        return answer

    def _execute(self, request: Request, route: Route, call: Call) -> Answer:
        """Run the handler and remember its answer, a refusal as well as a success."""
        self._world.origin = Origin(request.request_id, request.key)
        try:
            stranger = call.params.unknown(route.takes)
            if stranger is not None:
                raise stranger
            answer = route.handler(call)
            expanded = Expander(self._world, request.account).expand(
                answer, call.params.words("expand")
            )
            if self._strikes("error_after", request):
                raise broken()
            status, body = 200, written(expanded)
        except StripeRefusal as refusal:
            if not refusal.executed:
                raise
            status, body = refusal.status, written(refusal.body(request.request_id))
        slot = request.slot
        if slot is not None:
            self._memory.keep(
                slot, Remembered(self._world.now, request.path, request.params, status, body)
            )
        return Answer(status, headers_of(request, status), body)

    def _call(self, request: Request, ids: tuple[str, ...]) -> Call:
        if request.account is not None:
            self._world.space(request.account)
            kind = request.path.split("/")[2]
            if kind not in _CONNECTED or (request.method == "POST" and kind != "payouts"):
                raise StripeRefusal(
                    f"{request.method} {request.path} is not simulated for connected accounts.",
                    status=HTTPStatus.NOT_IMPLEMENTED,
                    executed=False,
                )
        return Call(self._world, Params(request.params), request.path, ids, request.account)

    def _trouble(self, request: Request) -> None:
        if self._strikes("rate_limit", request):
            raise rate_limited()
        if self._strikes("error_before", request):
            raise broken()

    def _lose(self, moment: _Moment, request: Request) -> None:
        if self._strikes(moment, request):
            raise SimulatedTimeout(f"{moment}: {request.method} {request.path}")

    def _strikes(self, trouble: CallTrouble, request: Request) -> bool:
        return self.faults.strikes(trouble, request.method, request.path) is not None
