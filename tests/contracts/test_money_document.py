"""The page about money says what the rules answer."""

from pathlib import Path
from string import Formatter

from tests.contracts import money_document
from tests.contracts.documents import UPDATING

PAGE = Path(__file__).parents[2] / "docs" / "money.md"


def test_the_page_about_money_is_written_from_the_rules() -> None:
    current = money_document.page()
    if UPDATING:
        PAGE.write_text(current)
    assert PAGE.read_text() == current, "docs/money.md is old: run `make contracts`"


def test_the_page_about_money_uses_every_number_it_knows() -> None:
    used = {name for _, name, _, _ in Formatter().parse(money_document.RULES.read_text()) if name}

    assert used == set(money_document.NUMBERS)
