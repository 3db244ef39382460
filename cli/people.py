"""The one person whom a command is about."""

from typing import Annotated, TypeAlias

import typer

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import FoundPersonView, PersonView
from instainstru_core.kernel.errors import Conflict, NotFound
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow

Who: TypeAlias = Annotated[str, typer.Argument(help="An id, e-mail address, phone number or name.")]


class NobodyFits(NotFound):
    code = "users.nobody_fits"


class SeveralFit(Conflict):
    code = "users.several_fit"


def meant(uow: Uow, who: str) -> PersonView:
    """The one person who is meant by an id, e-mail address, phone number or name."""
    return accounts.person(uow, who) if is_id(who) else _only(accounts.find(uow, who), who)


def require_known(uow: Uow, *person_ids: str | None) -> None:
    """Refuse ids that nobody has: a list narrowed to them would only be empty."""
    for person_id in person_ids:
        if person_id is not None:
            accounts.person(uow, person_id)


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
