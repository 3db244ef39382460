"""Where every cent is, and why."""

import pytest

from instainstru_core.domains.ledger import service
from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.schemas import LedgerEntryView, TrialBalanceLine
from instainstru_core.domains.ledger.types import AccountKind, Nature
from instainstru_core.kernel.authority import Actor, Permission, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.ledger import POT, REFERENCE, posted

STRANGER = Actor(id="someone", permissions=frozenset({Permission.PAYMENTS_MANAGE_OWN}))


def lesson_taken(uow: Uow) -> None:
    """A lesson of $120 at 12%: captured, then owed and earned."""
    posted(
        uow,
        debit(AccountKind.STRIPE_CLEARING, 13_440),
        credit(AccountKind.HELD, 13_440, POT),
        fact="captured",
    )
    posted(
        uow,
        debit(AccountKind.HELD, 13_440, POT),
        credit(AccountKind.INSTRUCTOR_PAYABLE, 10_560, "teacher"),
        credit(AccountKind.PLATFORM_REVENUE, 2_880),
        fact="settled",
    )
    posted(
        uow,
        debit(AccountKind.INSTRUCTOR_PAYABLE, 10_560, "teacher"),
        credit(AccountKind.STRIPE_CLEARING, 10_560),
        fact="transferred",
    )


class TestExplain:
    def test_tells_the_facts_in_order_with_the_running_pot(self, uow: Uow) -> None:
        lesson_taken(uow)
        posted(
            uow,
            debit(AccountKind.STRIPE_CLEARING, 500),
            credit(AccountKind.HELD, 500, "another"),
            reference="tip:another",
        )

        found = service.explain(uow, REFERENCE)

        assert [(one.fact, one.pot_cents) for one in found.journals] == [
            ("captured", 13_440),
            ("settled", 0),
            ("transferred", 0),
        ]
        assert found.totals == [
            LedgerEntryView(account=AccountKind.PLATFORM_REVENUE, owner_id="", cents=-2_880),
            LedgerEntryView(account=AccountKind.STRIPE_CLEARING, owner_id="", cents=2_880),
        ]
        assert (found.pot_cents, found.is_balanced, found.truncated) == (0, True, False)

    def test_tells_what_is_still_in_the_pot(self, uow: Uow) -> None:
        posted(uow, debit(AccountKind.STRIPE_CLEARING, 1_500), credit(AccountKind.HELD, 1_500, POT))

        assert service.explain(uow, REFERENCE).pot_cents == 1_500

    def test_of_a_reference_without_money_is_empty(self, uow: Uow) -> None:
        found = service.explain(uow, "booking:unknown")

        assert (found.journals, found.totals, found.pot_cents) == ([], [], 0)
        assert found.is_balanced

    def test_shows_the_first_journals_and_counts_them_all(self, uow: Uow) -> None:
        for _ in range(501):
            posted(uow, debit(AccountKind.STRIPE_CLEARING, 100), credit(AccountKind.HELD, 100, POT))

        found = service.explain(uow, REFERENCE)

        assert len(found.journals) == 500
        assert found.journals[-1].pot_cents == 50_000
        assert (found.truncated, found.pot_cents) == (True, 50_100)

    def test_is_for_staff(self, begin: Begin) -> None:
        with begin(STRANGER) as uow, pytest.raises(PermissionMissing):
            service.explain(uow, REFERENCE)


class TestTrialBalance:
    def test_sums_every_kind_of_account_to_zero(self, uow: Uow) -> None:
        lesson_taken(uow)
        posted(
            uow,
            debit(AccountKind.CREDIT_EXPENSE, 1_000),
            credit(AccountKind.CREDITS_LIABILITY, 1_000, "student"),
            reference="booking:other",
        )

        found = service.trial_balance(uow)

        assert [line.account for line in found.lines] == list(AccountKind)
        used = {line.account: line for line in found.lines if line.cents}
        assert {kind: (one.cents, one.balance_cents) for kind, one in used.items()} == {
            AccountKind.STRIPE_CLEARING: (2_880, 2_880),
            AccountKind.CREDITS_LIABILITY: (-1_000, 1_000),
            AccountKind.PLATFORM_REVENUE: (-2_880, 2_880),
            AccountKind.CREDIT_EXPENSE: (1_000, 1_000),
        }
        assert (found.total_cents, found.is_balanced) == (0, True)

    def test_counts_accounts_that_are_empty_again(self, uow: Uow) -> None:
        lesson_taken(uow)

        lines = {line.account: line for line in service.trial_balance(uow).lines}

        assert lines[AccountKind.HELD] == TrialBalanceLine(
            account=AccountKind.HELD,
            nature=Nature.LIABILITY,
            accounts=1,
            cents=0,
            balance_cents=0,
        )
        assert lines[AccountKind.BREAKAGE].accounts == 0

    def test_is_for_staff(self, begin: Begin) -> None:
        with begin(STRANGER) as uow, pytest.raises(PermissionMissing):
            service.trial_balance(uow)
