"""The rules of double entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.ledger import policy
from instainstru_core.domains.ledger.policy import Unbalanced, credit, debit
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.money import Cents

CLEARING = AccountKind.STRIPE_CLEARING
REVENUE = AccountKind.PLATFORM_REVENUE


class TestSides:
    def test_debits_are_positive_and_credits_negative(self) -> None:
        assert debit(CLEARING, 13_440) == Entry(Account(CLEARING), Cents(13_440))
        assert credit(AccountKind.HELD, 13_440, "b1") == Entry(
            Account(AccountKind.HELD, "b1"), Cents(-13_440)
        )

    @pytest.mark.parametrize("side", [debit, credit])
    def test_an_amount_is_never_negative(self, side: object) -> None:
        assert callable(side)
        with pytest.raises(ValueError, match="take the other side"):
            side(CLEARING, -1)


class TestJournal:
    def test_has_one_entry_for_each_account_in_the_order_of_first_mention(self) -> None:
        entries = [
            debit(CLEARING, 9_000),
            credit(AccountKind.HELD, 13_440, "b1"),
            debit(CLEARING, 4_440),
        ]

        assert policy.journal(entries) == (
            debit(CLEARING, 13_440),
            credit(AccountKind.HELD, 13_440, "b1"),
        )

    def test_keeps_the_accounts_of_two_owners_apart(self) -> None:
        entries = [debit(AccountKind.HELD, 5, "b1"), credit(AccountKind.HELD, 5, "b2")]

        assert policy.journal(entries) == tuple(entries)

    def test_leaves_out_what_comes_to_nothing(self) -> None:
        entries = [debit(CLEARING, 0), debit(REVENUE, 700), credit(REVENUE, 700)]

        assert policy.journal(entries) == ()

    def test_is_refused_when_it_is_off_by_a_cent(self) -> None:
        with pytest.raises(Unbalanced) as refused:
            policy.journal([debit(CLEARING, 100), credit(AccountKind.HELD, 99, "b1")])

        assert str(refused.value) == (
            "The journal is off by +1 cents: stripe_clearing +100, held:b1 -99"
        )

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(AccountKind),
                st.sampled_from(["", "a", "b"]),
                st.integers(-(10**9), 10**9),
            ),
            max_size=12,
        )
    )
    def test_whatever_comes_in_sums_to_zero_or_is_refused(
        self, given_entries: list[tuple[AccountKind, str, int]]
    ) -> None:
        entries = [
            Entry(Account(kind, owner), Cents(cents)) for kind, owner, cents in given_entries
        ]
        off_by = sum(entry.cents.amount for entry in entries)
        balancing = Entry(Account(CLEARING), Cents(-off_by))

        merged = policy.journal([*entries, balancing])

        assert sum(entry.cents.amount for entry in merged) == 0
        assert all(entry.cents.amount for entry in merged)
        assert len({entry.account for entry in merged}) == len(merged)
        if off_by:
            with pytest.raises(Unbalanced):
                policy.journal(entries)


class TestNatural:
    def test_is_positive_on_the_side_on_which_an_account_grows(self) -> None:
        grown_by_debits = {kind for kind in AccountKind if policy.natural(kind, 1) == 1}

        assert grown_by_debits == {
            AccountKind.STRIPE_CLEARING,
            AccountKind.STUDENT_DEBT,
            AccountKind.DEBT_ALLOWANCE,
            AccountKind.CREDIT_EXPENSE,
            AccountKind.STRIPE_FEES,
            AccountKind.DISPUTE_LOSSES,
            AccountKind.ESCALATION_LOSSES,
        }
        assert policy.natural(AccountKind.HELD, -5_000) == 5_000

    def test_every_kind_of_account_has_a_nature(self) -> None:
        assert set(policy.NATURES) == set(AccountKind)


class TestPot:
    def test_is_held_under_the_id_of_the_reference(self) -> None:
        assert policy.pot("booking:b1") == Account(AccountKind.HELD, "b1")
        assert policy.pot("topup:t1") == Account(AccountKind.HELD, "t1")
