"""The index in memory follows the tables: what is in it, and what each change does to it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.reviews.models import ReviewTotal
from instainstru_core.domains.search import service
from instainstru_core.domains.search.models import SearchChange, SearchFeed
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.matching import Matched
from instainstru_core.domains.search.types.parsed import AgeGroup, Skill
from instainstru_core.domains.search.types.wanted import Sort, Wanted, Where
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.uow import Uow
from tests.factories import instructors

TODAY = date(2026, 6, 15)
Counting = Callable[[], AbstractContextManager[list[str]]]


def found(index: Index, wanted: Wanted) -> list[Matched]:
    return list(matched(index, wanted, today=TODAY).items)


def ids(index: Index, wanted: Wanted) -> list[str]:
    return [one.instructor_id for one in found(index, wanted)]


def only(service_id: str, **more: object) -> Wanted:
    return Wanted(services={service_id: 1.0}, **more)  # type: ignore[arg-type]


class TestWhatIsInIt:
    def test_is_whoever_can_be_booked(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        instructors.live_instructor(uow, live=False)
        instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        (item,) = found(service.fresh(uow), only(maya.service_id))
        assert item.instructor_id == maya.id
        assert item.best.from_cents == 8_000
        assert item.best.formats == set(instructors.ALL_FORMATS)
        assert (item.meters, item.relaxed, item.review_count) == (None, (), 0)

    def test_knows_prices_lengths_ages_levels_filters_and_places(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, prices={LessonFormat.INSTRUCTOR_LOCATION: 9_000})
        oboe = instructors.catalog_service(uow, slug="test-oboe")
        instructors.offering(
            uow,
            maya.id,
            oboe.id,
            prices={LessonFormat.ONLINE: 7_000},
            durations=[45],
            age_groups=["adults"],
            skill_levels=["advanced"],
            filters={"goal": ["performance"]},
        )
        index = service.fresh(uow)
        wanted = [
            {"minutes": 45},
            {"age_group": AgeGroup.ADULTS},
            {"skills": frozenset({Skill.ADVANCED})},
            {"filters": {"goal": frozenset({"performance", "hobby"})}},
            {"formats": frozenset({LessonFormat.ONLINE}), "max_cents": 7_000},
        ]
        unwanted = [
            {"minutes": 60},
            {"age_group": AgeGroup.KIDS},
            {"skills": frozenset({Skill.BEGINNER})},
            {"filters": {"goal": frozenset({"hobby"})}},
            {"formats": frozenset({LessonFormat.STUDENT_LOCATION})},
            {"min_rating": 4.0},
        ]
        assert [len(found(index, only(oboe.id, **one))) for one in wanted] == [1] * len(wanted)
        assert [len(found(index, only(oboe.id, **one))) for one in unwanted] == [0] * len(unwanted)
        (near,) = found(index, only(maya.service_id, where=Where(frozenset(), (40.42, -73.7915))))
        assert near.meters is not None
        assert 900 < near.meters < 1_000, "0.0085 degrees of latitude from the approximate point"

    def test_asks_once_while_nothing_changes(self, uow: Uow, count_statements: Counting) -> None:
        maya = instructors.live_instructor(uow)
        first = service.fresh(uow)
        with count_statements() as seen:
            assert service.fresh(uow) is first
        assert len(seen) == 1
        uow.session.execute(
            update(Instructor).where(Instructor.id == maya.id).values(bio="x" * 100)
        )
        with count_statements() as seen:
            assert service.fresh(uow) is not first
        assert len(seen) == 4, "the feed twice, who they are, what they offer"


class TestADeadline:
    def limit(self, uow: Uow) -> int:
        return uow.session.scalars(
            text("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'")
        ).one()

    def test_limits_the_statements_after_the_look_at_the_feed(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        usual = self.limit(uow)
        service.fresh(uow)
        assert self.limit(uow) == usual
        deadline = Deadline(10.0, clock=lambda: 9.6)
        with count_statements() as seen:
            service.fresh(uow, deadline=deadline, kept=0.1)
        assert len(seen) == 1
        assert self.limit(uow) == 300
        service.fresh(uow)
        assert self.limit(uow) == 300, "who has no deadline leaves it as it is"

    def test_does_not_cut_short_what_is_read_anew(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        maya = instructors.live_instructor(uow)
        service.fresh(uow)
        hide(uow, maya)
        with count_statements() as seen:
            service.fresh(uow, deadline=Deadline(10.0, clock=lambda: 9.6), kept=0.1)
        unlimited = seen.index("SET LOCAL statement_timeout TO DEFAULT")
        (read,) = (at for at, one in enumerate(seen) if "FROM instructors i" in one)
        assert unlimited < read < len(seen) - 1
        assert self.limit(uow) == 300


def hide(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(update(Instructor).where(Instructor.id == who.id).values(is_live=False))


def suspend(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(
        update(User).where(User.id == who.id).values(status=AccountStatus.SUSPENDED)
    )


def stop_offering(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(
        update(Offering).where(Offering.id == who.offering_id).values(is_active=False)
    )


def take_prices_away(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(delete(OfferingPrice).where(OfferingPrice.offering_id == who.offering_id))


def end_the_service(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(update(Service).where(Service.id == who.service_id).values(is_active=False))


def delete_the_offering(uow: Uow, who: instructors.LiveInstructor) -> None:
    uow.session.execute(delete(Offering).where(Offering.id == who.offering_id))


class TestAChange:
    @pytest.mark.parametrize(
        "change",
        [
            hide,
            suspend,
            stop_offering,
            take_prices_away,
            end_the_service,
            delete_the_offering,
        ],
    )
    def test_that_takes_an_offer_away_is_seen_at_once(
        self, uow: Uow, change: Callable[[Uow, instructors.LiveInstructor], None]
    ) -> None:
        maya = instructors.live_instructor(uow)
        leo = instructors.live_instructor(uow, service="test-oboe", first_name="Leo")
        assert ids(service.fresh(uow), only(maya.service_id)) == [maya.id]
        change(uow, maya)
        index = service.fresh(uow)
        assert ids(index, only(maya.service_id)) == []
        assert ids(index, only(leo.service_id)) == [leo.id]

    def test_of_areas_places_prices_and_reviews_is_seen_at_once(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow, prices={LessonFormat.STUDENT_LOCATION: 12_000})
        here = only(maya.service_id, where=Where(frozenset({instructors.SQUARE})))
        assert ids(service.fresh(uow), here) == [maya.id]

        uow.session.execute(delete(ServiceArea).where(ServiceArea.instructor_id == maya.id))
        assert ids(service.fresh(uow), here) == []

        uow.session.add(
            OfferingPrice(
                offering_id=maya.offering_id,
                format=LessonFormat.INSTRUCTOR_LOCATION,
                hourly_rate_cents=9_000,
            )
        )
        uow.session.execute(
            update(TeachingPlace)
            .where(TeachingPlace.instructor_id == maya.id)
            .values(area_key=instructors.SQUARE)
        )
        (item,) = found(service.fresh(uow), here)
        assert (item.best.from_cents, item.best.formats, item.meters) == (
            9_000,
            {LessonFormat.INSTRUCTOR_LOCATION},
            0,
        )

        uow.session.add(
            ReviewTotal(
                instructor_id=maya.id,
                count=2,
                star_sum=9,
                one_star=0,
                two_stars=0,
                three_stars=0,
                four_stars=1,
                five_stars=1,
                updated_at=uow.now,
            )
        )
        index = service.fresh(uow)
        (item,) = found(index, here)
        assert (item.review_count, item.star_sum, index.mean) == (2, 9, 4_500)

    def test_of_somebody_new_is_seen_at_once(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        service.fresh(uow)
        leo = instructors.live_instructor(uow, first_name="Leo")
        wanted = only(maya.service_id, sort=Sort.PRICE_LOW)
        assert sorted(ids(service.fresh(uow), wanted)) == sorted([maya.id, leo.id])

    def test_of_the_time_of_a_sign_in_counts_once_a_day(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)

        def signed_in(hours: int) -> int:
            uow.session.execute(
                update(User)
                .where(User.id == maya.id)
                .values(last_login_at=uow.now + timedelta(hours=hours))
            )
            return changes(uow)

        before = changes(uow)
        assert [signed_in(hours) - before for hours in (0, 1, 2, 24)] == [1, 1, 1, 2]

    def test_that_the_search_does_not_go_by_is_no_news(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        index = service.fresh(uow)
        uow.session.execute(update(User).where(User.id == maya.id).values(phone="+12125550199"))
        student = instructors.person(uow, first_name="Zoe")
        uow.session.execute(
            update(User).where(User.id == student).values(status=AccountStatus.SUSPENDED)
        )
        assert service.fresh(uow) is index


class TestTheFeed:
    def test_is_cut_off_after_three_days_and_readers_begin_anew(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        index = service.fresh(uow)
        uow.session.execute(
            update(SearchChange).values(txid=1, at=uow.now - timedelta(days=3, seconds=1))
        )
        count = changes(uow)
        assert [service.forget_changes(uow, limit=count - 1) for _ in range(3)] == [count - 1, 1, 0]
        assert uow.session.scalars(select(SearchFeed.purged)).one() == 1
        assert service.fresh(uow) is index, "what this reader had read already"

        uow.session.execute(update(SearchFeed).values(purged=2**61))
        again = service.fresh(uow)
        assert again is not index
        assert ids(again, only(maya.service_id)) == [maya.id]

    def test_keeps_what_is_younger(self, uow: Uow) -> None:
        instructors.live_instructor(uow)
        uow.session.execute(update(SearchChange).values(at=uow.now - timedelta(days=3)))
        assert service.forget_changes(uow, limit=1_000) == 0

    def test_names_an_instructor_once_for_a_statement(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        before = changes(uow)
        uow.session.execute(
            text("UPDATE offering_prices SET hourly_rate_cents = hourly_rate_cents + 1")
        )
        assert changes(uow) - before == len({maya.id})


def changes(uow: Uow) -> int:
    return uow.session.scalars(select(func.count()).select_from(SearchChange)).one()
