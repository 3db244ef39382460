"""`instainstru search erase`: make what somebody searched for nobody's."""

from typing import Annotated

import typer

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Yes
from cli.people import Who, meant
from instainstru_core.domains.search import service

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count, change nothing.")]


def erase(who: Who, *, dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False) -> None:
    """Remove somebody's history for good, and their name from what they searched for and clicked.

    Their searches stay in the figures as nobody's.
    """
    with session.working() as runtime:
        secret = runtime.settings.location_secret.get_secret_value()
        with runtime.begin(session.operator()) as uow:
            person = meant(uow, who)
        name = f"{person.first_name} {person.last_name}"
        if not dry_run:
            agree(f"Forget for good what {name} searched for?", yes=yes)
        with runtime.begin(session.operator()) as uow:
            done = service.erase_searcher(uow, person.id, secret=secret, dry_run=dry_run)
    output.show(
        done,
        lambda: [
            (
                f"{name}: {done.histories:,} texts of the history"
                f" {'are' if done.is_done else 'would be'} gone, {done.searches:,} searches"
                f" {'are' if done.is_done else 'would be'} nobody's."
            )
        ],
        as_json=as_json,
    )
