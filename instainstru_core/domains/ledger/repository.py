"""Statements over journals and their entries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    distinct,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import DateTime

from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry

# The whole journal in one statement: the trigger that refuses an unbalanced one looks after each.
POST = text(
    """
    WITH posted AS (
        INSERT INTO journals (id, key, fact, reference, occurred_at, actor_id)
        VALUES (:id, :key, :fact, :reference, :occurred_at, :actor_id)
        ON CONFLICT (key) DO NOTHING
        RETURNING id
    ), lines AS (
        INSERT INTO ledger_entries (journal_id, position, account, owner_id, cents)
        SELECT posted.id, line.position, line.account, line.owner_id, line.cents
        FROM posted, unnest(:accounts, :owners, :cents)
            WITH ORDINALITY AS line (account, owner_id, cents, position)
    )
    SELECT count(*) FROM posted
    """
).bindparams(
    *(bindparam(name, type_=Text) for name in ("id", "key", "fact", "reference", "actor_id")),
    bindparam("occurred_at", type_=DateTime(timezone=True)),
    bindparam("accounts", type_=ARRAY(Text)),
    bindparam("owners", type_=ARRAY(Text)),
    bindparam("cents", type_=ARRAY(BigInteger)),
)

BALANCES = text(
    """
    SELECT entry.account, entry.owner_id, sum(entry.cents)::bigint
    FROM unnest(:accounts, :owners) AS wanted (account, owner_id)
    JOIN ledger_entries AS entry
      ON entry.account = wanted.account AND entry.owner_id = wanted.owner_id
    GROUP BY entry.account, entry.owner_id
    """
).bindparams(
    bindparam("accounts", type_=ARRAY(Text)),
    bindparam("owners", type_=ARRAY(Text)),
)


class Line(NamedTuple):
    """An entry with the journal that it belongs to."""

    journal: Journal
    account: Account
    cents: int


class KindTotal(NamedTuple):
    """All accounts of one kind together."""

    kind: AccountKind
    cents: int
    accounts: int


def post(
    session: Session,
    *,
    journal_id: str,
    key: str,
    fact: str,
    reference: str,
    occurred_at: datetime,
    actor_id: str | None,
    entries: Sequence[Entry],
) -> bool:
    """Write the journal; False when its key is taken."""
    written: int = session.execute(
        POST,
        {
            "id": journal_id,
            "key": key,
            "fact": fact,
            "reference": reference,
            "occurred_at": occurred_at,
            "actor_id": actor_id,
            "accounts": [entry.account.kind.value for entry in entries],
            "owners": [entry.account.owner_id for entry in entries],
            "cents": [entry.cents.amount for entry in entries],
        },
    ).scalar_one()
    return written == 1


def balances(session: Session, accounts: Iterable[Account]) -> dict[Account, int]:
    """The sums of the entries on these accounts; without entries there is no sum."""
    wanted = sorted(set(accounts))
    rows = session.execute(
        BALANCES,
        {
            "accounts": [account.kind.value for account in wanted],
            "owners": [account.owner_id for account in wanted],
        },
    )
    return {Account(AccountKind(kind), owner): cents for kind, owner, cents in rows}


def totals_by_kind(session: Session) -> Sequence[KindTotal]:
    """The sums of whole kinds of accounts."""
    return [KindTotal(*row) for row in session.execute(_TOTALS_BY_KIND)]


def totals_of(session: Session, references: Sequence[str]) -> dict[Account, int]:
    """What all journals of these references did to each account."""
    rows = session.execute(_TOTALS_OF, {"references": list(references)})
    return {Account(kind, owner): cents for kind, owner, cents in rows}


def lines_of(session: Session, references: Sequence[str], *, limit: int) -> Sequence[Line]:
    """The entries of the first journals of these references, in the order they were posted."""
    rows = session.execute(_LINES_OF, {"references": list(references), "most": limit})
    return [
        Line(journal, Account(entry.account, entry.owner_id), entry.cents)
        for journal, entry in rows
    ]


_SUM = cast(func.sum(LedgerEntry.cents), BigInteger)
_OF_THESE = Journal.reference == func.any(bindparam("references", type_=ARRAY(Text)))
_TOTALS_BY_KIND: Select[AccountKind, int, int] = (
    select(LedgerEntry.account, _SUM, func.count(distinct(LedgerEntry.owner_id)))
    .group_by(LedgerEntry.account)
    .order_by(LedgerEntry.account)
)
_TOTALS_OF: Select[AccountKind, str, int] = (
    select(LedgerEntry.account, LedgerEntry.owner_id, _SUM)
    .join(Journal, Journal.id == LedgerEntry.journal_id)
    .where(_OF_THESE)
    .group_by(LedgerEntry.account, LedgerEntry.owner_id)
    .order_by(LedgerEntry.account, LedgerEntry.owner_id)
)
_FIRST = (
    select(Journal.id).where(_OF_THESE).order_by(Journal.id).limit(bindparam("most", type_=Integer))
)
_LINES_OF: Select[Journal, LedgerEntry] = (
    select(Journal, LedgerEntry)
    .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
    .where(Journal.id.in_(_FIRST))
    .order_by(Journal.id, LedgerEntry.position)
)
