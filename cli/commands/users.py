"""`instainstru users`: people."""

import typer
from rich.table import Table

from cli import output, session
from cli.commands.standing import restore, standing, suspend
from cli.output import AsJson, Limit
from cli.people import Who, meant
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import FoundPersonView, PersonView

app = typer.Typer(add_completion=False, no_args_is_help=True)
app.command()(standing)
app.command()(suspend)
app.command()(restore)


@app.command()
def find(who: Who, *, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the people who fit, the best match first."""
    with session.work() as uow:
        found = accounts.find(uow, who, limit=limit)
    output.show(found, lambda: [_list(found)], as_json=as_json)


@app.command("show")
def show_person(who: Who, *, as_json: AsJson = False) -> None:
    """Show one person."""
    with session.work() as uow:
        found = meant(uow, who)
    output.show(found, lambda: [_person(found)], as_json=as_json)


def _list(found: list[FoundPersonView]) -> Table:
    return output.table(
        "id",
        "name",
        "e-mail",
        "roles",
        "status",
        "matched by",
        rows=(
            (
                person.id,
                f"{person.first_name} {person.last_name}",
                person.email,
                output.listed(person.roles),
                person.status,
                person.matched_by,
            )
            for person in found
        ),
    )


def _person(person: PersonView) -> Table:
    return output.facts(
        [
            ("id", person.id),
            ("name", f"{person.first_name} {person.last_name}"),
            ("shown as", person.public_name),
            ("e-mail", person.email),
            ("e-mail proven", output.moment(person.email_proven_at) or "no"),
            ("phone", person.phone),
            ("zip code", person.zip_code),
            ("time zone", person.timezone),
            ("roles", output.listed(person.roles)),
            ("status", person.status),
            ("since", output.moment(person.created_at)),
            ("last seen", output.moment(person.last_login_at) or None),
        ]
    )
