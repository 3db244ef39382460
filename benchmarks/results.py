"""What was measured against what was promised, as a table and as a page."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
SMALL = 100
HEAD = """\
# Performance

Written by `make bench`. Ours and the peer are measured turn by turn in the same run, on one
machine, with warm processes and one client, so that the ratio holds where the times do not. A
ratio is the median over the rounds of our median divided by the peer's; behind it are the lowest
and the highest round. Peers are in `benchmarks/peers`: the same libraries, doing next to nothing.
The bare FastAPI application runs on h11 and asyncio, like the floor that the promises were made
against; the detail also says how we stand against one on uvloop and httptools, as ours runs.
The peer of a checkout makes the same call to the simulator, which is a process of its own, through
the same SDK, and has as many transactions with as many statements; each reads or changes one row
like a booking's by its key.
The echo is one of as many tools as ours, behind the framework's own check of the same tokens, with
the same hook for schemas. The tool and the echo each follow a run of the tool's own queries, whose
time is taken off the tool's: all that one call asks of Postgres, which is its answer and its entry
in the audit trail, committed before the answer leaves. They are asked by the same driver, prepared,
each a transaction by itself as in the call, and their rows are read. Everything else is ours:
connection, values, limits (Redis is asked each 20th call), answer, metrics.
Memory is that of a process and its children: what they share counts once, mapped files in full.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One promise; without a target, only measured. `value` is better when smaller, unless
    `at_least`.
    """

    what: str
    against: str
    value: float
    target: float | None
    unit: str
    detail: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def verdict(self) -> str:
        if self.target is None:
            return "measured"
        return "kept" if self.kept else "missed"

    @property
    def shown(self) -> str:
        is_small = self.unit in {"MB", "ms"} and self.value < SMALL
        digits = 2 if self.unit == "x" else 1 if is_small else 0
        return f"{self.value:,.{digits}f} {self.unit}"

    @property
    def promised(self) -> str:
        if self.target is None:
            return "none"
        sign = "at least" if self.at_least else "at most"
        return f"{sign} {self.target:,.9g} {self.unit}"


def show(results: list[Result]) -> None:
    """Print the table."""
    table = Table("measured", "against", "result", "promised", "", box=None, pad_edge=False)
    for one in results:
        color = "green" if one.kept else "bold red"
        verdict = f"[{color}]{one.verdict}[/]"
        table.add_row(one.what, one.against, one.shown, one.promised, verdict)
    Console().print(table)


def machine() -> str:
    """What it was measured on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def table(results: list[Result]) -> list[str]:
    """The lines of a table."""
    return [
        "| Measured | Against | Result | Promised | | In detail |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.what} | {one.against} | {one.shown} | {one.promised} |"
            f" {one.verdict if one.kept else '**missed**'} | {one.detail} |"
            for one in results
        ),
    ]


def write(results: list[Result]) -> None:
    """Write docs/performance.md, but for the parts with headings of their own below it."""
    _, heading, below = PAGE.read_text().partition("\n## ")
    lines = [HEAD, f"Last run on: {machine()}.", "", *table(results), ""]
    PAGE.write_text("\n".join(lines) + heading + below)
