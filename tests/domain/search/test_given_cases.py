"""The queries of `../shared/data/search_cases_dev.jsonl` about filtering and relaxing: for each a
city in which what is claimed can be seen.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.types.wanted import Relaxable
from instainstru_core.kernel.authority import ANONYMOUS
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.factories import instructors
from tests.unit.search.cases import Case, cases

ONLINE, TRAVEL = LessonFormat.ONLINE, LessonFormat.STUDENT_LOCATION
UES, CHELSEA = "nyc-manhattan-upper-east-side", "nyc-manhattan-chelsea-hudson-yards"
PIANO = "piano"
DAY = timedelta(days=1)


def teach(
    uow: Uow,
    *cents: int,
    way: LessonFormat = ONLINE,
    areas: tuple[str, ...] = (),
    hours: tuple[str, ...] = ("09:00-18:00",),
) -> list[str]:
    """Piano teachers, one for each price."""
    return [
        instructors.live_instructor(
            uow,
            service=PIANO,
            prices={way: one},
            area_keys=areas,
            hours=hours,
            overnight_protection=False,
        ).id
        for one in cents
    ]


def five_within_the_price(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    teach(uow, 4_000, 5_000, 6_000, 6_500, 7_000, 9_000)
    result = ask()
    assert (len(result.items), result.total, result.relaxed) == (5, 5, [])


def online_stays_while_the_price_gives_way(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    (online,) = teach(uow, 7_000)
    teach(uow, 7_000, way=TRAVEL)
    result = ask()
    assert [(one.instructor_id, one.relaxed) for one in result.items] == [
        (online, [Relaxable.PRICE])
    ]


def two_in_the_borough(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    both = teach(uow, 9_000, 9_000, way=TRAVEL, areas=(UES,))
    result = ask()
    assert sorted(one.instructor_id for one in result.items) == sorted(both)
    assert (result.total, result.relaxed) == (2, [])


def near_nobody_knows_where(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    teach(uow, 9_000, 9_000, way=TRAVEL, areas=(UES,))
    result = ask()
    assert (result.total, result.understood.near_me, result.understood.place) == (2, True, None)


def tomorrow(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    free, _ = teach(uow, 9_000)[0], teach(uow, 9_000, hours=("09:00-09:05",))
    result = ask()
    (item,) = [one for one in result.items if not one.relaxed]
    assert (item.instructor_id, item.free_at is not None) == (free, True)


def after_five(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    late = teach(uow, 9_000, hours=("17:00-19:00",))[0]
    teach(uow, 9_000, hours=("09:00-17:00",))
    result = ask()
    assert result.understood.time is not None
    assert result.understood.time.after == "17:00"
    assert [one.instructor_id for one in result.items if not one.relaxed] == [late]


def either_day_of_the_weekend(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    teach(uow, 9_000)
    dates = ask().understood.dates
    assert dates is not None
    assert {dates.first.weekday(), dates.last.weekday()} == {5, 6}
    assert ask().total == 1


def one_there_at_six(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    (early,) = teach(uow, 9_000, way=TRAVEL, areas=(UES,), hours=("05:00-09:00",))
    result = ask()
    assert [(one.instructor_id, one.relaxed) for one in result.items] == [(early, [])]
    assert result.relaxation_note is None


def a_quarter_more(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    near = teach(uow, 7_000, 7_500)
    teach(uow, 7_600)
    result = ask()
    assert sorted(one.instructor_id for one in result.items) == sorted(near)
    assert {tuple(one.relaxed) for one in result.items} == {(Relaxable.PRICE,)}
    assert result.relaxed == [Relaxable.PRICE]


def nowhere(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    teach(uow, 9_000, 9_000, way=TRAVEL, areas=(UES,))
    result = ask()
    assert (result.total, result.understood.place_not_found) == (2, "narnia")


def at_noon(uow: Uow, ask: Callable[[], ResultsView]) -> None:
    teach(uow, 9_000)
    assert ask().total == 1


SCENES: dict[int, Callable[[Uow, Callable[[], ResultsView]], None]] = {
    209: five_within_the_price,
    210: online_stays_while_the_price_gives_way,
    211: two_in_the_borough,
    212: near_nobody_knows_where,
    213: tomorrow,
    214: after_five,
    215: either_day_of_the_weekend,
    216: one_there_at_six,
    217: a_quarter_more,
    218: nowhere,
    219: at_noon,
}


@pytest.mark.parametrize("case", cases("filter"), ids=str)
def test_what_is_claimed_of_filters_holds(case: Case, runtime: Runtime, uow: Uow) -> None:
    assert local_day(uow.now).weekday() == 0, "the scenes are of a Monday"

    def ask() -> ResultsView:
        wish = finding.wish_of(runtime.finder, SearchInstructors(q=case.query))
        return finding.find(runtime.finder, ANONYMOUS, wish)

    SCENES[case.line](uow, ask)
