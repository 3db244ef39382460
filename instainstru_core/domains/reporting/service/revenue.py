"""What came in, over time and by kind of lesson; and which students came back."""

from collections.abc import Iterable, Mapping
from datetime import date

from instainstru_core.domains.reporting.policy import buckets, figures, windows
from instainstru_core.domains.reporting.repository import cohorts as people
from instainstru_core.domains.reporting.repository import money as ledger
from instainstru_core.domains.reporting.repository import revenue as repository
from instainstru_core.domains.reporting.repository.cohorts import Cohort
from instainstru_core.domains.reporting.repository.money import Movement
from instainstru_core.domains.reporting.repository.revenue import NOTHING, Since, Turnover
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.revenue import (
    CohortFigures,
    CohortReport,
    PreviousRevenue,
    RevenueBucket,
    RevenueFigures,
    RevenueOf,
    RevenueReport,
)
from instainstru_core.domains.reporting.service.common import days_of, not_over, window_of
from instainstru_core.domains.reporting.service.money import money_figures
from instainstru_core.domains.reporting.types import Days, Interval, RevenueGroup, Window
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day, midnight
from instainstru_core.kernel.uow import Uow

REVENUE = (
    "GMV and lessons: CONFIRMED and COMPLETED lessons by New York lesson day. All else: the"
    " ledger, by the New York day of each money fact. Net: fees and expired credit, less the"
    " provider's fees, losses and credit issued."
)
COHORTS = (
    "A cohort: students by the New York month of their first COMPLETED lesson. Retained: those"
    " with a COMPLETED lesson in the k-th month after. Repeat: two lessons or more. Revenue: what"
    " the platform kept of their lessons by the ledger, up to now, before the provider's fees."
)


@operation("reporting.revenue_report")
def revenue_report(
    uow: Uow,
    window: str = "last 30 days",
    *,
    interval: Interval | None = None,
    group_by: RevenueGroup | None = None,
    compare: bool = True,
) -> Report[RevenueReport]:
    """What came in during whole New York days, over time, beside the window before."""
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    asked = window_of(uow, window)
    days = days_of(asked)
    course = buckets.course(days, interval)
    since = repository.since(uow.session)
    moved = repository.movements_by(uow.session, asked.span, course.interval)
    turned = repository.turnover_by(uow.session, days, course.interval)
    series = [_bucket(bucket, course.interval, moved, turned, since) for bucket in course.buckets]
    totals = _figures(
        [one for rows in moved.values() for one in rows],
        Turnover(
            sum(one.lessons for one in turned.values()),
            sum(one.gmv_cents for one in turned.values()),
        ),
    )
    report = RevenueReport(
        totals=totals,
        previous=_previous(uow, asked, totals, since) if compare else None,
        interval=course.interval,
        series=series,
        group_by=group_by,
        groups=[] if group_by is None else _groups(uow, asked.span, days, group_by),
        ledger_since=since.ledger,
        definition=REVENUE,
    )
    warnings = [*not_over(uow, asked), *_unknown(days, since)]
    if course.was_widened:
        warnings.append(
            f"That would be more than {buckets.MOST_BUCKETS} points: shown by {course.interval}."
        )
    return Report(data=report, window=WindowView.of(asked), warnings=warnings)


@operation("reporting.cohort_report")
def cohort_report(uow: Uow, *, months: int = 6) -> Report[CohortReport]:
    """Students by the month of their first lesson: who came back, and what they brought."""
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    today = local_day(uow.now)
    first = buckets.months_before(today, months - 1)
    since = repository.since(uow.session)
    found = people.cohorts(uow.session, first)
    came = {(one.month, one.offset): one.students for one in people.retention(uow.session, first)}
    kept = people.revenue(uow.session, first)
    cohorts = [_cohort(one, came, kept, since, today) for one in found]
    students = sum(one.students for one in found)
    report = CohortReport(
        cohorts=cohorts,
        students=students,
        repeat_rate=figures.share(sum(one.repeaters for one in found), students),
        definition=COHORTS,
    )
    warnings = ["The last entry of each list is of the current month, which is not over yet."]
    if not cohorts:
        warnings = ["Nobody completed a first lesson in these months."]
    elif since.ledger is None:
        warnings.append("There is no money fact on record: revenue is null, not zero.")
    elif since.ledger > midnight(first):
        warnings.append(
            f"The ledger begins on {local_day(since.ledger)}: revenue of lessons before that is"
            " not in it."
        )
    return Report(data=report, total=len(cohorts), warnings=warnings)


