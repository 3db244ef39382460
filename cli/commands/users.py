"""`instainstru users`: people."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson, Limit
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import FoundPersonView, PersonView
from instainstru_core.kernel.errors import Conflict, NotFound
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow

app = typer.Typer(no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="An id, e-mail address, phone number or name.")]


class NobodyFits(NotFound):
    code = "users.nobody_fits"


class SeveralFit(Conflict):
    code = "users.several_fit"


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


def meant(uow: Uow, who: str) -> PersonView:
    """The one person who is meant by an id, e-mail address, phone number or name."""
    return accounts.person(uow, who) if is_id(who) else _only(accounts.find(uow, who), who)


def _only(found: list[FoundPersonView], who: str) -> PersonView:
    """The one who is meant. Refuses to guess."""
    if not found:
        raise NobodyFits(f"Nobody fits {who!r}. Try another spelling, an e-mail or an id.")
    if len(found) > 1:
        raise SeveralFit(
            f"{len(found)} people fit {who!r}. Choose one by its id; `users find` lists them.",
            candidates=[person.id for person in found],
        )
    return found[0]


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
            ("phone", person.phone),
            ("zip code", person.zip_code),
            ("time zone", person.timezone),
            ("roles", output.listed(person.roles)),
            ("status", person.status),
            ("since", output.moment(person.created_at)),
            ("last seen", output.moment(person.last_login_at) or None),
        ]
    )
