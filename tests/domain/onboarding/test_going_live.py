"""From an ordered check to a live profile, and back when the check no longer holds."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.adapters.checkr import CheckrProvider, UnconfiguredChecks
from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.errors import (
    AlreadyClear,
    CheckNotConfigured,
    CheckUnavailable,
)
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.types import CandidateData, CheckStatus, Look
from instainstru_core.domains.catalog.types import AgeGroup
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.errors import (
    InstructorNotFound,
    NotReady,
    ProfileDeactivated,
)
from instainstru_core.domains.instructors.schemas import AddOffering, PriceIn, UpdateProfile
from instainstru_core.domains.instructors.types import (
    FUNNEL,
    InstructorStatus,
    LessonFormat,
    Milestone,
    Missing,
    PricedFormat,
)
from instainstru_core.domains.onboarding import flows, service
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import IdentitySeen, IdentityStatus
from instainstru_core.domains.webhooks.errors import PayloadUnreadable
from instainstru_core.kernel.authority import SYSTEM, Actor, Permission, PermissionMissing
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import checks as made
from tests.factories import onboarding
from tests.factories import payments_people as people
from tests.factories.instructors import LiveInstructor, catalog_service, live_instructor, person

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def checkr(clock: SetClock) -> Simulator:
    return Simulator(made.KEY, clock=clock)


@pytest.fixture
def provider(checkr: Simulator) -> CheckrProvider:
    return made.provider(checkr)


@pytest.fixture
def maya(begin: Begin) -> Actor:
    """An instructor with everything but what others have to confirm."""
    with begin(SYSTEM) as uow:
        teacher = live_instructor(uow, live=False, prices={LessonFormat.ONLINE: 8_000})
    return teacher.actor


def start(begin: Begin, provider: CheckrProvider, actor: Actor) -> str:
    """Begin a check; the invitation's id."""
    flows.start_check(begin, provider, actor=actor)
    with begin(SYSTEM) as uow:
        found = checks.of(uow, str(actor.id)).invitation_id
    assert found is not None
    return found


def pass_on(begin: Begin, provider: CheckrProvider, checkr: Simulator) -> None:
    """Let all webhooks arrive, in order."""
    for webhook in checkr.take_webhooks():
        said = json.loads(webhook.body)
        event = made.event(said["type"], said["data"]["object"]["id"])
        flows.on_check(begin, provider, SYSTEM, event)


def status(begin: Begin, actor: Actor) -> CheckStatus | None:
    with begin(actor) as uow:
        return checks.own(uow).status


def steps(begin: Begin, actor: Actor) -> list[Milestone]:
    with begin(SYSTEM) as uow:
        return [step.milestone for step in instructors.staff_profile(uow, str(actor.id)).milestones]


def online(service_id: str) -> AddOffering:
    price = PriceIn(format=PricedFormat.ONLINE, hourly_rate_cents=8_000)
    return AddOffering(
        service_id=service_id, durations=[60], age_groups=[AgeGroup.ADULTS], prices=[price]
    )


def prove(begin: Begin, actor: Actor) -> None:
    """A verified identity and an account for payouts."""
    with begin(SYSTEM) as uow:
        people.identity(uow, str(actor.id), IdentityStatus.VERIFIED)
        people.account(uow, str(actor.id))


def announced(uow: Uow) -> list[str]:
    return list(uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id)))


