"""Whatever happens to credit, wallet and books tell the same."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.types import CreditSource
from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.credits import lot, lots_of, owed
from tests.factories.instructors import person

REFERENCES = ("booking:first", "booking:second")
LOSSES = Account(AccountKind.DISPUTE_LOSSES)
VERBS = [
    "issue",
    "reserve",
    "release",
    "consume",
    "forfeit",
    "expire",
    "freeze",
    "revoke",
    "reinstate",
    "milestone",
]


def happen(uow: Uow, verb: str, user_id: str, reference: str, cents: int) -> None:
    """One thing that can happen to credit."""
    match verb:
        case "issue":
            source, days = CreditSource.CANCELLATION, cents % 40 + 1
            lot(uow, user_id, cents, days=days, source=source, reference=reference)
        case "reserve":
            service.reserve(uow, user_id=user_id, reference=reference, cents=cents)
        case "release":
            service.release(uow, reference=reference, cents=cents)
        case "consume":
            service.consume(uow, reference=reference, cents=cents)
        case "forfeit":
            service.forfeit(uow, reference=reference)
        case "expire":
            service.expire_due(uow)
        case "freeze":
            _ = service.freeze(uow, reference) or service.unfreeze(uow, reference)
        case "revoke":
            service.revoke(uow, reference=reference, cents=cents, into=LOSSES)
        case "reinstate":
            pot = books.pot(reference)
            service.reinstate(uow, reference=reference, cents=cents, funded_by=pot, key=new_id())
        case _:
            service.award_milestone(uow, user_id=user_id, completed=5, reference=reference)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.sampled_from(REFERENCES),
        st.integers(1, 3_000),
        st.integers(0, 9),
    ),
    max_size=14,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(MOVES)
def test_what_may_still_be_spent_is_what_the_books_owe(
    begin: Begin, clock: SetClock, moves: list[tuple[str, str, int, int]]
) -> None:
    with begin(SYSTEM) as uow:
        zoe = person(uow, first_name="Zoe", last_name="Moss")
        lot(uow, zoe, 2_000, days=20)
    for verb, reference, cents, days in moves:
        clock.advance(timedelta(days=days))
        with begin(SYSTEM) as uow:
            happen(uow, verb, zoe, f"{reference}-{zoe}", cents)
    with begin(SYSTEM) as uow:
        lots = lots_of(uow, zoe)
        left = sum(one.available_cents + one.reserved_cents for one in lots)
        assert owed(uow, zoe) == left
        reserved = sum(service.reserved(uow, f"{one}-{zoe}") for one in REFERENCES)
        assert sum(one.reserved_cents for one in lots) == reserved
        assert ledger.trial_balance(uow).is_balanced
        used = sum(one.consumed_cents + one.forfeited_cents for one in lots)
        back = sum(one.issued_cents for one in lots if one.source is CreditSource.REINSTATEMENT)
        pots = [books.pot(f"{one}-{zoe}") for one in REFERENCES]
        assert -sum(ledger.balance(uow, pot).amount for pot in pots) == used - back
