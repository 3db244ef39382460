"""Posting money facts, on the tables that guard them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from instainstru_core.domains.ledger import service
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.policy import Unbalanced, credit, debit
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.ledger import POT, REFERENCE, posted, standing

CAPTURED = (debit(AccountKind.STRIPE_CLEARING, 13_440), credit(AccountKind.HELD, 13_440, POT))
Counting: TypeAlias = Callable[[], AbstractContextManager[list[str]]]
KINDS = (AccountKind.STRIPE_CLEARING, AccountKind.HELD, AccountKind.PLATFORM_REVENUE)


def written(uow: Uow) -> tuple[int, int]:
    count = select(func.count())
    journals = uow.session.scalar(count.select_from(Journal))
    entries = uow.session.scalar(count.select_from(LedgerEntry))
    return journals or 0, entries or 0


class TestPost:
    def test_writes_the_fact_with_its_entries_in_order(
        self, begin: Begin, uow: Uow, clock: SetClock
    ) -> None:
        with begin(Actor(id="client_worker")) as theirs:
            assert posted(theirs, *CAPTURED, key="capture:c1")
        row = uow.session.scalars(select(Journal)).one()
        assert (row.key, row.fact, row.reference) == ("capture:c1", "captured", REFERENCE)
        assert (row.occurred_at, row.actor_id) == (clock.now, "client_worker")
        lines = uow.session.scalars(select(LedgerEntry).order_by(LedgerEntry.position)).all()
        assert [(one.position, one.account, one.owner_id, one.cents) for one in lines] == [
            (1, AccountKind.STRIPE_CLEARING, "", 13_440),
            (2, AccountKind.HELD, POT, -13_440),
        ]

    def test_is_one_statement(self, uow: Uow, count_statements: Counting) -> None:
        with count_statements() as seen:
            posted(uow, *CAPTURED)
        assert len(seen) == 1

    def test_happens_once_for_each_key(self, uow: Uow) -> None:
        assert posted(uow, *CAPTURED, key="capture:c1") is True
        assert posted(uow, *CAPTURED, key="capture:c1") is False
        assert written(uow) == (1, 2)
        assert standing(uow, AccountKind.STRIPE_CLEARING) == 13_440

    def test_writes_nothing_when_nothing_moves(self, uow: Uow) -> None:
        nothing = (debit(AccountKind.STRIPE_CLEARING, 0), credit(AccountKind.HELD, 0, POT))

        assert posted(uow, *nothing, key="capture:c1") is False
        assert written(uow) == (0, 0)
        assert posted(uow, *CAPTURED, key="capture:c1") is True

    def test_refuses_what_does_not_balance_and_writes_nothing(self, uow: Uow) -> None:
        with pytest.raises(Unbalanced):
            posted(uow, debit(AccountKind.STRIPE_CLEARING, 1), credit(AccountKind.HELD, 2, POT))
        assert written(uow) == (0, 0)

    def test_tells_of_a_fact_that_occurred_before(self, uow: Uow, clock: SetClock) -> None:
        before = clock.now.replace(year=2025)
        service.post(
            uow,
            key="fee:f1",
            fact="fee_taken",
            reference=REFERENCE,
            entries=CAPTURED,
            occurred_at=before,
        )
        assert uow.session.scalars(select(Journal.occurred_at)).one() == before


def journal_row(uow: Uow) -> str:
    journal_id = new_id()
    uow.session.execute(
        text(
            "INSERT INTO journals (id, key, fact, reference, occurred_at)"
            " VALUES (:id, :key, 'test', 'booking:b1', now())"
        ),
        {"id": journal_id, "key": journal_id},
    )
    return journal_id


def insert_lines(uow: Uow, journal_id: str, *cents: int) -> None:
    lines = ", ".join(
        f"(:id, {place}, 'held', '', {amount})" for place, amount in enumerate(cents, 1)
    )
    uow.session.execute(
        text(
            f"INSERT INTO ledger_entries (journal_id, position, account, owner_id, cents)"
            f" VALUES {lines}"
        ),
        {"id": journal_id},
    )


class TestTheTables:
    def test_refuse_a_journal_that_does_not_balance(self, uow: Uow) -> None:
        journal_id = journal_row(uow)
        with pytest.raises(IntegrityError, match="does not balance"), uow.savepoint():
            insert_lines(uow, journal_id, 100, -99)
        insert_lines(uow, journal_id, 100, -100)
        assert written(uow) == (1, 2)

    def test_refuse_the_first_half_of_a_journal_that_comes_in_two_statements(
        self, uow: Uow
    ) -> None:
        journal_id = journal_row(uow)
        with pytest.raises(IntegrityError, match="does not balance"), uow.savepoint():
            insert_lines(uow, journal_id, 100)
        assert written(uow) == (1, 0)

    def test_refuse_one_bad_journal_among_good_ones(self, uow: Uow) -> None:
        good, bad = journal_row(uow), journal_row(uow)
        with pytest.raises(IntegrityError, match=bad), uow.savepoint():
            uow.session.execute(
                text(
                    "INSERT INTO ledger_entries (journal_id, position, account, owner_id, cents)"
                    " VALUES (:good, 1, 'held', '', 5), (:good, 2, 'breakage', '', -5),"
                    " (:bad, 1, 'held', '', 5), (:bad, 2, 'breakage', '', -4)"
                ),
                {"good": good, "bad": bad},
            )
        assert written(uow) == (2, 0)

    def test_refuse_an_entry_of_nothing(self, uow: Uow) -> None:
        journal_id = journal_row(uow)
        with pytest.raises(IntegrityError, match="not_nothing"), uow.savepoint():
            insert_lines(uow, journal_id, 0)
        assert written(uow) == (1, 0)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journals SET fact = 'another'",
            "DELETE FROM journals",
            "UPDATE ledger_entries SET cents = cents * 2",
            "DELETE FROM ledger_entries",
        ],
    )
    def test_are_written_once(self, uow: Uow, statement: str) -> None:
        posted(uow, *CAPTURED)
        with pytest.raises(DBAPIError), uow.savepoint():
            uow.session.execute(text(statement))
        assert written(uow) == (1, 2)
        assert standing(uow, AccountKind.STRIPE_CLEARING) == 13_440


MOVES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS), st.sampled_from(["", "a", "b"]), st.integers(-5_000, 5_000)
        ),
        min_size=1,
        max_size=4,
    ),
    max_size=5,
)


class TestBalances:
    def test_tell_zero_of_an_account_that_was_never_used(self, uow: Uow) -> None:
        unused = Account(AccountKind.STUDENT_DEBT, "nobody")

        assert service.balances(uow, [unused]) == {unused: Cents(0)}
        assert service.balances(uow, []) == {}

    def test_keep_owners_apart(self, uow: Uow) -> None:
        posted(uow, debit(AccountKind.HELD, 300, "a"), credit(AccountKind.HELD, 300, "b"))
        first, second = Account(AccountKind.HELD, "a"), Account(AccountKind.HELD, "b")

        assert service.balances(uow, [first, second]) == {first: Cents(300), second: Cents(-300)}
        assert service.balance(uow, Account(AccountKind.HELD)) == Cents(0)

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(MOVES)
    def test_are_what_a_naive_fold_says_and_sum_to_zero(
        self, begin: Begin, journals: list[list[tuple[AccountKind, str, int]]]
    ) -> None:
        expected: dict[Account, int] = {}
        accounts = [Account(kind, owner) for kind in KINDS for owner in ("", "a", "b")]
        with begin(Actor(id="tester")) as uow:
            before = service.balances(uow, accounts)
            for moves in journals:
                entries = [Entry(Account(kind, owner), Cents(c)) for kind, owner, c in moves]
                off_by = sum(entry.cents.amount for entry in entries)
                entries.append(Entry(Account(AccountKind.HELD), Cents(-off_by)))
                posted(uow, *entries)
                for entry in entries:
                    known = expected.get(entry.account, 0)
                    expected[entry.account] = known + entry.cents.amount
            after = service.balances(uow, accounts)
        moved = {account: (after[account] - before[account]).amount for account in accounts}
        assert moved == {account: expected.get(account, 0) for account in accounts}
        assert sum(cents.amount for cents in after.values()) == 0
