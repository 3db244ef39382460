"""`instainstru founding`: how full the program is, and how people get from sign-up to live."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson, Limit
from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.joining import FoundingFunnel, StuckInstructors

app = typer.Typer(add_completion=False, no_args_is_help=True)
FoundingOnly = Annotated[bool, typer.Option("--founding", help="Only founding instructors.")]


@app.command()
def funnel(
    *,
    window: Annotated[
        str | None, typer.Option(help='When they registered, such as "june 2026"; else ever.')
    ] = None,
    founding_only: FoundingOnly = False,
    as_json: AsJson = False,
) -> None:
    """Show how many of those who registered reached each of the seven stages."""
    with session.working() as runtime, runtime.begin(session.operator()) as uow:
        found = reporting.founding_funnel(
            uow,
            window,
            founding_only=founding_only,
            founding_cap=runtime.settings.founding_cap,
        )
    output.show(found, lambda: _funnel(found), as_json=as_json)


@app.command()
def stuck(
    *,
    days: Annotated[int, typer.Option(min=1, max=90, help="Without a step for so long.")] = 7,
    stage: Annotated[Milestone | None, typer.Option(help="Only at this stage.")] = None,
    founding_only: FoundingOnly = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List who is not live and does not go on, the longest first, and why."""
    with session.work() as uow:
        found = reporting.stuck_instructors(
            uow, stuck_days=days, stage=stage, founding_only=founding_only, limit=limit
        )
    output.show(found, lambda: _stuck(found), as_json=as_json)


def _funnel(found: Report[FoundingFunnel]) -> Sequence[Table | str]:
    places = found.data.founding
    rows = output.table(
        "stage",
        "people",
        "of the stage before",
        "of all",
        rows=(
            (one.stage, one.count, output.share(one.from_previous), output.share(one.from_start))
            for one in found.data.stages
        ),
    )
    standing = (
        f"Founding places: {places.taken} of {places.cap} taken, {places.promised} promised,"
        f" {places.free} free."
    )
    return [rows, standing, *output.warnings(found.warnings)]


def _stuck(found: Report[StuckInstructors]) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "name",
        "stage",
        "days",
        "reason",
        "waits for",
        rows=(
            (one.instructor_id, one.name, one.stage, one.days, one.reason, one.waits_for)
            for one in found.data.instructors
        ),
    )
    counts = output.listed(f"{one.stuck} at {one.stage}" for one in found.data.summary)
    return [rows, counts, *output.warnings(found.warnings)]
