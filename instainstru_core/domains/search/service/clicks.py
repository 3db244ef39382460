"""What someone did with a result."""

from instainstru_core.domains.search import policy, repository
from instainstru_core.domains.search.errors import (
    PositionUnknown,
    ResultUnknown,
    SearchNotFound,
    TooManyClicks,
)
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.schemas import ClickView, RecordClick
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("search.record_click")
def record_click(uow: Uow, search_id: str, command: RecordClick) -> ClickView:
    """Write down what was done with a result, once for each thing done.

    The search of someone who was signed in is theirs alone. Anybody else's belongs to whoever
    knows its id.
    """
    search = _own_search(uow, search_id)
    if command.position > search.result_count:
        raise PositionUnknown(
            "There was no result at this position. Send the position that the result said.",
            result_count=search.result_count,
        )
    if not repository.is_bookable(uow.session, command.instructor_id):
        raise ResultUnknown("There is no such instructor. Send the id that the result said.")
    locks.advisory(uow.session, [f"search:{search_id}"])
    made = repository.clicks(uow.session, search_id)
    row = repository.same_click(made, command.instructor_id, command.action)
    if row is None:
        if len(made) >= policy.MAX_CLICKS:
            raise TooManyClicks(
                "That is all that is kept of one search. Search again.", limit=policy.MAX_CLICKS
            )
        row = SearchClick(
            id=new_id(),
            search_id=search_id,
            instructor_id=command.instructor_id,
            action=command.action,
            position=command.position,
            at=uow.now,
        )
        uow.session.add(row)
        uow.session.flush()
    return ClickView(
        id=row.id,
        search_id=row.search_id,
        instructor_id=row.instructor_id,
        action=row.action,
        position=row.position,
        at=row.at,
    )


def _own_search(uow: Uow, search_id: str) -> SearchQuery:
    found = repository.search(uow.session, search_id) if is_id(search_id) else None
    asker = uow.actor.id if uow.actor.kind is ActorKind.USER else None
    if (
        found is None
        or found.at < uow.now - policy.CLICKABLE_FOR
        or (found.user_id is not None and found.user_id != asker)
    ):
        raise SearchNotFound("There is no such search of yours from the last day. Search again.")
    return found
