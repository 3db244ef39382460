"""Where every cent is, from the terminal."""

import pytest

from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories.bookings import booking
from tests.factories.ledger import POT, REFERENCE, posted


@pytest.fixture
def settled(committed_runtime: Runtime) -> None:
    """A lesson of $120 at 12%, captured and settled."""
    with committed_runtime.begin(SYSTEM) as uow:
        booking(uow, id=POT, chain_id=POT)
        posted(
            uow,
            debit(AccountKind.STRIPE_CLEARING, 13_440),
            credit(AccountKind.HELD, 13_440, POT),
        )
        posted(
            uow,
            debit(AccountKind.HELD, 13_440, POT),
            credit(AccountKind.INSTRUCTOR_PAYABLE, 10_560, "teacher"),
            credit(AccountKind.PLATFORM_REVENUE, 2_880),
            fact="settled",
        )


class TestExplain:
    @pytest.mark.usefixtures("settled")
    def test_tells_the_path_of_a_booking_by_its_id_or_its_reference(
        self, terminal: Terminal
    ) -> None:
        found = terminal("ledger", "explain", POT, "--json")
        assert found.code == 0, found.err
        assert found.json == terminal("ledger", "explain", REFERENCE, "--json").json
        assert found.json["reference"] == REFERENCE
        assert [one["pot_cents"] for one in found.json["journals"]] == [13_440, 0]
        assert (found.json["pot_cents"], found.json["is_balanced"]) == (0, True)

    @pytest.mark.usefixtures("settled")
    def test_shows_debits_credits_and_the_pot_in_columns(self, terminal: Terminal) -> None:
        rows = [line.split() for line in terminal("ledger", "explain", POT).out.splitlines()]
        assert rows[0] == ["when", "of", "fact", "account", "debit", "credit", "pot"]
        assert rows[1][-3:] == ["captured", "stripe_clearing", "$134.40"]
        assert rows[2] == [f"held:{POT}", "$134.40", "$134.40"]
        assert rows[5] == ["platform_revenue", "$28.80", "$0.00"]
        assert rows[-1] == ["Left", "in", "the", "pot:", "$0.00"]

    def test_finds_no_booking_that_was_never_made(self, terminal: Terminal) -> None:
        refused = terminal("ledger", "explain", POT, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "bookings.not_found")

    def test_says_when_no_money_has_moved(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            booking(uow, id=POT, chain_id=POT)
        found = terminal("ledger", "explain", f"debt:{POT}")
        assert (found.code, found.out) == (0, f"No money has moved for debt:{POT}.\n")

    @pytest.mark.parametrize("named", ["tip:nothing", f"topup:{POT}", "provider:txn_1", "pots:1"])
    def test_refuses_what_does_not_exist(self, terminal: Terminal, named: str) -> None:
        refused = terminal("ledger", "explain", named, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "payments.reference_unknown")

    @pytest.mark.usefixtures("committed_runtime")
    def test_tells_of_whatever_was_posted(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            posted(
                uow,
                debit(AccountKind.STRIPE_FEES, 35),
                credit(AccountKind.STRIPE_CLEARING, 35),
                reference="provider:txn_1",
            )
        found = terminal("ledger", "explain", "provider:txn_1", "--json")
        assert (found.code, len(found.json["journals"])) == (0, 1), found.err


class TestTrialBalance:
    @pytest.mark.usefixtures("settled")
    def test_sums_every_kind_of_account(self, terminal: Terminal) -> None:
        found = terminal("ledger", "trial-balance", "--json").json
        sums = {line["account"]: line["cents"] for line in found["lines"] if line["cents"]}
        assert sums == {
            "stripe_clearing": 13_440,
            "instructor_payable": -10_560,
            "platform_revenue": -2_880,
        }
        assert (found["total_cents"], found["is_balanced"]) == (0, True)
        assert "The books balance." in terminal("ledger", "trial-balance").out
