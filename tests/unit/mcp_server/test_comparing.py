"""Where two windows are asked for, an answer shows both or says that it does not."""

from datetime import UTC, datetime

from pydantic import BaseModel

from instainstru_core.domains.reporting.policy import windows
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from mcp_server.envelope import answer

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


class Figures(BaseModel):
    lessons: int = 3
    previous: int | None = None


def warnings(words: str, data: Figures) -> list[str]:
    window = WindowView.of(windows.parse(words, now=NOW))
    return answer(Report(data=data, window=window), as_of=NOW).warnings


def test_an_answer_that_does_not_compare_says_what_to_ask_instead() -> None:
    assert warnings("this month vs last", Figures()) == [
        "Only this month is shown. Ask again for 2026-05-01/2026-05-31 to compare."
    ]


def test_one_that_compares_says_nothing() -> None:
    assert warnings("this month vs last", Figures(previous=2)) == []


def test_one_window_is_no_comparison() -> None:
    assert warnings("this month", Figures()) == []
