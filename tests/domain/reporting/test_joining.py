"""The funnel by cohort and those who do not go on, with figures worked out by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.instructors.models import Instructor, LifecycleEvent
from instainstru_core.domains.instructors.types import FUNNEL, LessonFormat, Milestone
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.domains.reporting import service
from instainstru_core.domains.reporting.policy.joining import StuckReason, WaitsFor
from instainstru_core.domains.reporting.schemas.joining import FoundingPlaces, StuckPerson
from instainstru_core.kernel.authority import SYSTEM, Actor, Permission, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import checks, onboarding
from tests.factories import payments_people as people
from tests.factories.instructors import catalog_service, offering, person

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
(
    REGISTERED,
    SUBMITTED,
    CONFIGURED,
    INITIATED,
    COMPLETED,
    VERIFIED,
    LIVE,
) = FUNNEL


def joined(
    uow: Uow,
    steps: Sequence[Milestone],
    *,
    at: datetime | None = None,
    founding: bool = False,
    name: str = "Maya",
    status: AccountStatus = AccountStatus.ACTIVE,
) -> str:
    """Somebody who took these steps at this moment, all at once."""
    at = at or uow.now
    instructor_id = person(uow, first_name=name, status=status)
    is_live = LIVE in steps
    uow.session.add(
        Instructor(
            id=instructor_id,
            slug=instructor_id.lower(),
            bio="Words.",
            is_live=is_live,
            first_live_at=at if is_live else None,
            is_founding=founding,
            created_at=at,
            updated_at=at,
        )
    )
    uow.session.flush()
    uow.session.add_all(
        LifecycleEvent(id=new_id(), instructor_id=instructor_id, milestone=step, occurred_at=at)
        for step in steps
    )
    uow.session.flush()
    return instructor_id


class TestTheFunnel:
    def test_counts_a_cohort_stage_by_stage(self, uow: Uow) -> None:
        """Of eight, seven wrote a bio, four offer something, three began a check; one of those
        went live, one waits for the check and one proved only who they are. One skipped the bio.
        """
        joined(uow, FUNNEL, founding=True)
        joined(uow, [REGISTERED, SUBMITTED, CONFIGURED, INITIATED])
        joined(uow, [REGISTERED, SUBMITTED, CONFIGURED, INITIATED, VERIFIED], founding=True)
        joined(uow, [REGISTERED, SUBMITTED, CONFIGURED])
        for _ in range(3):
            joined(uow, [REGISTERED, SUBMITTED])
        joined(uow, [REGISTERED, CONFIGURED])
        report = service.founding_funnel(uow, founding_cap=100)
        rows = report.data.stages
        assert [row.stage for row in rows] == list(FUNNEL)
        assert [row.count for row in rows] == [8, 7, 4, 3, 1, 1, 1]
        assert [row.reached for row in rows] == [8, 7, 5, 3, 1, 2, 1]
        assert [row.from_previous for row in rows] == [1.0, 0.875, 0.5714, 0.75, 0.3333, 1.0, 1.0]
        assert [row.from_start for row in rows] == [1.0, 0.875, 0.5, 0.375, 0.125, 0.125, 0.125]
        assert report.total == 8
        assert report.warnings == []
        few = service.founding_funnel(uow, founding_only=True, founding_cap=100).data
        assert [row.count for row in few.stages] == [2, 2, 2, 2, 1, 1, 1]
        assert few.founding_only

    def test_takes_who_registered_in_the_window_to_the_instant_whenever_they_went_on(
        self, uow: Uow
    ) -> None:
        midnight = datetime.fromisoformat("2026-06-01T04:00:00+00:00")
        for at in (midnight - MOMENT, midnight, midnight + 30 * DAY - MOMENT):
            joined(uow, FUNNEL, at=at)
        joined(uow, FUNNEL, at=midnight + 30 * DAY)
        late = joined(uow, [REGISTERED], at=midnight)
        uow.session.add(
            LifecycleEvent(
                id=new_id(),
                instructor_id=late,
                milestone=SUBMITTED,
                occurred_at=midnight + 60 * DAY,
            )
        )
        uow.session.flush()
        report = service.founding_funnel(uow, "june 2026", founding_cap=100)
        assert [row.count for row in report.data.stages] == [3, 3, 2, 2, 2, 2, 2]
        assert report.window is not None
        assert report.window.start == midnight
        assert report.window.end == midnight + 30 * DAY

    def test_of_nobody_has_zeros_and_no_shares(self, uow: Uow) -> None:
        report = service.founding_funnel(uow, founding_cap=100)
        assert [row.count for row in report.data.stages] == [0] * 7
        assert {row.from_previous for row in report.data.stages} == {None}
        assert report.window is None
        assert report.warnings == ["Nobody registered then, so there are no shares."]

    def test_of_everybody_says_since_when(self, uow: Uow) -> None:
        joined(uow, [REGISTERED], at=uow.now - 3 * DAY)
        window = service.founding_funnel(uow, founding_cap=100).window
        assert window is not None
        assert (window.start, window.end) == (uow.now - 3 * DAY, uow.now)

    def test_says_how_many_founding_places_are_left(self, uow: Uow) -> None:
        onboarding.founding_instructors(uow, 3)
        onboarding.invite(uow, grants_founding=True)
        onboarding.invite(uow, grants_founding=True, expires_at=uow.now)
        found = service.founding_funnel(uow, founding_cap=5).data.founding
        assert found == FoundingPlaces(cap=5, taken=3, promised=1, free=1, is_open=True)
        full = service.founding_funnel(uow, founding_cap=3).data.founding
        assert (full.free, full.is_open) == (0, False)

    def test_never_converts_more_than_all(self, uow: Uow) -> None:
        for first in range(1, len(FUNNEL)):
            joined(uow, [REGISTERED, *FUNNEL[first:]])
        rows = service.founding_funnel(uow, founding_cap=100).data.stages
        assert all(0 <= (row.from_previous or 0) <= 1 for row in rows)
        assert [row.count for row in rows] == [6, 1, 1, 1, 1, 1, 1]


class TestBeingStuck:
    def test_begins_at_the_instant_the_days_are_over(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            joined(uow, [REGISTERED])
        clock.advance(7 * DAY - MOMENT)
        with begin(SYSTEM) as uow:
            none = service.stuck_instructors(uow)
            assert (none.total, none.data.summary) == (0, [])
            assert none.warnings == ["Nobody took no step for 7 days."]
        clock.advance(MOMENT)
        with begin(SYSTEM) as uow:
            (found,) = service.stuck_instructors(uow).data.instructors
            assert (found.days, found.stage) == (7, REGISTERED)
            assert service.stuck_instructors(uow, stuck_days=8).total == 0

    def test_is_told_longest_first_with_a_count_by_stage(self, uow: Uow) -> None:
        old = joined(uow, [REGISTERED, SUBMITTED], at=uow.now - 20 * DAY, name="Old")
        older = joined(uow, [REGISTERED], at=uow.now - 30 * DAY, name="Older", founding=True)
        joined(uow, [REGISTERED], at=uow.now - 10 * DAY, name="Young")
        joined(uow, [REGISTERED], at=uow.now - 2 * DAY, name="New")
        report = service.stuck_instructors(uow, limit=2)
        assert [row.instructor_id for row in report.data.instructors] == [older, old]
        assert report.total == 3
        assert [(row.stage, row.stuck) for row in report.data.summary] == [
            (REGISTERED, 2),
            (SUBMITTED, 1),
        ]
        submitted = service.stuck_instructors(uow, stage=SUBMITTED)
        assert [row.instructor_id for row in submitted.data.instructors] == [old]
        assert submitted.total == 1
        founders = service.stuck_instructors(uow, founding_only=True)
        assert [row.instructor_id for row in founders.data.instructors] == [older]
        assert founders.data.instructors[0] == StuckPerson(
            instructor_id=older,
            name="Older O.",
            email=f"{older.lower()[:1]}…@example.org",
            is_founding=True,
            stage=REGISTERED,
            since=uow.now - 30 * DAY,
            days=30,
            reason=StuckReason.NO_BIO,
            waits_for=WaitsFor.INSTRUCTOR,
        )

    def test_is_not_for_who_was_live_or_cannot_go_on(self, uow: Uow) -> None:
        long_ago = uow.now - 30 * DAY
        joined(uow, FUNNEL, at=long_ago)
        joined(uow, [*FUNNEL, Milestone.PAUSED], at=long_ago)
        joined(uow, [REGISTERED], at=long_ago, status=AccountStatus.SUSPENDED)
        down = joined(uow, [REGISTERED, Milestone.DEACTIVATED], at=long_ago)
        uow.session.get_one(Instructor, down).deactivated_at = long_ago
        uow.session.flush()
        assert service.stuck_instructors(uow).total == 0

    def test_needs_the_right_to_read_of_instructors(self, begin: Begin) -> None:
        other = Actor(id="x", permissions=frozenset({Permission.USERS_READ}))
        for ask in (
            service.stuck_instructors,
            lambda uow: service.founding_funnel(uow, founding_cap=1),
        ):
            with pytest.raises(PermissionMissing), begin(other) as uow:
                ask(uow)


CHECKED = [REGISTERED, SUBMITTED, CONFIGURED, INITIATED]
PROVEN = [*CHECKED, COMPLETED, VERIFIED]


class TestTheReason:
    def of(self, uow: Uow) -> tuple[StuckReason, WaitsFor]:
        (found,) = service.stuck_instructors(uow).data.instructors
        return found.reason, found.waits_for

    @pytest.mark.parametrize(
        ("steps", "why"),
        [
            ([REGISTERED], StuckReason.NO_BIO),
            ([REGISTERED, CONFIGURED], StuckReason.NO_BIO),
            ([REGISTERED, SUBMITTED], StuckReason.NO_OFFERING),
            ([REGISTERED, SUBMITTED, CONFIGURED], StuckReason.CHECK_NOT_STARTED),
            ([REGISTERED, SUBMITTED, CONFIGURED, VERIFIED], StuckReason.CHECK_NOT_STARTED),
        ],
    )
    def test_is_the_first_step_that_is_missing(
        self, uow: Uow, steps: list[Milestone], why: StuckReason
    ) -> None:
        joined(uow, steps, at=uow.now - 8 * DAY)
        assert self.of(uow) == (why, WaitsFor.INSTRUCTOR)

    @pytest.mark.parametrize(
        ("status", "why", "turn"),
        [
            (CheckStatus.INVITED, StuckReason.CHECK_FORM_OPEN, WaitsFor.INSTRUCTOR),
            (CheckStatus.PENDING, StuckReason.CHECK_UNDER_WAY, WaitsFor.PROVIDER),
            (CheckStatus.SUSPENDED, StuckReason.CHECK_ON_HOLD, WaitsFor.INSTRUCTOR),
            (CheckStatus.CONSIDER, StuckReason.CHECK_TO_REVIEW, WaitsFor.US),
            (CheckStatus.DISPUTED, StuckReason.CHECK_DISPUTED, WaitsFor.PROVIDER),
            (CheckStatus.FAILED, StuckReason.CHECK_FAILED, WaitsFor.US),
            (CheckStatus.CANCELED, StuckReason.CHECK_TO_REPEAT, WaitsFor.INSTRUCTOR),
            (CheckStatus.EXPIRED, StuckReason.CHECK_TO_REPEAT, WaitsFor.INSTRUCTOR),
        ],
    )
    def test_is_where_the_check_is(
        self, uow: Uow, status: CheckStatus, why: StuckReason, turn: WaitsFor
    ) -> None:
        teacher = joined(uow, CHECKED, at=uow.now - 8 * DAY)
        checks.check(uow, teacher, status)
        assert self.of(uow) == (why, turn)

    def test_is_a_clear_check_that_ran_out(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            teacher = joined(uow, PROVEN)
            checks.check(uow, teacher, completed_at=clock.now)
            people.identity(uow, teacher, IdentityStatus.VERIFIED)
        clock.advance(365 * DAY - MOMENT)
        with begin(SYSTEM) as uow:
            assert self.of(uow) == (StuckReason.NO_PAYOUTS, WaitsFor.INSTRUCTOR)
        clock.advance(MOMENT)
        with begin(SYSTEM) as uow:
            assert self.of(uow) == (StuckReason.CHECK_TO_REPEAT, WaitsFor.INSTRUCTOR)

    @pytest.mark.parametrize(
        ("status", "why", "turn"),
        [
            (None, StuckReason.IDENTITY_NOT_STARTED, WaitsFor.INSTRUCTOR),
            (
                IdentityStatus.REQUIRES_INPUT,
                StuckReason.IDENTITY_NEEDS_INPUT,
                WaitsFor.INSTRUCTOR,
            ),
            (IdentityStatus.PROCESSING, StuckReason.IDENTITY_UNDER_WAY, WaitsFor.PROVIDER),
            (IdentityStatus.CANCELED, StuckReason.IDENTITY_TO_REPEAT, WaitsFor.INSTRUCTOR),
        ],
    )
    def test_is_where_the_proof_of_identity_is(
        self, uow: Uow, status: IdentityStatus | None, why: StuckReason, turn: WaitsFor
    ) -> None:
        teacher = joined(uow, [*CHECKED, COMPLETED], at=uow.now - 8 * DAY)
        checks.check(uow, teacher)
        if status is not None:
            people.identity(uow, teacher, status)
        assert self.of(uow) == (why, turn)

    def test_is_what_the_gate_still_wants(self, uow: Uow) -> None:
        teacher = joined(uow, PROVEN, at=uow.now - 8 * DAY)
        checks.check(uow, teacher)
        people.identity(uow, teacher, IdentityStatus.VERIFIED)
        assert self.of(uow)[0] is StuckReason.NO_PAYOUTS
        account = people.account(uow, teacher, payouts_enabled=False)
        assert self.of(uow)[0] is StuckReason.PAYOUTS_BLOCKED
        account.payouts_enabled = True
        uow.session.flush()
        assert self.of(uow) == (StuckReason.READY, WaitsFor.INSTRUCTOR)
        service_id = catalog_service(uow).id
        offering(uow, teacher, service_id, prices={LessonFormat.INSTRUCTOR_LOCATION: 9_000})
        assert self.of(uow)[0] is StuckReason.NO_TEACHING_PLACE
        other = catalog_service(uow, slug="test-oboe").id
        offering(uow, teacher, other, prices={LessonFormat.STUDENT_LOCATION: 9_000})
        assert self.of(uow)[0] is StuckReason.NO_SERVICE_AREA
