"""`instainstru checks`: background checks, and what a simulated provider makes of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson
from devstack.checkr_simulator import levers
from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.errors import CheckNotFound
from instainstru_core.domains.background_checks.schemas import StaffCheckView
from instainstru_core.domains.instructors import service as instructors

app = typer.Typer(add_completion=False, no_args_is_help=True)
Whose = Annotated[str, typer.Argument(help="The instructor's id.")]


class Outcome(StrEnum):
    """What a report may come back with."""

    CLEAR = "clear"
    CONSIDER = "consider"


@app.command("show")
def show_check(instructor_id: Whose, *, as_json: AsJson = False) -> None:
    """Show where an instructor's latest check is."""
    with session.work() as uow:
        instructors.staff_profile(uow, instructor_id)
        found = checks.of(uow, instructor_id)
    output.show(found, lambda: _check(found), as_json=as_json)


@app.command()
def settle(
    instructor_id: Whose,
    *,
    result: Annotated[Outcome, typer.Option(help="What the report says.")] = Outcome.CLEAR,
    as_json: AsJson = False,
) -> None:
    """Let the simulated provider finish an open check; its webhooks tell us of it."""
    with session.working() as runtime:
        with runtime.begin(session.operator()) as uow:
            found = checks.of(uow, instructor_id)
        if found.invitation_id is None:
            raise CheckNotFound("This person never began a check.")
        report_id = levers.settle(
            runtime.settings.checkr_api_url,
            candidate_id=found.candidate_id,
            invitation_id=found.invitation_id,
            report_id=found.report_id,
            status="complete",
            result=result.value,
        )
    output.show(
        {"report_id": report_id, "result": result.value},
        lambda: [f"The report {report_id} came back: {result}."],
        as_json=as_json,
    )


def _check(found: StaffCheckView) -> Sequence[Table | str]:
    if found.status is None:
        return ["This person never began a check."]
    return [
        output.facts(
            [
                ("status", found.status),
                ("lets them be live", "yes" if found.is_clear else "no"),
                ("ordered", output.moment(found.ordered_at)),
                ("completed", output.moment(found.completed_at) or None),
                ("good until", output.moment(found.valid_until) or None),
                ("candidate", found.candidate_id),
                ("invitation", found.invitation_id),
                ("report", found.report_id),
            ]
        )
    ]
