"""What someone did with a result."""

from instainstru_core.domains.search.errors import (
    PositionUnknown,
    ResultUnknown,
    SearchNotFound,
    TooManyClicks,
)
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import recording as repository
from instainstru_core.domains.search.schemas.clicks import ClickView, RecordClick
from instainstru_core.domains.search.service.recording import searcher
from instainstru_core.domains.search.types.recording import Visitor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

UNSEEN = Visitor()


@operation("search.record_click")
def record_click(
    uow: Uow,
    search_id: str,
    command: RecordClick,
    *,
    visitor: Visitor = UNSEEN,
    secret: str = "",
) -> ClickView:
    """Write down what was done with a result, once for each thing done.

    The search of someone who was signed in is theirs alone, that of a guest the guest's, signed in
    since then or not; any other belongs to whoever knows its id. A search that is not written yet
    is waited for: what turns out not to fit it is dropped within a day, and never counted.
    Refuses with SearchNotFound, PositionUnknown, ResultUnknown and TooManyClicks.
    """
    if not policy.is_clickable(search_id, uow.now):
        raise _not_found()
    who = searcher(uow, visitor, secret=secret)
    found = repository.searched(uow.session, search_id, command.instructor_id)
    if found.is_written and not policy.may_act(found.person, found.user_id, who):
        raise _not_found()
    if found.result_count is not None and command.position > found.result_count:
        raise PositionUnknown(
            "There was no result at this position. Send the position that the result said.",
            result_count=found.result_count,
        )
    if not found.is_bookable:
        raise ResultUnknown("There is no such instructor. Send the id that the result said.")
    made = ClickView(
        id=new_id(),
        search_id=search_id,
        instructor_id=command.instructor_id,
        action=command.action,
        position=command.position,
        at=uow.now,
    )
    values = made.model_dump() | {"person": who.person, "guest": who.guest}
    if found.clicks < policy.MAX_CLICKS and repository.add_click(uow.session, values):
        return made
    row = repository.click(uow.session, search_id, command.instructor_id, command.action)
    if row is None:
        raise TooManyClicks(
            "That is all that is kept of one search. Search again.", limit=policy.MAX_CLICKS
        )
    return ClickView.model_validate(row, from_attributes=True)


def _not_found() -> SearchNotFound:
    return SearchNotFound("There is no such search of yours from the last day. Search again.")
