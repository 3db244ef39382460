"""The one form of every answer: the data, and what must be known to read it rightly."""

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from instainstru_core.domains.reporting.schemas.base import Report, WindowView

Data = TypeVar("Data", bound=BaseModel)
Argument: TypeAlias = str | int | bool


class Source(StrEnum):
    """Where the data of an answer come from."""

    DATABASE = "database"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    DASHBOARD_FILES = "dashboard_files"
    BROKER = "broker"
    DICTIONARY = "metrics_dictionary"
    SENTRY = "sentry"
    PROCESSES = "processes"
    TOOLS = "tools"
    SEVERAL = "several"


class NextAction(BaseModel):
    """A call that probably comes next, ready to be made."""

    model_config = ConfigDict(frozen=True)

    tool: str
    arguments: dict[str, Argument]
    reason: str


class Answer(BaseModel, Generic[Data]):
    """What a tool answers. The server's instructions tell a client once what the fields mean.

    `as_of` is the moment the data are of, `currency` that of all `_cents`. `window` reaches from
    its start up to, not including, its end. `truncated` says that there is more than is shown,
    `total` how much there is (null where it was not counted), and `next_cursor` goes on.
    """

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")

    data: Data
    as_of: datetime
    source: Source
    currency: Literal["USD"] | None
    window: WindowView | None
    truncated: bool
    total: int | None
    next_cursor: str | None
    warnings: list[str]
    next_actions: list[NextAction]


def suggest(tool: str, reason: str, **arguments: Argument | None) -> NextAction:
    """A next call of `instainstru_<tool>`; arguments that are None are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return NextAction(tool=f"instainstru_{tool}", arguments=given, reason=reason)


def answer(
    report: Report[Data],
    *,
    as_of: datetime,
    source: Source = Source.DATABASE,
    shown: int | None = None,
    truncated: bool = False,
    next_actions: list[NextAction] | None = None,
) -> Answer[Data]:
    """The answer that a report makes. `shown` is the length of the list it holds, if it does."""
    more = shown is not None and report.total is not None and report.total > shown
    return Answer(
        data=report.data,
        as_of=as_of,
        source=source,
        currency="USD" if has_money(type(report.data)) else None,
        window=report.window,
        truncated=truncated or report.next_cursor is not None or more,
        total=report.total,
        next_cursor=report.next_cursor,
        warnings=[*report.warnings, *_compares_not(report)],
        next_actions=next_actions or [],
    )


def _compares_not(report: Report[Data]) -> list[str]:
    """A word where two windows were asked for and one is shown."""
    window, label, other = report.window, "", ""
    if window is not None:
        label, _, other = window.label.partition(" vs ")
    if not other or getattr(report.data, "previous", None) is not None:
        return []
    return [f"Only {label} is shown. Ask again for {other} to compare."]


@lru_cache
def has_money(data: type[BaseModel]) -> bool:
    """Whether any field, however deep, is an amount of money."""
    return "_cents'" in str(data.model_json_schema(mode="serialization"))
