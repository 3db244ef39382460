"""In which order results stand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search import policy
from instainstru_core.domains.search.types import Candidate

OFFER = Candidate(
    instructor_id="a",
    offering_id="1",
    service_id="piano",
    formats=(LessonFormat.ONLINE,),
    from_cents=10_000,
    travels_there=False,
    hosts_there=False,
    meters=None,
    years_experience=10,
    is_founding=False,
)
SERVICES = {"piano": 1.0, "keyboard": 0.96}
offers = st.builds(
    Candidate,
    instructor_id=st.sampled_from("abcdef"),
    offering_id=st.uuids().map(str),
    service_id=st.sampled_from(sorted(SERVICES)),
    formats=st.just((LessonFormat.ONLINE,)),
    from_cents=st.integers(1, 100_000),
    travels_there=st.booleans(),
    hosts_there=st.booleans(),
    meters=st.none() | st.floats(0, 5_000),
    years_experience=st.integers(0, 70),
    is_founding=st.booleans(),
)


def score(offer: Candidate, *, somewhere: bool = True) -> int:
    (found,) = policy.ranked([offer], SERVICES, somewhere=somewhere)
    return found.score


class TestAScore:
    def test_is_the_sum_of_its_parts(self) -> None:
        (found,) = policy.ranked([OFFER], SERVICES, somewhere=False)
        assert (found.signals.match, found.signals.place, found.signals.price) == (1.0, 0.7, 0.75)
        assert (found.signals.experience, found.signals.founding) == (0.5, 0.0)
        assert found.score == 8025

    @pytest.mark.parametrize(
        ("better", "worse"),
        [
            ({}, {"service_id": "keyboard"}),
            ({"from_cents": 9_000}, {}),
            ({"years_experience": 11}, {}),
            ({"is_founding": True}, {}),
            ({"travels_there": True}, {}),
            ({"hosts_there": True}, {}),
            ({"meters": 900.0}, {"meters": 3_000.0}),
            ({"meters": 3_000.0}, {"meters": 4_000.0}),
        ],
    )
    def test_is_higher_for_what_is_better(
        self, better: dict[str, object], worse: dict[str, object]
    ) -> None:
        assert score(replace(OFFER, **better)) > score(replace(OFFER, **worse))

    def test_ignores_places_when_none_was_asked_for(self) -> None:
        near = replace(OFFER, travels_there=True)
        assert score(near, somewhere=False) == score(OFFER, somewhere=False)


class TestTheOrder:
    @given(st.lists(offers, max_size=30))
    def test_has_each_instructor_once_best_first(self, many: list[Candidate]) -> None:
        found = policy.ranked(many, SERVICES, somewhere=True)
        assert {one.offer.instructor_id for one in found} == {o.instructor_id for o in many}
        assert len({one.offer.instructor_id for one in found}) == len(found)
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert all(0 <= one.score <= policy.SCALE for one in found)

    @given(st.lists(offers, max_size=30), st.integers(1, 5))
    def test_continues_where_a_page_ended(self, many: list[Candidate], size: int) -> None:
        found = policy.ranked(many, SERVICES, somewhere=True)
        pages = []
        rest = found
        while rest:
            pages += rest[:size]
            last = rest[:size][-1]
            rest = list(policy.after(found, last.score, last.offer.instructor_id))
        assert pages == found

    def test_prefers_the_cheaper_of_equal_offerings(self) -> None:
        dear = replace(OFFER, offering_id="0", from_cents=30_000)
        cheap = replace(OFFER, offering_id="9", from_cents=20_000)
        (found,) = policy.ranked([dear, cheap], SERVICES, somewhere=False)
        assert found.offer is cheap


class TestReach:
    def test_is_from_today_to_half_a_year(self) -> None:
        today = date(2026, 6, 15)
        days = [-1, 0, policy.MAX_DAYS_AHEAD, policy.MAX_DAYS_AHEAD + 1]
        reached = [policy.is_within_reach(today + timedelta(days=day), today) for day in days]
        assert reached == [False, True, True, False]
