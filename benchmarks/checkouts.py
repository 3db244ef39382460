"""Checkouts to a kept lesson over HTTP, by one student and by many at once, against a bare peer."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import world as worlds
from benchmarks.client import Call, Client, UnexpectedAnswer
from benchmarks.compare import Comparison, compare, median_of
from benchmarks.crowd import Crowd, Make, together
from benchmarks.paying import Due, Payer, payees, payers, unpaid
from benchmarks.peers.bare_checkout import READ, WRITE
from benchmarks.queries import Transaction, recorded
from benchmarks.results import Result
from benchmarks.servers import Server
from benchmarks.world import World
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import CheckoutBooking
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.ids import new_id

STUDENTS = 32
EACH = 40
WARM = 10
CENTS = 8_000
CONFIRMED = b'"result":"confirmed"'
BARE = "bare FastAPI, same call, as many statements"
PERMISSIONS = frozenset({Permission.BOOKINGS_VIEW_OWN, Permission.PAYMENTS_MANAGE_OWN})


@dataclass(frozen=True, slots=True)
class Shape:
    """The transactions of a checkout, before the call and after it: a letter for each statement."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def statements(self) -> int:
        return sum(map(len, self.before + self.after))

    @property
    def transactions(self) -> int:
        return len(self.before) + len(self.after)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who pays whom, and checkouts that were begun and wait for their turn."""

    world: World
    who: list[Payer]
    due: Iterator[Due]


def opened(world: World) -> Desk:
    """People with cards, people who can be paid, and enough lessons that wait to be paid for."""
    runtime = composition.build(world.settings)
    url = world.stripe_url or ""
    who, by = payers(runtime, url, STUDENTS), payees(runtime, url, STUDENTS)
    found = unpaid(runtime, who, by, EACH)
    runtime.close()
    return Desk(world, who, iter(found))


def shape(desk: Desk) -> Shape:
    """What a checkout with a key asks of the database, with what signs the caller in."""
    runtime = composition.build(desk.world.settings)

    def pay() -> None:
        due = next(desk.due)
        told = flows.checkout(
            runtime.cashier,
            actor=Actor(id=due.payer.user_id, permissions=PERMISSIONS),
            booking_id=due.booking_id,
            command=CheckoutBooking(payment_method_id=due.payer.card_id),
            idempotency_key=due.booking_id,
        )
        if told.result != "confirmed":
            raise UnexpectedAnswer(f"A checkout ended {told.result}: {told.failure}")

    for _ in range(WARM):
        pay()
    found = recorded(runtime.engine, pay).transactions
    runtime.close()
    words = [_word(one) for one in found]
    called = next(place for place, one in enumerate(found) if _asks(one))
    return Shape((READ, *words[: called + 1]), tuple(words[called + 1 :]))


def _word(transaction: Transaction) -> str:
    return "".join(
        READ if statement.lstrip().upper().startswith("SELECT") else WRITE
        for statement, _ in transaction.statements
    )


def _asks(transaction: Transaction) -> bool:
    return any("INSERT INTO payment_commands" in one for one, _ in transaction.statements)


@dataclass(frozen=True, slots=True)
class Sides:
    """Ours, its peer, and the peer whose statements are as small as can be."""

    api: Server
    bare: Server
    lean: Server


def results(desk: Desk, known: Shape, sides: Sides, rounds: int) -> list[Result]:
    """One student at a time, then 32 at once; and how many statements each of it takes."""
    api, bare = sides.api, sides.bare
    mine, theirs = _ours(desk, Client(api.port)), _peers(desk)
    crowds = Crowd(api.port, STUDENTS, _timed), Crowd(bare.port, STUDENTS, _timed)
    one, other, third = Client(api.port), Client(bare.port), Client(sides.lean.port)
    alone = compare(
        lambda: _timed(one, mine()), lambda: _timed(other, theirs()), rounds=rounds, block=20
    )
    crowded = together(crowds, (mine, theirs), rounds=rounds, block=4 * STUDENTS)
    least = median_of(lambda: _timed(third, theirs()), rounds * 20)
    counted = f"{known.statements} statements in {known.transactions} transactions"
    detail = f"{counted}; BEGIN and COMMIT not counted; the caller's sign-in counted"
    return [
        _result(
            "check out, one student",
            alone,
            f"{counted}; {alone.ours / least:.1f} x the peer whose statements are SELECT 1",
        ),
        _result(
            f"check out, {STUDENTS} students at once",
            crowded,
            f"all of a block by their number; {counted}",
        ),
        Result("check out", "statements", known.statements, 24, "", detail),
    ]


def _result(what: str, found: Comparison, counted: str) -> Result:
    low, high = found.spread
    times = f"{found.ours * 1000:.1f} ms to {found.peer * 1000:.1f} ms"
    return Result(
        what, BARE, found.ratio, 2.0, "x", f"{times}; rounds {low:.2f}-{high:.2f}; {counted}"
    )


def _ours(desk: Desk, api: Client) -> Make:
    """Checkouts by those who signed in, each of them with a key."""
    signed_in = {one.user_id: worlds.signed_in(api, one.email) for one in desk.who}

    def make() -> Call:
        due = next(desk.due)
        headers = {**signed_in[due.payer.user_id], "Idempotency-Key": due.booking_id}
        body = {"payment_method_id": due.payer.card_id}
        return worlds.post(f"/api/v1/bookings/{due.booking_id}/checkout", body, headers)

    return make


def _peers(desk: Desk) -> Make:
    turn = 0

    def make() -> Call:
        nonlocal turn
        payer = desk.who[turn % len(desk.who)]
        turn += 1
        wanted = {
            "key": new_id(),
            "customer": payer.customer,
            "payment_method": payer.payment_method,
            "cents": CENTS,
        }
        return worlds.post("/checkout", wanted)

    return make


def _timed(client: Client, call: Call) -> float:
    started = time.perf_counter()
    answer = client.send(call)
    took = time.perf_counter() - started
    if CONFIRMED not in answer and b'"requires_capture"' not in answer:
        raise UnexpectedAnswer(f"{call.path}: {answer[:300]!r}")
    return took
