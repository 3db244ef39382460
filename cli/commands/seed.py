"""`instainstru seed`: replace what is in the database by the demo marketplace."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, HostName, Yes
from devstack import database, environment, seed
from devstack.places import Places
from devstack.seed import SeedReport
from devstack.seeding.world import AHEAD_DAYS, Scale

MOST = 100_000
DEMO_LOCATION_SECRET = "demo-location-secret"  # noqa: S105 - for throw-away data

app = typer.Typer(add_completion=False)


@app.command()
def run(
    *,
    instructors: Annotated[
        int, typer.Option("--instructors", "-n", min=1, max=MOST, help="How large.")
    ] = 300,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be written.")
    ] = False,
    yes: Yes = False,
    host: HostName = None,
    as_json: AsJson = False,
) -> None:
    """Fill the database with the demo marketplace; what people wrote there before is gone."""
    with session.working() as runtime:
        database.guard(runtime, agreed=True, typed=host)
        scale = Scale.of(instructors)
        if dry_run:
            output.show(scale, lambda: [_scale(scale)], as_json=as_json)
            return
        agree("Replace the people and lessons in this database?", yes=yes)
        secret = runtime.settings.location_secret.get_secret_value() or DEMO_LOCATION_SECRET
        with _progress(quiet=as_json) as tell:
            report = seed.run(
                runtime.settings.database_url.get_secret_value(),
                instructors=instructors,
                progress=tell,
                client=environment.demo_client(Places()),
                location_secret=secret,
                tier=runtime.settings.tier,
                agreed=True,
                typed=host,
                simulator_url=runtime.settings.stripe_api_url,
            )
    output.show(report, lambda: [_report(report)], as_json=as_json)


@contextmanager
def _progress(*, quiet: bool) -> Generator[seed.Progress | None]:
    """A bar on stderr while it works."""
    if quiet:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda doing, share: bar.update(task, description=doing, completed=share)


def _scale(scale: Scale) -> Table:
    return output.facts(
        [
            ("instructors", f"{scale.instructors:,}"),
            ("students", f"{scale.students:,}"),
            ("bookings", f"about {scale.bookings:,}"),
            ("searches", f"about {scale.searches:,}"),
            ("availability", f"{AHEAD_DAYS} days ahead"),
        ]
    )


def _report(report: SeedReport) -> Table:
    return output.facts(
        [
            ("instructors", f"{report.instructors:,}"),
            ("students", f"{report.students:,}"),
            ("bookings", f"{report.bookings:,}"),
            ("searches", f"{report.searches:,}"),
            ("availability", f"{report.availability_days:,} days"),
            ("took", f"{report.seconds:.1f} s"),
        ]
    )
