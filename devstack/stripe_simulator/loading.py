"""Bulk load: customers, cards, accounts and payments that happened before; announces nothing."""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable

from devstack.stripe_simulator import (
    accounts,
    charging,
    connect_shapes,
    disputing,
    identity,
    payment_methods,
    refunds,
    shapes,
    transfers,
)
from devstack.stripe_simulator.cards import TEST_CARDS
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import World

_PREFIXES = {
    "customer": "cus",
    "payment_method": "pm",
    "account": "acct",
    "payment_intent": "pi",
    "transfer": "tr",
    "verification_session": "vs",
}
_Loader = Callable[[World, str, Json], None]


def load(world: World, lines: Iterable[str]) -> dict[str, int]:
    """Make one object of each line; later lines may name what earlier ones made."""
    now, loaded = world.now, Counter[str]()
    world.quiet = True
    collects = gc.isenabled()
    gc.disable()  # nothing of a load is garbage, and looking for it takes longer than the load
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                loaded[_load(world, line, number, now)] += 1
    finally:
        if collects:
            gc.enable()
        world.quiet, world.now = False, now
    return dict(loaded)


def _load(world: World, line: str, number: int, now: int) -> str:
    """Make the object of one line, as of when it was created."""
    try:
        given: Json = json.loads(line)
        kind = str(given["object"])
        loader, prefix = _LOADERS[kind], _PREFIXES[kind]
        identifier = str(given.get("id") or world.mint.new(prefix))
        if world.of(kind).find(identifier) is not None:
            raise ValueError(f"{identifier} is there already")  # noqa: TRY301
        world.now = int(given.get("created", now))
        loader(world, identifier, given)
    except (KeyError, ValueError, TypeError, StripeRefusal) as problem:
        raise StripeRefusal(f"Line {number}: {problem!r}", executed=False) from problem
    return kind


def _customer(world: World, identifier: str, given: Json) -> None:
    customer = shapes.customer(identifier, world.now)
    for name in ("description", "email", "name", "phone", "metadata"):
        if name in given:
            customer[name] = given[name]
    world.of("customer").add(customer)


def _payment_method(world: World, identifier: str, given: Json) -> None:
    method = payment_methods.make(world, TEST_CARDS[given.get("card", "pm_card_visa")], identifier)
    owner = given.get("customer")
    if owner is not None:
        world.of("customer").get(owner)
        world.authenticated.add(identifier)
    if given.get("detached"):
        world.used_once.add(identifier)
    method.update(customer=owner, metadata=given.get("metadata", {}))


def _account(world: World, identifier: str, given: Json) -> None:
    account = connect_shapes.account(identifier, world.now)
    account.update(
        capabilities={"transfers": "inactive"},
        email=given.get("email"),
        metadata=given.get("metadata", {}),
    )
    if "weekly_anchor" in given:
        account["settings"]["payouts"]["schedule"].update(
            interval="weekly",
            weekly_anchor=given["weekly_anchor"],
            weekly_payout_days=[given["weekly_anchor"]],
        )
    world.of("account").add(account)
    if given.get("onboarded", True):
        accounts.complete_onboarding(world, identifier)
    if given.get("disabled_reason") is not None:
        accounts.disable(world, identifier, given["disabled_reason"])


def _verification_session(world: World, identifier: str, given: Json) -> None:
    """A check of somebody's identity that succeeded, or still waits for the person."""
    secret = f"{identifier}_secret_{world.mint.token('secret')}"
    session = connect_shapes.verification_session(identifier, world.now, secret)
    session.update(metadata=given.get("metadata", {}), type="document")
    world.of("verification_session").add(session)
    if given.get("verified", True):
        identity.verify(world, identifier)


def _payment_intent(world: World, identifier: str, given: Json) -> None:
    """An intent that was authorized, captured or canceled, with what followed from it."""
    created, status = world.now, given.get("status", "succeeded")
    if status not in {"requires_capture", "succeeded", "canceled"}:
        raise ValueError(f"Intents with a status of {status} are not loaded")
    secret = f"{identifier}_secret_{world.mint.token('secret')}"
    intent = shapes.payment_intent(identifier, created, secret, int(given["amount"]))
    method = world.of("payment_method").get(given["payment_method"])
    intent.update(
        capture_method="manual",
        customer=method["customer"],
        description=given.get("description"),
        metadata=given.get("metadata", {}),
        payment_method=method["id"],
        transfer_group=given.get("transfer_group"),
    )
    world.of("payment_intent").add(intent)
    if "charge" in given:
        world.mint.give("ch", given["charge"])
    absent = bool(given.get("off_session", True))
    charging.authorize(world, intent, method, absent=absent, authenticated=False)
    if status == "canceled":
        world.now = int(given.get("canceled_at", created))
        charging.cancel(world, intent, given.get("cancellation_reason"))
    elif status == "requires_capture" and "capture_before" in given:
        _hold_until(world, intent, int(given["capture_before"]))
    elif status == "succeeded":
        world.now = int(given.get("captured_at", created))
        charging.capture(world, intent, int(given.get("amount_captured") or given["amount"]))
        _afterwards(world, intent, given)


def _hold_until(world: World, intent: Json, until: int) -> None:
    charge = world.of("charge").get(intent["latest_charge"])
    charge["payment_method_details"]["card"]["capture_before"] = until
    world.schedule(until, intent["id"])


def _afterwards(world: World, intent: Json, given: Json) -> None:
    """Transfers, refunds and disputes of a captured intent."""
    charge = world.of("charge").get(intent["latest_charge"])
    captured_at = world.now
    for one in given.get("transfers", ()):
        world.now = int(one.get("created", captured_at))
        group = one.get("transfer_group", intent["transfer_group"])
        _send(world, one, source=str(charge["id"]), group=group)
    for one in given.get("refunds", ()):
        world.now = int(one.get("created", captured_at))
        if "id" in one:
            world.mint.give("re", one["id"])
        refund = refunds.give_back(world, charge, int(one["amount"]), one.get("reason"))
        refund["metadata"] = one.get("metadata", {})
    for one in given.get("disputes", ()):
        world.now = int(one.get("created", captured_at))
        if "id" in one:
            world.mint.give("dp", one["id"])
        reason = one.get("reason", "fraudulent")
        dispute = disputing.open_dispute(world, charge, reason, one.get("amount"))
        if "won" in one:
            world.now = int(one.get("closed_at", world.now))
            disputing.decide(world, dispute, won=bool(one["won"]))


def _transfer(world: World, identifier: str, given: Json) -> None:
    """A transfer out of the platform's balance."""
    _send(world, {**given, "id": identifier}, source=None, group=given.get("transfer_group"))


def _send(world: World, given: Json, *, source: str | None, group: str | None) -> None:
    """A transfer, and what was taken back of it."""
    if "id" in given:
        world.mint.give("tr", given["id"])
    world.of("account").get(given["destination"])
    transfer = transfers.send(world, int(given["amount"]), given["destination"], source)
    transfer.update(metadata=given.get("metadata", {}), transfer_group=group)
    for one in given.get("reversals", ()):
        world.now = int(one.get("created", world.now))
        if "id" in one:
            world.mint.give("trr", one["id"])
        reversal = transfers.take_back(world, transfer, int(one["amount"]))
        reversal["metadata"] = one.get("metadata", {})


_LOADERS: dict[str, _Loader] = {
    "account": _account,
    "customer": _customer,
    "payment_intent": _payment_intent,
    "payment_method": _payment_method,
    "transfer": _transfer,
    "verification_session": _verification_session,
}
