"""Who of many instructors travels to a point."""

from collections.abc import Sequence

from instainstru_core.domains.instructors import repository
from instainstru_core.domains.instructors.errors import TooManyInstructors
from instainstru_core.domains.instructors.repository import Point
from instainstru_core.domains.instructors.schemas import CoverageView, CoveredView
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

MAX_ASKED = 100


@operation("instructors.coverage")
def coverage(uow: Uow, ids: Sequence[str], *, latitude: float, longitude: float) -> CoverageView:
    """Whether a point lies in the areas of each of these instructors. One statement, for everybody.

    Refuses more than 100 with TooManyInstructors. Who cannot be booked is listed apart: whether
    there is such a person at all is not told.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MAX_ASKED:
        raise TooManyInstructors(
            f"Ask about {MAX_ASKED} instructors at most, and about the others after them.",
            asked=len(wanted),
            most=MAX_ASKED,
        )
    known = [each for each in wanted if is_id(each)]
    point = Point(latitude, longitude)
    found = repository.reached_by(uow.session, point, known) if known else {}
    return CoverageView(
        items=[
            CoveredView(instructor_id=each, covered=found[each]) for each in wanted if each in found
        ],
        not_bookable=[each for each in wanted if each not in found],
    )
