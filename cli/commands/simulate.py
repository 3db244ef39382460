"""`instainstru simulate`: random marketplaces, checked to the cent when all has come to rest."""

import time
from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import BaseModel
from pydantic_core import to_json

from cli.errors import Exit
from cli.output import AsJson, listed
from devstack.simulation import running
from devstack.simulation.mischief import Level
from devstack.simulation.running import Plan, Report
from instainstru_core.kernel import log

LONGEST_STORY = 400

app = typer.Typer(add_completion=False)


class SeedView(BaseModel):
    """How one seed went."""

    seed: int
    days: int
    students: int
    faults: Level
    lessons: int
    commands: int
    fault_count: int
    trace: str
    seconds: float
    counts: dict[str, int]
    failures: list[str]


@app.command()
def run(
    *,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The one to play.")] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", metavar="FROM-TO", help="Several, one after the other.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How long.")] = 14,
    students: Annotated[
        int, typer.Option("--students", min=1, max=2_000, help="How many book lessons.")
    ] = 20,
    faults: Annotated[Level, typer.Option("--faults", help="How much goes wrong.")] = Level.HEAVY,
    within: Annotated[
        float | None, typer.Option("--within", help="Begin no seed after so many seconds.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Print every line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play seeds and check each; one that fails is told with what happened and how to replay it."""
    log.configure(style="console", level="CRITICAL", lasting=False)
    plans = [Plan(one, days, students, faults) for one in _wanted(seed, seeds)]
    views: list[SeedView] = []
    for report in _played(plans, within):
        views.append(_view(report))
        if not as_json:
            _tell(report, trace=trace)
    typer.echo(to_json(views, indent=2) if as_json else _sum(views))
    if any(view.failures for view in views):
        raise typer.Exit(Exit.REFUSED)


def _wanted(seed: int | None, seeds: str | None) -> range:
    if seeds is None:
        one = 1 if seed is None else seed
        return range(one, one + 1)
    first, separator, last = seeds.partition("-")
    if seed is not None or not (separator and first.isdigit() and last.isdigit()):
        raise typer.BadParameter("Say either --seed 7 or --seeds 1-50.")
    return range(int(first), int(last) + 1)


def _played(plans: list[Plan], within: float | None) -> Iterator[Report]:
    started = time.monotonic()
    with running.prepared() as simulation:
        for plan in plans:
            if within is not None and time.monotonic() - started >= within:
                return
            yield simulation.run(plan)


def _tell(report: Report, *, trace: bool) -> None:
    if trace:
        typer.echo("\n".join(report.trace))
    typer.echo(
        f"seed {report.plan.seed}: {'good' if report.is_good else 'BAD'},"
        f" {report.lessons} lessons, {report.commands} commands, {report.faults} faults,"
        f" {report.seconds:.1f} s, trace {report.digest[:16]}"
    )
    if report.is_good:
        return
    typer.echo("\n".join(f"  ! {failure}" for failure in report.failures))
    typer.echo("\n".join(f"  | {line}" for line in report.story()[:LONGEST_STORY]))
    typer.echo(f"  replay: {report.plan.command}")


def _sum(views: list[SeedView]) -> str:
    bad = [view.seed for view in views if view.failures]
    faults = sum(view.fault_count for view in views)
    return (
        f"simulated {len(views)} marketplaces, {sum(view.lessons for view in views)} lessons,"
        f" {faults} faults in {sum(view.seconds for view in views):.0f} s:"
        f" {f'seeds {listed(bad)} are bad' if bad else 'all good'}"
    )


def _view(report: Report) -> SeedView:
    plan = report.plan
    return SeedView(
        seed=plan.seed,
        days=plan.days,
        students=plan.students,
        faults=plan.faults,
        lessons=report.lessons,
        commands=report.commands,
        fault_count=report.faults,
        trace=report.digest,
        seconds=round(report.seconds, 2),
        counts=report.counts,
        failures=report.failures,
    )
