"""Reports for staff: each answers one question in one call, with a few set-based queries.

A report is imported when somebody first asks for it: most processes ask for few, or for none.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instainstru_core.domains.reporting.service.bookings import (
        bookings_recent,
        bookings_summary,
        users_booking_history,
    )
    from instainstru_core.domains.reporting.service.explaining import payment_explain
    from instainstru_core.domains.reporting.service.finding import find
    from instainstru_core.domains.reporting.service.insights import (
        search_quality,
        search_supply_gaps,
        search_trends,
    )
    from instainstru_core.domains.reporting.service.invites import invites_detail, invites_list
    from instainstru_core.domains.reporting.service.joining import (
        founding_funnel,
        stuck_instructors,
    )
    from instainstru_core.domains.reporting.service.money import (
        payments_pending_payouts,
        payments_pipeline,
    )
    from instainstru_core.domains.reporting.service.people import (
        instructors_detail,
        instructors_list,
        users_lookup,
    )
    from instainstru_core.domains.reporting.service.revenue import cohort_report, revenue_report
    from instainstru_core.domains.reporting.service.reviewing import reviews_list
    from instainstru_core.domains.reporting.service.searches import (
        search_top_queries,
        search_zero_results,
    )
    from instainstru_core.domains.reporting.service.standing import account_standing
    from instainstru_core.domains.reporting.service.story import booking_story
    from instainstru_core.domains.reporting.service.supply import (
        instructors_coverage,
        service_lookup,
        services_catalog,
    )
    from instainstru_core.domains.reporting.service.trail import (
        audit_search,
        webhook_detail,
        webhooks_list,
    )
    from instainstru_core.domains.reporting.service.usage import copilot_usage

__all__ = [
    "account_standing",
    "audit_search",
    "booking_story",
    "bookings_recent",
    "bookings_summary",
    "cohort_report",
    "copilot_usage",
    "find",
    "founding_funnel",
    "instructors_coverage",
    "instructors_detail",
    "instructors_list",
    "invites_detail",
    "invites_list",
    "payment_explain",
    "payments_pending_payouts",
    "payments_pipeline",
    "revenue_report",
    "reviews_list",
    "search_quality",
    "search_supply_gaps",
    "search_top_queries",
    "search_trends",
    "search_zero_results",
    "service_lookup",
    "services_catalog",
    "stuck_instructors",
    "users_booking_history",
    "users_lookup",
    "webhook_detail",
    "webhooks_list",
]
MODULES = {
    "bookings": (
        "bookings_recent",
        "bookings_summary",
        "users_booking_history",
    ),
    "explaining": ("payment_explain",),
    "finding": ("find",),
    "insights": (
        "search_quality",
        "search_supply_gaps",
        "search_trends",
    ),
    "invites": (
        "invites_detail",
        "invites_list",
    ),
    "joining": (
        "founding_funnel",
        "stuck_instructors",
    ),
    "money": (
        "payments_pending_payouts",
        "payments_pipeline",
    ),
    "people": (
        "instructors_detail",
        "instructors_list",
        "users_lookup",
    ),
    "revenue": (
        "cohort_report",
        "revenue_report",
    ),
    "reviewing": ("reviews_list",),
    "searches": (
        "search_top_queries",
        "search_zero_results",
    ),
    "standing": ("account_standing",),
    "story": ("booking_story",),
    "supply": (
        "instructors_coverage",
        "service_lookup",
        "services_catalog",
    ),
    "trail": (
        "audit_search",
        "webhook_detail",
        "webhooks_list",
    ),
    "usage": ("copilot_usage",),
}
"""Where each report is made."""


def __getattr__(name: str) -> object:
    for module, reports in MODULES.items():
        if name in reports:
            report: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            globals()[name] = report
            return report
    raise AttributeError(name)