class TestTheWholeWay:
    def test_writes_each_of_the_seven_stages_where_it_is_taken(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            row = onboarding.invite(uow)
            theremin = catalog_service(uow).id
            signed = service.sign_up_instructor(
                uow, onboarding.sign_up(row), "unusable", founding_cap=100
            )
        base = people.payee_actor("x").permissions
        actor = Actor(id=signed.instructor_id, permissions=base)
        clock.advance(DAY)
        with begin(actor) as uow:
            instructors.update_profile(uow, UpdateProfile(bio="I teach patiently, with music."))
        clock.advance(DAY)
        with begin(actor) as uow:
            instructors.add_offering(uow, online(theremin))
        clock.advance(DAY)
        invitation = start(begin, provider, actor)
        clock.advance(DAY)
        report = checkr.complete_invitation(invitation)
        checkr.move_report(report, status="complete", result="clear")
        pass_on(begin, provider, checkr)
        clock.advance(DAY)
        with begin(SYSTEM) as uow:
            people.identity(uow, signed.instructor_id, IdentityStatus.REQUIRES_INPUT)
            people.account(uow, signed.instructor_id)
            seen = IdentitySeen(
                id=f"vs_{signed.instructor_id[-16:]}",
                status=IdentityStatus.VERIFIED,
                url=None,
                client_secret=None,
                last_error=None,
            )
            payments.note_identity(uow, seen, asked_at=clock.now)
            payments.note_identity(uow, seen, asked_at=clock.now)
        clock.advance(DAY)
        with begin(actor) as uow:
            assert service.own_steps(uow).missing == []
            assert service.go_live(uow).status is InstructorStatus.LIVE
        with begin(SYSTEM) as uow:
            found = instructors.staff_profile(uow, signed.instructor_id).milestones
        assert [step.milestone for step in found] == list(FUNNEL)
        first = found[0].occurred_at
        assert [step.occurred_at - first for step in found] == [n * DAY for n in range(7)]


class TestTheGate:
    def test_names_what_is_missing(self, begin: Begin, maya: Actor) -> None:
        with pytest.raises(NotReady) as refusal, begin(maya) as uow:
            service.go_live(uow)
        assert refusal.value.facts == {"missing": ["background_check", "identity", "payouts"]}
        prove(begin, maya)
        with pytest.raises(NotReady) as refusal, begin(maya) as uow:
            service.go_live(uow)
        assert refusal.value.facts == {"missing": ["background_check"]}

    @pytest.mark.parametrize("found", [one for one in CheckStatus if one is not CheckStatus.CLEAR])
    def test_is_shut_by_every_check_that_is_not_clear(
        self, begin: Begin, maya: Actor, found: CheckStatus
    ) -> None:
        prove(begin, maya)
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id), found)
        with pytest.raises(NotReady) as refusal, begin(maya) as uow:
            service.go_live(uow)
        assert refusal.value.facts == {"missing": ["background_check"]}

    def test_opens_for_a_clear_check_until_the_moment_it_ends(
        self, begin: Begin, maya: Actor, clock: SetClock
    ) -> None:
        prove(begin, maya)
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id), completed_at=clock.now)
        clock.advance(365 * DAY)
        with pytest.raises(NotReady), begin(maya) as uow:
            service.go_live(uow)
        clock.advance(-MOMENT)
        with begin(maya) as uow:
            assert service.go_live(uow).is_live

    def test_counts_the_latest_result_and_not_a_check_under_way(
        self, begin: Begin, maya: Actor
    ) -> None:
        prove(begin, maya)
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id))
            made.check(uow, str(maya.id), CheckStatus.PENDING)
        with begin(maya) as uow:
            assert service.own_steps(uow).missing == []
        with begin(SYSTEM) as uow:
            pending = BackgroundCheck.status == CheckStatus.PENDING
            uow.session.execute(delete(BackgroundCheck).where(pending))
            made.check(uow, str(maya.id), CheckStatus.CONSIDER)
        with begin(maya) as uow:
            assert service.own_steps(uow).missing == [Missing.BACKGROUND_CHECK]

    @pytest.mark.parametrize(
        "changes",
        [{"payouts_enabled": False}, {"details_submitted": False}, {"disabled_reason": "rejected"}],
    )
    def test_wants_an_account_that_can_be_paid(
        self, begin: Begin, maya: Actor, changes: dict[str, object]
    ) -> None:
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id))
            people.identity(uow, str(maya.id), IdentityStatus.VERIFIED)
            people.account(uow, str(maya.id), **changes)
        with begin(maya) as uow:
            assert service.own_steps(uow).missing == [Missing.PAYOUTS]

    def test_is_for_instructors(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            stranger = replace(maya, id=person(uow))
        with pytest.raises(InstructorNotFound), begin(stranger) as uow:
            service.go_live(uow)
        with pytest.raises(PermissionMissing), begin(replace(maya, permissions=frozenset())) as uow:
            service.go_live(uow)

    def test_stays_shut_for_a_profile_that_was_taken_down(self, begin: Begin, maya: Actor) -> None:
        prove(begin, maya)
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id))
        with begin(maya) as uow:
            service.go_live(uow)
        with begin(SYSTEM) as uow:
            for _ in range(2):
                assert instructors.deactivate(uow, str(maya.id)).status is InstructorStatus.PAUSED
        with pytest.raises(ProfileDeactivated), begin(maya) as uow:
            service.go_live(uow)
        with begin(SYSTEM) as uow:
            for _ in range(2):
                assert not instructors.readmit(uow, str(maya.id)).is_live
        with begin(maya) as uow:
            assert service.go_live(uow).is_live
        assert steps(begin, maya)[-3:] == [
            Milestone.WENT_LIVE,
            Milestone.DEACTIVATED,
            Milestone.REACTIVATED,
        ]