def _figures(moved: Iterable[Movement], turned: Turnover) -> RevenueFigures:
    money = money_figures(moved)
    return RevenueFigures(
        lessons=turned.lessons,
        gmv_cents=turned.gmv_cents,
        charged_cents=money.captured_cents,
        refunded_cents=money.refunded_cents,
        charged_back_cents=money.charged_back_cents,
        instructor_owed_cents=money.instructor_owed_cents,
        tips_cents=money.tips_cents,
        fees_cents=money.platform_revenue_cents,
        credit_issued_cents=money.credit_issued_cents,
        credit_expired_cents=money.credit_expired_cents,
        provider_fees_cents=money.stripe_fees_cents,
        losses_cents=money.losses_cents,
        net_cents=money.net_revenue_cents,
    )


def _bucket(
    days: Days,
    interval: Interval,
    moved: Mapping[date, list[Movement]],
    turned: Mapping[date, Turnover],
    since: Since,
) -> RevenueBucket:
    key = buckets.begin(days.first, interval)
    known = _figures(moved.get(key, []), turned.get(key, NOTHING))
    return RevenueBucket(
        first_day=days.first,
        last_day=days.last,
        figures=known if _is_known(days, since) else None,
    )


def _previous(uow: Uow, asked: Window, now: RevenueFigures, since: Since) -> PreviousRevenue:
    before = windows.previous(asked)
    days = days_of(before)
    known = _is_known(days, since)
    then = _figures(
        ledger.movements(uow.session, before.span), repository.turnover(uow.session, days)
    )
    whole = since.lessons is not None and since.lessons <= days.first
    paid = since.ledger is not None and since.ledger <= before.span.start
    return PreviousRevenue(
        label=before.label,
        first_day=days.first,
        last_day=days.last,
        figures=then if known else None,
        gmv_change=figures.change(now.gmv_cents, then.gmv_cents) if whole else None,
        fees_change=figures.change(now.fees_cents, then.fees_cents) if paid else None,
        net_change=figures.change(now.net_cents, then.net_cents) if paid else None,
    )


def _groups(uow: Uow, span: Span, days: Days, group_by: RevenueGroup) -> list[RevenueOf]:
    """Each group's part, the largest turnover first; what belongs to no lesson comes last."""
    moved = repository.movements_of(uow.session, span, group_by)
    turned = repository.turnover_of(uow.session, days, group_by)
    found = [
        RevenueOf(group=name, **dict(_figures(moved.get(name, []), turned.get(name, NOTHING))))
        for name in {*moved, *turned}
    ]
    return sorted(
        found,
        key=lambda one: (
            one.group == repository.OF_NO_LESSON,
            -one.gmv_cents,
            -one.fees_cents,
            one.group,
        ),
    )


def _cohort(
    found: Cohort,
    came: Mapping[tuple[date, int], int],
    kept: Mapping[date, int],
    since: Since,
    today: date,
) -> CohortFigures:
    months = (today.year - found.month.year) * 12 + today.month - found.month.month
    retained = [came.get((found.month, offset), 0) for offset in range(months + 1)]
    revenue = None if since.ledger is None else kept.get(found.month, 0)
    return CohortFigures(
        month=found.month,
        students=found.students,
        repeat_students=found.repeaters,
        repeat_rate=figures.share(found.repeaters, found.students),
        lessons=found.lessons,
        gmv_cents=found.gmv_cents,
        revenue_cents=revenue,
        revenue_per_student_cents=None
        if revenue is None
        else figures.average_cents(revenue, found.students),
        retained=retained,
        retention=[figures.share(one, found.students) for one in retained],
    )


def _is_known(days: Days, since: Since) -> bool:
    """Whether the ledger had begun before these days ended."""
    return since.ledger is not None and local_day(since.ledger) < days.end


def _unknown(days: Days, since: Since) -> list[str]:
    if since.ledger is None:
        return ["There is no money fact on record yet: only GMV and lessons are known."]
    begun = local_day(since.ledger)
    if days.first < begun:
        return [f"The ledger begins on {begun}: money before that day is unknown, not zero."]
    return []
