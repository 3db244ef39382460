"""Every call that an answer suggests can be made as it stands."""

from typing import Any

import jsonschema_rs
import pytest

from mcp_server.registry import declared
from tests.mcp.world import Copilot, World

TOOLS = {tool.name: tool for tool in declared()}

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("bookings_summary", {}),
    ("bookings_summary", {"window": "2026-06-15"}),
    ("bookings_recent", {}),
    ("users_lookup", {"identifier": "lind"}),
    ("users_lookup", {"identifier": "okafor"}),
    ("users_booking_history", {"user": "jonas@example.org"}),
    ("users_booking_history", {"user": "lind"}),
    ("services_catalog", {}),
    ("services_catalog", {"category": "test-arts"}),
    ("service_lookup", {"query": "theremin"}),
    ("service_lookup", {"query": "qqqqqqq"}),
    ("instructors_list", {}),
    ("instructors_list", {"founding": True, "service": "test-oboe"}),
    ("instructors_detail", {"instructor": "Maya Okafor"}),
    *[
        ("instructors_coverage", {"group_by": group, "order": order})
        for group in ("category", "service", "area", "borough")
        for order in ("most", "least")
    ],
    ("instructors_coverage", {"status": None}),
    ("founding_funnel_summary", {}),
    ("founding_funnel_summary", {"window": "june 2026", "founding_only": True}),
    ("founding_stuck_instructors", {}),
    ("founding_stuck_instructors", {"stuck_days": 1, "founding_only": True}),
    ("invites_list", {}),
    ("search_top_queries", {}),
    ("search_zero_results", {}),
    ("search_supply_gaps", {}),
    ("search_supply_gaps", {"by": "service", "least_people": 1}),
    ("search_quality", {}),
    ("search_trends", {}),
    ("celery_worker_status", {}),
    ("celery_queue_depth", {}),
    ("celery_active_tasks", {}),
    ("celery_beat_schedule", {}),
    ("celery_failed_tasks", {}),
    ("celery_task_history", {"task_name": "payments.reconcile"}),
    ("celery_task_stats", {"window": "last 7 days"}),
    ("celery_payment_health", {}),
    ("deploy_overview", {}),
    ("health_overview", {}),
    ("metrics_query", {"question": "how many bookings today"}),
    ("metrics_query", {"question": "colour of the moon"}),
    ("metrics_describe", {}),
    ("revenue_report", {}),
    ("revenue_report", {"window": "this month vs last"}),
    ("cohort_report", {}),
    ("copilot_usage", {}),
    ("audit_search", {}),
    ("find", {"text": "okafor"}),
    ("find", {"text": "qqqqqqq"}),
    ("payments_pipeline", {}),
    ("payments_pending_payouts", {}),
    ("webhooks_list", {}),
    ("reviews_list", {}),
    ("reviews_list", {"instructor": "lind"}),
]


class TestNextActions:
    @pytest.mark.parametrize(("tool", "given"), QUESTIONS)
    def test_name_a_tool_and_arguments_that_fit(
        self, copilot: Copilot, world: World, tool: str, given: dict[str, Any]
    ) -> None:
        answer = copilot.ask(tool, **given)
        output = TOOLS[f"instainstru_{tool}"].output_schema
        jsonschema_rs.Draft202012Validator(output, validate_formats=True).validate(answer)
        for action in answer["next_actions"]:
            assert action["reason"].endswith(".")
            jsonschema_rs.validate(TOOLS[action["tool"]].parameters, action["arguments"])
            followed = copilot.call(action["tool"], action["arguments"])
            metric = action["tool"] == "instainstru_metrics_query"
            assert metric or not followed.is_error, (action, followed.content)