class TestACheck:
    def test_is_ordered_once_and_gone_on_with(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        first = flows.start_check(begin, provider, actor=maya)
        again = flows.start_check(begin, provider, actor=maya)
        assert (first.status, first.is_clear) == (CheckStatus.INVITED, False)
        assert first.url is not None
        assert again == first
        assert (len(checkr.known("candidates")), len(checkr.known("invitations"))) == (1, 1)
        assert steps(begin, maya).count(Milestone.BGC_INITIATED) == 1

    def test_that_was_cut_off_is_the_same_when_it_is_begun_again(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        checkr.trouble("timeout_after")
        with pytest.raises(CheckUnavailable):
            flows.start_check(begin, provider, actor=maya)
        assert status(begin, maya) is None
        assert Milestone.BGC_INITIATED not in steps(begin, maya)
        flows.start_check(begin, provider, actor=maya)
        assert len(checkr.known("candidates")) == 1
        assert status(begin, maya) is CheckStatus.INVITED

    def test_moves_with_its_events_in_whatever_order_and_number_they_come(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        invitation = start(begin, provider, maya)
        report = checkr.complete_invitation(invitation)
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.PENDING
        checkr.move_report(report, status="suspended")
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.SUSPENDED
        checkr.move_report(report, status="complete", result="clear")
        for kind in ("report.completed", "report.created", "report.completed"):
            flows.on_check(begin, provider, SYSTEM, made.event(kind, report))
        flows.on_check(begin, provider, SYSTEM, made.event("invitation.created", invitation))
        assert status(begin, maya) is CheckStatus.CLEAR
        assert steps(begin, maya).count(Milestone.BGC_COMPLETED) == 1

    def test_that_waits_for_a_review_is_no_completed_step(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        report = checkr.complete_invitation(start(begin, provider, maya))
        checkr.move_report(report, status="complete", result="consider")
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.CONSIDER
        assert Milestone.BGC_COMPLETED not in steps(begin, maya)
        checkr.move_report(report, adjudication="engaged")
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.CLEAR
        assert steps(begin, maya)[-1] is Milestone.BGC_COMPLETED

    def test_whose_answer_is_older_than_what_is_known_changes_nothing(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        report = checkr.complete_invitation(start(begin, provider, maya))
        before = provider.report(report)
        checkr.move_report(report, status="complete", result="clear")
        pass_on(begin, provider, checkr)
        with begin(SYSTEM) as uow:
            service.take_check(uow, Look(asked_at=uow.now - MOMENT, report=before))
        assert status(begin, maya) is CheckStatus.CLEAR

    def test_that_ran_out_or_was_canceled_can_be_begun_anew(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        first = start(begin, provider, maya)
        checkr.end_invitation(first, "expired")
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.EXPIRED
        second = start(begin, provider, maya)
        assert second != first
        assert len(checkr.known("candidates")) == 1
        report = checkr.complete_invitation(second)
        checkr.move_report(report, status="canceled")
        pass_on(begin, provider, checkr)
        assert status(begin, maya) is CheckStatus.CANCELED

    def test_that_is_clear_is_not_ordered_again_until_a_month_before_its_end(
        self, begin: Begin, provider: CheckrProvider, maya: Actor, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            made.check(uow, str(maya.id), completed_at=clock.now)
        clock.advance(335 * DAY - MOMENT)
        with pytest.raises(AlreadyClear):
            flows.start_check(begin, provider, actor=maya)
        clock.advance(MOMENT)
        with pytest.raises(CheckNotConfigured):
            flows.start_check(begin, UnconfiguredChecks(), actor=maya)

    def test_whose_events_were_lost_is_looked_at_again(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider, maya: Actor
    ) -> None:
        report = checkr.complete_invitation(start(begin, provider, maya))
        checkr.move_report(report, status="complete", result="clear")
        with begin(SYSTEM) as uow:
            (waiting,) = checks.open_after(uow, "", limit=10)
        flows.look_again(begin, provider, SYSTEM, waiting)
        assert status(begin, maya) is CheckStatus.CLEAR
        with begin(SYSTEM) as uow:
            assert checks.open_after(uow, "", limit=10) == []

    def test_of_nobody_here_changes_nothing(
        self, begin: Begin, checkr: Simulator, provider: CheckrProvider
    ) -> None:
        stranger = CandidateData("x", "No", "Body", "nobody@example.org", None, None)
        candidate = provider.create_candidate(key="k", candidate=stranger)
        invited = provider.invite(key="i", candidate_id=candidate)
        report = checkr.complete_invitation(invited.id)
        flows.on_check(begin, provider, SYSTEM, made.event("report.created", report))
        with begin(SYSTEM) as uow:
            assert uow.session.scalars(select(BackgroundCheck)).all() == []

    def test_event_that_names_nothing_is_unreadable(
        self, begin: Begin, provider: CheckrProvider
    ) -> None:
        empty = replace(made.event("report.created", "x"), payload={"data": []})
        with pytest.raises(PayloadUnreadable):
            flows.on_check(begin, provider, SYSTEM, empty)


class TestALiveProfile:
    @pytest.fixture
    def live(self, begin: Begin) -> LiveInstructor:
        with begin(SYSTEM) as uow:
            return live_instructor(uow)

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "dispute"},
            {"result": "consider"},
            {"adjudication": "post_adverse_action"},
            {"status": "canceled"},
        ],
    )
    def test_is_hidden_when_its_check_is_no_longer_clear(
        self,
        begin: Begin,
        checkr: Simulator,
        provider: CheckrProvider,
        maya: Actor,
        changes: dict[str, str],
    ) -> None:
        prove(begin, maya)
        report = checkr.complete_invitation(start(begin, provider, maya))
        checkr.move_report(report, status="complete", result="clear")
        pass_on(begin, provider, checkr)
        with begin(maya) as uow:
            service.go_live(uow)
        checkr.move_report(report, **changes)
        pass_on(begin, provider, checkr)
        with begin(maya) as uow:
            assert not instructors.own(uow).is_live
            assert announced(uow)[-1] == "InstructorPaused"
        assert steps(begin, maya)[-2:] == [Milestone.WENT_LIVE, Milestone.PAUSED]
        with pytest.raises(NotReady), begin(maya) as uow:
            service.go_live(uow)

    def test_stays_live_while_another_check_is_under_way(
        self,
        begin: Begin,
        checkr: Simulator,
        provider: CheckrProvider,
        clock: SetClock,
        live: LiveInstructor,
    ) -> None:
        candidate = provider.create_candidate(
            key="k", candidate=CandidateData(live.id, "Maya", "O", "maya@example.org", None, None)
        )
        with begin(SYSTEM) as uow:
            uow.session.execute(update(BackgroundCheck).values(candidate_id=candidate))
        clock.advance(340 * DAY)
        report = checkr.complete_invitation(start(begin, provider, live.actor))
        pass_on(begin, provider, checkr)
        with begin(live.actor) as uow:
            assert instructors.own(uow).is_live
        checkr.move_report(report, status="complete", result="clear")
        pass_on(begin, provider, checkr)
        with begin(SYSTEM) as uow:
            assert checks.of(uow, live.id).valid_until == clock.now + 365 * DAY

    def test_is_hidden_at_night_when_its_check_has_run_out(
        self, begin: Begin, clock: SetClock, live: LiveInstructor
    ) -> None:
        with begin(SYSTEM) as uow:
            other = live_instructor(uow, first_name="Ana")
            made.check(uow, other.id, completed_at=uow.now)
        clock.advance(363 * DAY - MOMENT)
        with begin(SYSTEM) as uow:
            assert service.hide_lapsed(uow, "") is None
        with begin(live.actor) as uow:
            assert instructors.own(uow).is_live
        clock.advance(MOMENT)
        for _ in range(2):
            with begin(SYSTEM) as uow:
                service.hide_lapsed(uow, "")
        with begin(live.actor) as uow:
            assert not instructors.own(uow).is_live
        with begin(other.actor) as uow:
            assert instructors.own(uow).is_live
        assert steps(begin, live.actor).count(Milestone.PAUSED) == 1

    def test_is_hidden_by_the_system_only(self, begin: Begin, live: LiveInstructor) -> None:
        with pytest.raises(PermissionMissing), begin(live.actor) as uow:
            service.hide_lapsed(uow, "")
        with pytest.raises(PermissionMissing), begin(live.actor) as uow:
            instructors.deactivate(uow, live.id)
        reader = Actor(id="x", permissions=frozenset({Permission.INSTRUCTORS_READ_ANY}))
        with begin(reader) as uow:
            assert checks.of(uow, live.id).is_clear
