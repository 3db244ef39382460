"""What our tables say in the end, in a form that is easily compared."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

Row = dict[str, Any]
TABLES = (
    "bookings",
    "charges",
    "chargebacks",
    "connect_accounts",
    "credit_lots",
    "credit_reservations",
    "credit_top_ups",
    "lesson_money",
    "no_show_reports",
    "occupied_times",
    "outside_reversals",
    "payment_commands",
    "refunds",
    "tips",
    "transfers",
    "webhook_events",
)
ENTRIES = text(
    "SELECT j.reference, j.key, j.fact, e.account, e.owner_id, e.cents"
    " FROM ledger_entries e JOIN journals j ON j.id = e.journal_id ORDER BY j.id, e.position"
)
JOURNALS_OFF = text(
    "SELECT journal_id, sum(cents) FROM ledger_entries GROUP BY journal_id HAVING sum(cents) <> 0"
)


@dataclass(slots=True)
class Facts:
    """All rows of the tables that money is about, and sums of the ledger."""

    tables: dict[str, list[Row]]
    entries: list[Row]
    unbalanced: list[Row]
    by_account: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    by_reference: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict[str, Counter[str]](Counter)
    )

    def of(self, table: str) -> list[Row]:
        return self.tables[table]

    def outside(self) -> frozenset[str]:
        """The provider's ids of refunds and reversals of no command, or of one given up."""
        given_up = {row["id"] for row in self.of("payment_commands") if row["state"] == "failed"}
        refunds = {
            row["vendor_id"]
            for row in self.of("refunds")
            if row["command_id"] is None or row["command_id"] in given_up
        }
        return frozenset(refunds | {row["vendor_id"] for row in self.of("outside_reversals")})

    def total(self, account: str) -> int:
        """What stands on all accounts of a kind: debits less credits."""
        return sum(cents for (kind, _), cents in self.by_account.items() if kind == account)

    def balances(self, account: str) -> dict[str, int]:
        """What stands on each account of a kind, by owner."""
        return {owner: cents for (kind, owner), cents in self.by_account.items() if kind == account}


def gathered(engine: Engine) -> Facts:
    """Read it all."""
    with engine.connect() as connection:
        tables = {name: _rows(connection, name) for name in TABLES}
        entries = [dict(row) for row in connection.execute(ENTRIES).mappings()]
        unbalanced = [dict(row) for row in connection.execute(JOURNALS_OFF).mappings()]
    return summed(tables, entries, unbalanced)


def glanced(engine: Engine, *names: str) -> Facts:
    """Read these tables only."""
    with engine.connect() as connection:
        return Facts({name: _rows(connection, name) for name in names}, [], [])


def _rows(connection: Connection, name: str) -> list[Row]:
    found = connection.execute(text(f"SELECT * FROM {name} ORDER BY 1"))  # noqa: S608 - our names
    return [dict(row) for row in found.mappings()]


def summed(tables: dict[str, list[Row]], entries: list[Row], unbalanced: list[Row]) -> Facts:
    """These rows, with the sums of the ledger."""
    facts = Facts(tables, entries, unbalanced)
    for entry in entries:
        facts.by_account[entry["account"], entry["owner_id"]] += entry["cents"]
        facts.by_reference[entry["reference"]][entry["account"]] += entry["cents"]
    return facts
