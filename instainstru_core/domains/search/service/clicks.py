"""What someone did with results."""

from instainstru_core.domains.search.errors import (
    PositionUnknown,
    ResultUnknown,
    SearchNotFound,
    TooManyClicks,
)
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import recording as repository
from instainstru_core.domains.search.schemas.clicks import (
    ClickView,
    InteractionsView,
    InteractionView,
    RecordClick,
    RecordInteractions,
)
from instainstru_core.domains.search.service.recording import searcher
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Searcher, Visitor
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
    who = searcher(uow, visitor, secret=secret)
    found = _found(uow, search_id, command.instructor_id, who)
    if found.result_count is not None and command.position > found.result_count:
        raise PositionUnknown(
            "There was no result at this position. Send the position that the result said.",
            result_count=found.result_count,
        )
    if not found.is_bookable:
        raise ResultUnknown("There is no such instructor. Send the id that the result said.")
    made = _made(uow, search_id, command)
    values = made.model_dump() | {"person": who.person, "guest": who.guest}
    if found.clicks < policy.MAX_CLICKS and repository.add_click(uow.session, values):
        return made
    row = repository.click(uow.session, search_id, command.instructor_id, command.action)
    if row is None:
        raise TooManyClicks(
            "That is all that is kept of one search. Search again.", limit=policy.MAX_CLICKS
        )
    return ClickView.model_validate(row, from_attributes=True)


@operation("search.record_interactions")
def record_interactions(
    uow: Uow,
    search_id: str,
    command: RecordInteractions,
    *,
    visitor: Visitor = UNSEEN,
    secret: str = "",
) -> InteractionsView:
    """Write down what was done with several results, in four statements however many they are.

    What cannot be written says why, by the code of `record_click`'s refusal; the others are. Where
    the search itself is not theirs, all is refused with SearchNotFound.
    """
    who = searcher(uow, visitor, secret=secret)
    found = _found(uow, search_id, command.items[0].instructor_id, who)
    seen = repository.bookable(uow.session, {item.instructor_id for item in command.items})
    room = policy.MAX_CLICKS - found.clicks
    rows: dict[tuple[str, ClickAction], dict[str, object]] = {}
    told: list[InteractionView] = []
    for item in command.items:
        key = (item.instructor_id, item.action)
        code: str | None = None
        if found.result_count is not None and item.position > found.result_count:
            code = PositionUnknown.code
        elif item.instructor_id not in seen:
            code = ResultUnknown.code
        elif key not in rows and len(rows) >= room:
            code = TooManyClicks.code
        else:
            made = _made(uow, search_id, item).model_dump()
            row: dict[str, object] = {**made, "person": who.person, "guest": who.guest}
            rows.setdefault(key, row)
        told.append(
            InteractionView(instructor_id=item.instructor_id, action=item.action, code=code)
        )
    repository.add_clicks(uow.session, list(rows.values()))
    return InteractionsView(items=told)


def _found(uow: Uow, search_id: str, instructor_id: str, who: Searcher) -> repository.Searched:
    """What is on record of a search that is theirs, or may be about to be."""
    if not policy.is_clickable(search_id, uow.now):
        raise _not_found()
    found = repository.searched(uow.session, search_id, instructor_id)
    if found.is_written and not policy.may_act(found.person, found.user_id, who):
        raise _not_found()
    return found


def _made(uow: Uow, search_id: str, command: RecordClick) -> ClickView:
    return ClickView(
        id=new_id(),
        search_id=search_id,
        instructor_id=command.instructor_id,
        action=command.action,
        position=command.position,
        at=uow.now,
    )


def _not_found() -> SearchNotFound:
    return SearchNotFound("There is no such search of yours from the last day. Search again.")
