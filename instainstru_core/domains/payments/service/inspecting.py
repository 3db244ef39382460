"""Looking at commands, for staff."""

from instainstru_core.domains.payments.models import PaymentCommand
from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.schemas import CommandView
from instainstru_core.kernel import paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow


@operation("payments.commands_of")
def commands_of(uow: Uow, reference: str) -> list[CommandView]:
    """Every call that was asked of the provider for this reference, oldest first."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    return [_view(row) for row in repository.commands_of(uow.session, reference)]


@operation("payments.open_commands")
def open_commands(uow: Uow, *, cursor: str | None = None, limit: int = 50) -> Page[CommandView]:
    """Calls that are under way or wait to be made again, the oldest first."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = "payments.open_commands"
    after = ""
    if cursor is not None:
        (key,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        after = str(key)
    return paging.page_of(
        repository.open_commands(uow.session, after=after, limit=limit + 1),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=_view,
    )


def _view(row: PaymentCommand) -> CommandView:
    return CommandView(
        id=row.id,
        reference=row.reference,
        action=row.action,
        part=row.part,
        attempt=row.attempt,
        state=row.state,
        cents=row.request.get("cents"),
        failure=row.failure,
        calls=row.calls,
        provider_id=(row.result or {}).get("id"),
        requested_at=row.requested_at,
        due_at=row.due_at if row.finished_at is None else None,
        finished_at=row.finished_at,
    )
