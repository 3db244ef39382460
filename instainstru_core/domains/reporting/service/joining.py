"""How many get from sign-up to going live, and who does not go on and why."""

from datetime import timedelta

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.background_checks import policy as checks
from instainstru_core.domains.instructors.types import FUNNEL, Milestone
from instainstru_core.domains.onboarding import policy as onboarding
from instainstru_core.domains.onboarding import service as invites
from instainstru_core.domains.payments import policy as payments
from instainstru_core.domains.reporting.policy import figures
from instainstru_core.domains.reporting.policy import joining as policy
from instainstru_core.domains.reporting.policy.joining import Standing
from instainstru_core.domains.reporting.repository import joining
from instainstru_core.domains.reporting.repository.joining import StuckRow
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.joining import (
    FoundingFunnel,
    FoundingPlaces,
    StageRow,
    StuckCount,
    StuckInstructors,
    StuckPerson,
)
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import BUSINESS_ZONE
from instainstru_core.kernel.uow import Uow

EVER = "everybody so far"


@operation("reporting.founding_funnel")
def founding_funnel(
    uow: Uow, window: str | None = None, *, founding_only: bool = False, founding_cap: int
) -> Report[FoundingFunnel]:
    """Those who registered in the window, stage by stage, as of now.

    Each stage counts who reached it and all before it, so that no share exceeds one.
    """
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    asked = None if window is None else window_of(uow, window)
    counts = joining.cohort(uow.session, asked.span if asked else None, founding_only=founding_only)
    shown = WindowView.of(asked) if asked else _since_the_first(uow)
    through = [count.through for count in counts]
    return Report(
        data=FoundingFunnel(
            stages=[
                StageRow(
                    stage=stage,
                    count=count.through,
                    reached=count.reached,
                    from_previous=figures.share(count.through, before),
                    from_start=figures.share(count.through, through[0]),
                )
                for stage, count, before in zip(
                    FUNNEL, counts, [through[0], *through], strict=False
                )
            ],
            founding_only=founding_only,
            founding=_places(uow, founding_cap),
        ),
        window=shown,
        total=through[0],
        warnings=[] if through[0] else ["Nobody registered then, so there are no shares."],
    )


@operation("reporting.stuck_instructors")
def stuck_instructors(
    uow: Uow,
    *,
    stuck_days: int = 7,
    stage: Milestone | None = None,
    founding_only: bool = False,
    limit: int = 50,
) -> Report[StuckInstructors]:
    """Who never was live and took no step for so many days, the longest first."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    since = uow.now - timedelta(days=stuck_days)
    counts = joining.stuck_by_stage(uow.session, since=since, founding_only=founding_only)
    rows = joining.stuck(
        uow.session, since=since, stage=stage, founding_only=founding_only, limit=limit
    )
    total = sum(counts.values()) if stage is None else counts.get(stage, 0)
    return Report(
        data=StuckInstructors(
            summary=[StuckCount(stage=one, stuck=counts[one]) for one in FUNNEL if one in counts],
            instructors=[_person(uow, row) for row in rows],
        ),
        total=total,
        warnings=[] if total else [f"Nobody took no step for {stuck_days} days."],
    )


def _since_the_first(uow: Uow) -> WindowView | None:
    first = joining.first_registered_at(uow.session)
    if first is None:
        return None
    return WindowView(label=EVER, start=first, end=uow.now, timezone=BUSINESS_ZONE)


def _places(uow: Uow, founding_cap: int) -> FoundingPlaces:
    found = invites.founding_status(uow, founding_cap=founding_cap)
    return FoundingPlaces(
        cap=found.total,
        taken=found.filled,
        promised=found.allocated,
        free=onboarding.promisable(cap=found.total, filled=found.filled, allocated=found.allocated),
        is_open=found.filled < found.total,
    )


def _person(uow: Uow, row: StuckRow) -> StuckPerson:
    why = policy.reason(
        Standing(
            stage=row.stage,
            check=row.check,
            check_is_good=checks.is_good(row.decided, row.valid_until, uow.now),
            identity=row.identity,
            has_account=row.account is not None,
            can_be_paid=row.account is not None
            and payments.is_payable(
                details_submitted=bool(row.details_submitted),
                payouts_enabled=bool(row.payouts_enabled),
                disabled_reason=row.disabled_reason,
            ),
            lacks_area=row.lacks_area,
            lacks_place=row.lacks_place,
        )
    )
    return StuckPerson(
        instructor_id=row.instructor_id,
        name=public_name(row.first_name, row.last_name),
        email=figures.masked_email(row.email),
        is_founding=row.is_founding,
        stage=row.stage,
        since=row.last_at,
        days=policy.days_since(row.last_at, uow.now),
        reason=why,
        waits_for=policy.waits_for(why),
    )
