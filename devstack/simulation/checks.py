"""What must be true of every marketplace when everything has come to rest."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from devstack.simulation import provider
from devstack.simulation.facts import Facts, Row
from devstack.simulation.provider import Thing
from devstack.stripe_simulator.simulator import Simulator

STARTING_BALANCE = 10_000_000
EXPECTED_REVIEWS = frozenset({"capture_failed_for_72_hours"})
"""Reasons for which people may still have to look at a settled lesson: its student owes."""
GONE_PAYOUTS = frozenset({"failed", "canceled"})
USED = frozenset({"consumed", "forfeited"})
MILESTONES = frozenset({"milestone_5", "milestone_11"})
EFFECTIVE = frozenset({"requires_capture", "succeeded"})
RESTING = frozenset({"COMPLETED", "CANCELLED", "PAYMENT_FAILED", "NO_SHOW"})


def books(facts: Facts, stripe: Simulator) -> Iterator[str]:
    """The ledger balances, and says the same as the provider and as the wallets."""
    for row in facts.unbalanced:
        yield f"journal {row['journal_id']} is off by {row['sum']}"
    if off := sum(facts.by_account.values()):
        yield f"the trial balance is off by {off}"
    ours, theirs = facts.total("stripe_clearing"), stripe.balance() - STARTING_BALANCE
    if ours != theirs:
        yield f"the ledger has {ours} at the provider, the provider {theirs}"
    fees = sum(
        int(line["fee"])
        for line in provider.listed(stripe, "balance_transactions")
        if line["type"] in {"charge", "payment"}
    )
    if fees != facts.total("stripe_fees"):
        yield f"the ledger has fees of {facts.total('stripe_fees')}, the provider {fees}"
    yield from _pots(facts)
    yield from _wallets(facts)
    yield from _debts(facts)
    yield from _payees(facts, stripe)


def _pots(facts: Facts) -> Iterator[str]:
    for owner, cents in facts.balances("held").items():
        if cents:
            yield f"the pot of {owner} still holds {-cents}"


def _wallets(facts: Facts) -> Iterator[str]:
    wallets: Counter[str] = Counter()
    reserved = Counter[str]()
    for lot in facts.of("credit_lots"):
        wallets[lot["user_id"]] += lot["available_cents"] + lot["reserved_cents"]
        reserved[lot["user_id"]] += lot["reserved_cents"]
    for user, cents in reserved.items():
        if cents:
            yield f"{cents} of the credit of {user} are reserved for nothing any more"
    for lot in facts.of("credit_lots"):
        if lot["frozen_at"] is not None:
            yield f"credit {lot['id']} of {lot['reference']} is still frozen"
    owed = facts.balances("credits_liability")
    for user in sorted({*wallets, *owed}):
        if wallets[user] != -owed.get(user, 0):
            yield f"{user} has {wallets[user]} of credit, the ledger owes {-owed.get(user, 0)}"


def _debts(facts: Facts) -> Iterator[str]:
    claimed: Counter[str] = Counter()
    for row in facts.of("lesson_money"):
        claimed[row["student_id"]] += row["debt_cents"]
        if row["debt_cents"] < 0:
            yield f"lesson {row['chain_id']} has a debt of {row['debt_cents']}"
    for row in facts.of("credit_top_ups"):
        claimed[row["user_id"]] += row["debt_cents"]
    owed = facts.balances("student_debt")
    for user in sorted({*claimed, *owed}):
        if claimed[user] != owed.get(user, 0) or owed.get(user, 0) < 0:
            yield f"{user} owes {claimed[user]} for lessons, {owed.get(user, 0)} by the ledger"


def _payees(facts: Facts, stripe: Simulator) -> Iterator[str]:
    sent: Counter[str] = Counter()
    for row in facts.of("transfers"):
        sent[row["instructor_id"]] += row["cents"] - row["reversed_cents"]
    for row in facts.of("connect_accounts"):
        account = row["vendor_id"]
        paid_out = sum(
            int(payout["amount"])
            for payout in provider.listed(stripe, "payouts", account=account)
            if payout["status"] not in GONE_PAYOUTS
        )
        has = stripe.balance(account) + paid_out
        if sent[row["instructor_id"]] != has:
            yield f"{row['instructor_id']} was sent {sent[row['instructor_id']]} and has {has}"
    for kind in ("instructor_payable", "tips_payable"):
        for owner, cents in facts.balances(kind).items():
            if cents:
                yield f"{kind} of {owner} is {-cents}"


def commands(facts: Facts, stripe: Simulator) -> Iterator[str]:
    """Each confirmed command had its effect once, and nothing was done without one."""
    rows = {row["id"]: row for row in facts.of("payment_commands")}
    for row in rows.values():
        if row["state"] not in {"confirmed", "failed"}:
            yield f"command {row['id']} ({row['action']} of {row['reference']}) is {row['state']}"
    transfers = provider.listed(stripe, "transfers")
    outside = facts.outside()
    made: dict[str, list[Thing]] = {
        "refund": _but(outside, provider.listed(stripe, "refunds")),
        "transfer": transfers,
        "reverse": _but(outside, provider.reversals(transfers)),
    }
    for action, things in made.items():
        yield from _matched(rows, action, things)
    yield from _charged(facts, rows, provider.listed(stripe, "payment_intents"))


def _but(known: frozenset[str], things: list[Thing]) -> list[Thing]:
    return [one for one in things if one["id"] not in known]


def _matched(rows: dict[str, Row], action: str, things: list[Thing]) -> Iterator[str]:
    count: Counter[str | None] = Counter(provider.command_of(thing) for thing in things)
    for thing in things:
        row = rows.get(provider.command_of(thing) or "")
        if row is None or row["action"] != action or row["state"] != "confirmed":
            yield f"{thing['id']} is an orphan: its command is {row and row['state']}"
        elif row["request"]["cents"] != thing["amount"]:
            yield f"{thing['id']} is of {thing['amount']}, its command {row['request']['cents']}"
    for row in rows.values():
        if row["action"] == action and row["state"] == "confirmed" and count[row["id"]] != 1:
            yield f"command {row['id']} ({action}) had {count[row['id']]} effects"


def _charged(facts: Facts, rows: dict[str, Row], intents: list[Thing]) -> Iterator[str]:
    """Holds and captures: an intent for each, at most one for a command."""
    charges = {row["intent_id"]: row for row in facts.of("charges")}
    for one in intents:
        if one["status"] in EFFECTIVE:
            row = rows.get(provider.command_of(one) or "")
            yield from _held(one, row, charges.get(one["id"]))
    made = Counter(provider.command_of(one) for one in intents)
    yield from (f"command {name} made {times} intents" for name, times in made.items() if times > 1)
    for charge in charges.values():
        if charge["state"] == "held":
            yield f"charge {charge['id']} of {charge['reference']} is still held"
    captured = Counter(
        row["request"]["intent_id"]
        for row in rows.values()
        if row["action"] == "capture" and row["state"] == "confirmed"
    )
    for intent_id, times in captured.items():
        if times != 1:
            yield f"{intent_id} was captured by {times} commands"


def _held(intent: Thing, row: Row | None, charge: Row | None) -> Iterator[str]:
    """One amount that is held or was taken."""
    name, state = intent["id"], row and row["state"]
    if state != "confirmed" or charge is None:
        yield f"{name} ({intent['status']}) is an orphan: its command is {state}"
    elif charge["captured_cents"] != intent["amount_received"]:
        yield f"{name} took {intent['amount_received']}, we know {charge['captured_cents']}"
    if intent["status"] == "requires_capture":
        yield f"{name} still holds {intent['amount']} of {row and row['reference']}"


def lessons(facts: Facts, stripe: Simulator) -> Iterator[str]:
    """Every lesson came to its end, and each of its cents is where it belongs."""
    bookings = {row["id"]: row for row in facts.of("bookings")}
    seen = Seen(facts, stripe)
    for row in facts.of("lesson_money"):
        name = f"lesson {row['chain_id']}"
        of_money = seen.identity(row, bookings[row["booking_id"]])
        for words in (*_stuck(row), *of_money):
            yield f"{name}: {words}"
    yield from _open_ends(facts, bookings)
    yield from _contested(facts, stripe)


def _contested(facts: Facts, stripe: Simulator) -> Iterator[str]:
    """Each dispute is known, and stands with us as it stands at the bank, events or not."""
    known = {row["vendor_id"]: row for row in facts.of("chargebacks")}
    for dispute in provider.listed(stripe, "disputes"):
        name, row = dispute["id"], known.get(dispute["id"])
        if row is None:
            yield f"dispute {name} of {dispute['charge']} was never heard of"
            continue
        withdrawn = -sum(int(line["amount"]) for line in dispute["balance_transactions"])
        if (row["state"], row["withdrawn_cents"]) != (dispute["status"], withdrawn):
            yield (
                f"dispute {name} is {dispute['status']} with {withdrawn} withdrawn, for us"
                f" {row['state']} with {row['withdrawn_cents']}"
            )
        if row["ask_at"] is not None:
            yield f"dispute {name} is still to be asked about at {row['ask_at']}"


def _open_ends(facts: Facts, bookings: dict[str, Row]) -> Iterator[str]:
    """What waits for something that does not come any more."""
    for booking in bookings.values():
        if booking["status"] not in RESTING:
            yield f"lesson {booking['chain_id']}: booking {booking['id']} is {booking['status']}"
    for report in facts.of("no_show_reports"):
        if report["resolution"] is None:
            chain_id = bookings[report["booking_id"]]["chain_id"]
            yield f"lesson {chain_id}: the report about it was never resolved"
    for tip in facts.of("tips"):
        if tip["state"] not in {"succeeded", "failed"}:
            yield f"tip {tip['id']} is {tip['state']}"
    for event in facts.of("webhook_events"):
        if event["state"] != "processed":
            yield f"webhook {event['event_id']} ({event['kind']}) is {event['state']}"


def _stuck(row: Row) -> Iterator[str]:
    if row["settled_at"] is None:
        yield f"not settled; ending {row['ending']}, due {row['due_kind']} at {row['due_at']}"
    elif row["due_at"] is not None:
        yield f"settled, and due for {row['due_kind']} at {row['due_at']}"
    if row["is_blocked"]:
        yield f"its money is stopped: {row['review_reason']}"
    if row["review_since"] is not None and row["review_reason"] not in EXPECTED_REVIEWS:
        yield f"people still have to look at it: {row['review_reason']}"
    for part in ("stale_charge_id", "moving_to_id"):
        if row[part] is not None:
            yield f"{part} is {row[part]}"
    if row["is_disputed"]:
        yield "a dispute is open"
    given = row["refunded_cents"] + row["refund_settled_cents"]
    if given != row["refund_due_cents"]:
        yield f"{row['refund_due_cents']} are to be refunded, {given} are refunded or settled"


class Seen:
    """What the provider has for each lesson, from its own books."""

    def __init__(self, facts: Facts, stripe: Simulator) -> None:
        self._facts = facts
        self._captured: Counter[str] = Counter()
        self._refunded: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()
        self._withdrawn: Counter[str] = Counter()
        self._fees: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._issued: Counter[str] = Counter()
        self._known_refunds: Counter[str] = Counter()
        self._count_credit(facts)
        of_charge = {row["id"]: row["reference"] for row in facts.of("charges")}
        for row in facts.of("refunds"):
            if row["failed_at"] is None:
                self._known_refunds[of_charge[row["charge_id"]]] += row["cents"]
        lessons_of: dict[str, str] = {}
        for charge in provider.listed(stripe, "charges"):
            group = str(charge["transfer_group"] or "")
            lessons_of[charge["id"]] = group
            self._captured[group] += int(charge["amount_captured"]) if charge["captured"] else 0
        for refund in provider.listed(stripe, "refunds"):
            if refund["status"] != "failed":
                self._refunded[lessons_of[refund["charge"]]] += int(refund["amount"])
        for transfer in provider.listed(stripe, "transfers"):
            group = transfer["metadata"]["reference"]
            self._sent[group] += int(transfer["amount"]) - int(transfer["amount_reversed"])
        for dispute in provider.listed(stripe, "disputes"):
            for line in dispute["balance_transactions"]:
                self._withdrawn[lessons_of[dispute["charge"]]] -= int(line["amount"])
                self._fees[lessons_of[dispute["charge"]]] += int(line["fee"])

    def identity(self, row: Row, booking: Row) -> Iterator[str]:
        """What came in is what went out, cent by cent."""
        name = f"booking:{row['chain_id']}"
        debt = f"debt:{row['chain_id']}"
        ledger = Counter[str]()
        for reference in (name, debt):
            ledger.update(self._facts.by_reference[reference])
        captured = self._captured[name] + self._captured[debt]
        refunded = self._refunded[name] + self._refunded[debt]
        sent, withdrawn = self._sent[name], self._withdrawn[name] + self._withdrawn[debt]
        used, issued = self._used[name], self._issued[name]
        fees = self._fees[name] + self._fees[debt]
        losses = ledger["escalation_losses"] + ledger["dispute_losses"] - fees
        owed = ledger["student_debt"] + ledger["debt_allowance"]
        came_in = captured + used + losses + owed
        went_out = sent + refunded + withdrawn + issued - ledger["platform_revenue"]
        if came_in != went_out:
            yield (
                f"captured {captured} + credit {used} + losses {losses} + owed {owed} is not"
                f" sent {sent} + refunded {refunded} + charged back {withdrawn} + issued {issued}"
                f" + revenue {-ledger['platform_revenue']}"
            )
        known = self._known_refunds[name] + self._known_refunds[debt]
        if ledger["held"]:
            yield f"its pot holds {-ledger['held']}"
        if ledger["instructor_payable"]:
            yield f"its instructor is still owed {-ledger['instructor_payable']}"
        if sent != row["paid_cents"] or refunded != known:
            yield f"sent {sent} (we know {row['paid_cents']}), refunded {refunded}"
        if self._captured[name] + used > booking["total_cents"]:
            yield f"{captured} taken and {used} of credit for a price of {booking['total_cents']}"
        if captured - withdrawn + used > booking["total_cents"]:
            yield f"{captured} taken with the debt for a price of {booking['total_cents']}"

    def _count_credit(self, facts: Facts) -> None:
        """What each lesson used of credit, and what it issued and did not take back."""
        for one in facts.of("credit_reservations"):
            if one["state"] in USED:
                self._used[one["reference"]] += one["cents"]
        for lot in facts.of("credit_lots"):
            if lot["source"] not in MILESTONES:
                self._issued[lot["reference"]] += lot["issued_cents"] - lot["revoked_cents"]


def calendar(facts: Facts, *, kept: frozenset[str]) -> Iterator[str]:
    """Nobody is in two lessons at once, and instructors have their pauses in between."""
    rows = [row for row in facts.of("bookings") if row["status"] in kept]
    for person, needs_pause in (("instructor_id", True), ("student_id", False)):
        for one, other in pairwise(sorted(rows, key=lambda row: (row[person], row["starts_at"]))):
            same = one[person] == other[person] and one["chain_id"] != other["chain_id"]
            pause = _pause(one, other) if needs_pause else 0
            gap = (other["starts_at"] - one["ends_at"]).total_seconds()
            if same and gap < pause * 60:
                yield f"{person} of {one['id']} and {other['id']}: a gap of {gap / 60:.0f} minutes"
    free = {f"booking:{row['id']}" for row in facts.of("bookings") if row["status"] in FREED}
    for row in facts.of("occupied_times"):
        if row["reference"] in free:
            yield f"{row['reference']} still takes up time"


FREED = frozenset({"CANCELLED", "PAYMENT_FAILED"})
TRAVELS = frozenset({"student_location", "neutral_location"})
USUAL, TRAVEL = 15, 60


def _pause(one: Row, other: Row) -> int:
    """The minutes between two lessons of an instructor, of whom one may have to travel."""
    return TRAVEL if {one["format"], other["format"]} & TRAVELS else USUAL
