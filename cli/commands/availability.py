"""`instainstru availability`: open hours, blackout days, and what is free."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Yes
from cli.people import meant
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.schemas import (
    AddBlackouts,
    AddedBlackoutsView,
    CopiedWeekView,
    CopyWeek,
    Detail,
    FreeDayView,
    FreeTimesQuery,
    FreeTimesView,
    HoursView,
    OwnWeekView,
    TakenView,
)
from instainstru_core.domains.availability.types import Done, Tag
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.time import local_day
from instainstru_core.runtime import Runtime

app = typer.Typer(add_completion=False, no_args_is_help=True)
blackouts = typer.Typer(no_args_is_help=True, help="Days on which somebody does not teach.")
app.add_typer(blackouts, name="blackouts")

DAY = ["%Y-%m-%d"]
Who = Annotated[str, typer.Argument(help="The instructor: id, e-mail, phone number or name.")]
First = Annotated[datetime, typer.Argument(formats=DAY, help="The first day.")]


@app.command()
def week(
    who: Who,
    day: Annotated[
        datetime | None, typer.Argument(formats=DAY, help="A day of it; today unless given.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a week of somebody's hours beside what is booked."""
    with session.working() as runtime, runtime.begin(_instructor(runtime, who)) as uow:
        found = service.week(uow, day.date() if day else local_day(uow.now))
    output.show(found, lambda: _week(found), as_json=as_json)


@app.command()
def free(
    who: Who,
    *,
    first: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The first day; today unless given.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The last day; a week unless given.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=30, max=240, help="The length of the lesson.")] = 60,
    lesson_format: Annotated[
        LessonFormat | None, typer.Option("--format", help="Where; else what suits every format.")
    ] = None,
    detail: Annotated[Detail, typer.Option(help="How much to tell of each day.")] = Detail.FULL,
    as_json: AsJson = False,
) -> None:
    """Show when somebody can be booked, as the public sees it."""
    query = FreeTimesQuery.model_validate(
        {
            "first": first and first.date(),
            "last": last and last.date(),
            "minutes": minutes,
            "format": lesson_format,
            "detail": detail,
        }
    )
    with session.work() as uow:
        found = service.free_times(uow, meant(uow, who).id, query)
    output.show(found, lambda: [_free(found)], as_json=as_json)


@app.command()
def copy(
    who: Who,
    monday: Annotated[datetime, typer.Argument(formats=DAY, help="The Monday to copy from.")],
    to: Annotated[datetime, typer.Argument(formats=DAY, help="The Monday to overwrite.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Copy a week of somebody's hours over another one, in their place."""
    agree(f"Overwrite the hours of the week of {to:%Y-%m-%d}?", yes=yes)
    with session.working() as runtime, runtime.begin(_instructor(runtime, who)) as uow:
        found = service.copy_week(uow, monday.date(), CopyWeek(to=to.date()))
    output.show(found, lambda: [_copied(found)], as_json=as_json)


@blackouts.command("list")
def list_blackouts(who: Who, *, as_json: AsJson = False) -> None:
    """List the blackout days of somebody from today on."""
    with session.working() as runtime, runtime.begin(_instructor(runtime, who)) as uow:
        found = service.blackouts(uow)
    rows = [(each.day, each.reason) for each in found.items]
    output.show(found, lambda: [output.table("day", "reason", rows=rows)], as_json=as_json)


@blackouts.command("add")
def add_blackouts(
    who: Who,
    first: First,
    last: Annotated[
        datetime | None, typer.Argument(formats=DAY, help="The last day, unless it is one alone.")
    ] = None,
    *,
    reason: Annotated[str | None, typer.Option(help="Why; only the instructor sees it.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let nobody book somebody on these days. Lessons on them stay and are listed."""
    command = AddBlackouts(first=first.date(), last=last and last.date(), reason=reason)
    agree(f"Let nobody book {who} from {first:%Y-%m-%d} to {last or first:%Y-%m-%d}?", yes=yes)
    with session.working() as runtime, runtime.begin(_instructor(runtime, who)) as uow:
        found = service.add_blackouts(uow, command)
    output.show(found, lambda: _added(found), as_json=as_json)


@blackouts.command("remove")
def remove_blackout(who: Who, day: First, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let somebody be booked on a day again."""
    agree(f"Let {who} be booked on {day:%Y-%m-%d} again?", yes=yes)
    with session.working() as runtime, runtime.begin(_instructor(runtime, who)) as uow:
        found = service.remove_blackout(uow, day.date())
    output.show(found, lambda: [f"{found.day} can be booked again."], as_json=as_json)


def _instructor(runtime: Runtime, who: str) -> Actor:
    """The instructor whom the operator stands in for."""
    with runtime.begin(session.operator()) as uow:
        person_id = meant(uow, who).id
    return session.in_place_of(runtime, person_id)


def _week(found: OwnWeekView) -> Iterable[Table | str]:
    yield output.table(
        "day",
        "hours",
        "",
        rows=(
            (
                f"{day.day:%a %Y-%m-%d}",
                output.listed(_hours(each) for each in day.hours),
                "blackout" if day.blackout else "",
            )
            for day in found.days
        ),
        title=f"Version {found.version}, on the clock of {found.timezone}",
    )
    if found.taken:
        yield _taken(found.taken)


def _hours(each: HoursView) -> str:
    tag = "" if each.tag is Tag.ANY else f" ({each.tag.replace('_', ' ')})"
    return f"{each.start}-{each.end}{tag}"


def _taken(taken: Iterable[TakenView]) -> Table:
    return output.table(
        "booked",
        "from",
        "to",
        "with",
        "booking",
        rows=(
            (f"{each.day:%a %Y-%m-%d}", each.start, each.end, each.student_name, each.booking_id)
            for each in taken
        ),
    )


def _free(found: FreeTimesView) -> Table:
    return output.table(
        "day",
        "free",
        "starts",
        rows=((f"{day.day:%a %Y-%m-%d}", _when(day), _starts(day)) for day in found.days),
        title=f"{found.minutes} minutes, on the clock of {found.timezone}",
    )


def _when(day: FreeDayView) -> str:
    if day.blackout:
        return "blackout"
    if day.windows is not None:
        return output.listed(f"{window.start}-{window.end}" for window in day.windows)
    if day.parts is not None:
        return output.listed(day.parts)
    return "yes" if day.free else ""


def _starts(day: FreeDayView) -> str:
    return output.listed(day.starts or ())


def _copied(found: CopiedWeekView) -> Table:
    return output.table(
        "day",
        "result",
        "why",
        rows=((f"{each.day:%a %Y-%m-%d}", each.result, each.why) for each in found.items),
        title=f"The week of {found.monday} is at version {found.version}",
    )


def _added(found: AddedBlackoutsView) -> Iterable[Table | str]:
    applied = sum(each.result is Done.APPLIED for each in found.items)
    yield f"{applied} of {len(found.items)} days were marked."
    if found.staying:
        yield "These lessons stay as they are:"
        yield _taken(found.staying)
