"""`instainstru search embeddings`: the vectors by which search knows what words mean."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli import output, session
from cli.output import AsJson
from instainstru_core.domains.search import service as search
from instainstru_core.domains.search.flows import embedding
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsRebuilt, EmbeddingsStatus
from instainstru_core.domains.search.types.embeddings import EmbeddingKind

app = typer.Typer(no_args_is_help=True)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show how much has a fresh vector by the model in use."""
    with session.working() as runtime, runtime.begin(session.operator()) as uow:
        found = search.embeddings_status(uow, runtime.embedder)
    output.show(found, lambda: _status(found), as_json=as_json)


@app.command()
def rebuild(
    *,
    kind: Annotated[EmbeddingKind | None, typer.Option(help="Only of these.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the vectors that are missing or stale, and forget those of other models."""
    with session.working() as runtime, _progress(quiet=as_json or dry_run) as tell:
        done = embedding.rebuild(
            runtime.begin,
            runtime.embedder,
            actor=session.operator(),
            kind=kind,
            dry_run=dry_run,
            progress=tell,
        )
    output.show(done, lambda: [_rebuilt(done)], as_json=as_json)


@contextmanager
def _progress(*, quiet: bool) -> Generator[Callable[[int, int], None] | None]:
    """A bar on stderr while it works."""
    if quiet:
        yield None
        return
    columns = (TextColumn("vectors"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("vectors")
        yield lambda made, total: bar.update(task, completed=made, total=total)


def _status(found: EmbeddingsStatus) -> list[Table | str]:
    rows = output.table(
        "of",
        "wanted",
        "fresh",
        "missing",
        "stale",
        "coverage",
        "of other models",
        "last made",
        rows=(
            (
                one.kind.value,
                one.wanted,
                one.fresh,
                one.missing,
                one.stale,
                output.share(one.coverage),
                one.other_models,
                output.moment(one.last_made_at),
            )
            for one in found.kinds
        ),
    )
    where = "asked over the network" if found.is_remote else "here, without a network"
    return [rows, f"Model: {found.model}, version {found.version}, {where}."]


def _rebuilt(done: EmbeddingsRebuilt) -> Table:
    return output.facts(
        [
            ("model", f"{done.model}, version {done.version}"),
            ("would make" if done.dry_run else "made", done.left if done.dry_run else done.made),
            ("left", None if done.dry_run else done.left),
            ("forgotten", None if done.dry_run else done.forgotten),
        ]
    )
