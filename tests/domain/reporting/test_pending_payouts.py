"""What is owed to instructors and not sent yet, page by page."""

import pytest

from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.reporting import service
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Uow
from tests.factories.instructors import profile
from tests.factories.ledger import posted

PAYABLE, TIPS = AccountKind.INSTRUCTOR_PAYABLE, AccountKind.TIPS_PAYABLE
CLEARING = Account(AccountKind.STRIPE_CLEARING)


def owe(uow: Uow, instructor_id: str, cents: int, kind: AccountKind = PAYABLE) -> None:
    posted(uow, Entry(CLEARING, Cents(cents)), Entry(Account(kind, instructor_id), Cents(-cents)))


@pytest.fixture
def owed(uow: Uow) -> list[str]:
    """Five instructors: 900, 700 (500 and a tip of 200), 700, 300 cents; one is owed nothing."""
    most, tipped, same, least, none = (profile(uow, first_name=name) for name in "ABCDE")
    for instructor_id, cents in ((most, 900), (tipped, 500), (same, 700), (least, 300)):
        owe(uow, instructor_id, cents)
    owe(uow, tipped, 200, TIPS)
    owe(uow, none, 400)
    owe(uow, none, -400)
    return [most, *sorted((tipped, same)), least]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_reads_on_where_a_page_ended_even_between_equal_amounts(
    uow: Uow, owed: list[str], limit: int
) -> None:
    seen: list[tuple[str, int]] = []
    cursor: str | None = None
    while True:
        report = service.payments_pending_payouts(uow, limit=limit, cursor=cursor)
        assert (report.total, report.data.total_pending_cents) == (4, 2_600)
        seen += [(one.instructor_id, one.pending_cents) for one in report.data.payouts]
        cursor = report.next_cursor
        if cursor is None:
            break
    assert seen == list(zip(owed, (900, 700, 700, 300), strict=True))


def test_refuses_a_cursor_of_another_list(uow: Uow, owed: list[str]) -> None:
    assert owed
    with pytest.raises(BadCursor):
        service.payments_pending_payouts(uow, cursor="bm90aGluZw")
