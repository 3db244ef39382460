"""`instainstru search aliases`: names of places that staff and searches teach."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from cli import output, session
from cli.errors import agree, faults
from cli.output import AsJson, Cursor, Limit, Yes
from instainstru_core.domains.search import service
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    LearnedView,
    PlaceAliasFilters,
    PlaceAliasView,
    UnresolvedFilters,
    UnresolvedPlacesView,
)
from instainstru_core.domains.search.types.learning import AliasStatus, UnresolvedStatus
from instainstru_core.kernel.errors import Invalid
from instainstru_core.kernel.paging import Page
from instainstru_core.kernel.uow import Uow, tried

app = typer.Typer(no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would come of it, only.")]
AliasId = Annotated[str, typer.Argument(help="The alias, by its id.")]


class AliasRefused(Invalid):
    code = "search.alias_refused"


@app.command("list")
def show_list(
    *,
    status: Annotated[AliasStatus | None, typer.Option(help="Only these.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List the names that were taught, the newest first."""
    with session.work() as uow:
        found = service.place_aliases(
            uow, PlaceAliasFilters(status=status), cursor=cursor, limit=limit
        )
    output.show(found, lambda: _listed(found), as_json=as_json)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What people say, such as 'the junction'.")],
    areas: Annotated[list[str], typer.Argument(help="Keys of the areas that it means.")],
    *,
    every: Annotated[
        bool, typer.Option("--every", help="All of the areas, rather than one of them.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Teach a name of one area or of several."""
    try:
        command = AddPlaceAlias(name=name, area_keys=areas, means_all=every)
    except ValidationError as failure:
        raise AliasRefused(f"This cannot be a name. {faults(failure)}") from None
    _change(lambda uow: service.add_place_alias(uow, command), dry_run=dry_run, as_json=as_json)


@app.command()
def approve(alias_id: AliasId, *, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Use a name that waits."""
    _change(
        lambda uow: service.approve_place_alias(uow, alias_id), dry_run=dry_run, as_json=as_json
    )


@app.command()
def reject(alias_id: AliasId, *, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Do not use a name, or no longer."""
    _change(lambda uow: service.reject_place_alias(uow, alias_id), dry_run=dry_run, as_json=as_json)


@app.command()
def unresolved(
    *,
    status: Annotated[UnresolvedStatus | None, typer.Option(help="Only these.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List words for places that nobody knew, those of most people first."""
    with session.work() as uow:
        found = service.unresolved_places(uow, UnresolvedFilters(status=status), limit=limit)
    output.show(found, lambda: [_unknown(found)], as_json=as_json)


@app.command()
def dismiss(
    name: Annotated[str, typer.Argument(help="The words, as the list has them.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take words off the list for good: they are no name of a place."""
    agree(f"Take {name!r} off the list for good?", yes=yes)
    with session.work() as uow:
        done = service.dismiss_unresolved_place(uow, name)
    output.show(done, lambda: [f"{done.name} is {done.status}."], as_json=as_json)


@app.command()
def learn(*, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Look at what people searched for, as the daily job does, and learn what they agree on."""
    found: list[LearnedView] = []
    with session.working() as runtime:
        after: str | None = None
        while not found or after is not None:
            with runtime.begin(session.operator()) as uow:
                found.append(service.learn_places(uow, after=after, dry_run=dry_run))
            after = found[-1].next_name
    whole = LearnedView(
        looked_at=sum(page.looked_at for page in found),
        active=[name for page in found for name in page.active],
        pending=[name for page in found for name in page.pending],
        review=[name for page in found for name in page.review],
        next_name=None,
    )
    output.show(whole, lambda: _learned(whole, dry_run=dry_run), as_json=as_json)


def _change(act: Callable[[Uow], PlaceAliasView], *, dry_run: bool, as_json: bool) -> None:
    """Do it, or do it and take it back, and show what came of it."""
    with session.working() as runtime:
        actor = session.operator()
        if dry_run:
            done = tried(runtime.begin, actor, act)
        else:
            with runtime.begin(actor) as uow:
                done = act(uow)
    would = "would be " if dry_run else "is "
    meaning = f"{', '.join(done.area_keys)}{', one of them' if done.is_ambiguous else ''}"
    output.show(
        done, lambda: [f'"{done.name}" {would}{done.status}: {meaning}. {done.id}'], as_json=as_json
    )


def _listed(found: Page[PlaceAliasView]) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "name",
        "means",
        "status",
        "from",
        "people",
        "since",
        rows=(
            (
                one.id,
                one.name,
                (" or " if one.is_ambiguous else ", ").join(one.area_keys),
                one.status,
                one.source,
                one.people,
                output.moment(one.decided_at or one.created_at),
            )
            for one in found.items
        ),
    )
    return [rows, *output.more(found.next_cursor)]


def _unknown(found: UnresolvedPlacesView) -> Table:
    return output.table(
        "words",
        "people",
        "searches",
        "clicked",
        "agree on",
        "share",
        "status",
        rows=(
            (
                one.name,
                one.people,
                one.searches,
                one.clickers,
                one.area_key,
                output.share(one.share) if one.area_key else None,
                one.status,
            )
            for one in found.items
        ),
    )


def _learned(found: LearnedView, *, dry_run: bool) -> Sequence[str]:
    said = [f"Looked at {found.looked_at} names that nobody knew."]
    for names, what in (
        (found.active, "used from now on"),
        (found.pending, "waiting for approval"),
        (found.review, "to be decided by somebody"),
    ):
        if names:
            said.append(f"{'Would be ' if dry_run else ''}{what}: {', '.join(names)}.")
    return said
