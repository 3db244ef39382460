"""The tools as clients see them: complete, lean, and changed only on purpose."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mcp_server import documentation
from mcp_server.registry import declared
from mcp_server.tool import Tool
from tests.contracts.documents import UPDATING, check_snapshot

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "tools.md"
NAMES = [
    "instainstru_account_standing_execute",
    "instainstru_account_standing_preview",
    "instainstru_alert_silence",
    "instainstru_alert_silence_execute",
    "instainstru_alert_unsilence",
    "instainstru_alert_unsilence_execute",
    "instainstru_alerts_list",
    "instainstru_audit_search",
    "instainstru_booking_cancel_execute",
    "instainstru_booking_cancel_preview",
    "instainstru_booking_story",
    "instainstru_bookings_recent",
    "instainstru_bookings_summary",
    "instainstru_celery_active_tasks",
    "instainstru_celery_beat_schedule",
    "instainstru_celery_failed_tasks",
    "instainstru_celery_payment_health",
    "instainstru_celery_queue_depth",
    "instainstru_celery_task_history",
    "instainstru_celery_task_stats",
    "instainstru_celery_worker_status",
    "instainstru_cohort_report",
    "instainstru_copilot_usage",
    "instainstru_credit_adjust_execute",
    "instainstru_credit_adjust_preview",
    "instainstru_dashboard_panels",
    "instainstru_dashboards_list",
    "instainstru_deploy_overview",
    "instainstru_find",
    "instainstru_founding_funnel_summary",
    "instainstru_founding_stuck_instructors",
    "instainstru_health_overview",
    "instainstru_instructor_suspend_execute",
    "instainstru_instructor_suspend_preview",
    "instainstru_instructor_unsuspend_execute",
    "instainstru_instructor_unsuspend_preview",
    "instainstru_instructors_coverage",
    "instainstru_instructors_detail",
    "instainstru_instructors_list",
    "instainstru_invite_resend_execute",
    "instainstru_invite_resend_preview",
    "instainstru_invite_revoke_execute",
    "instainstru_invite_revoke_preview",
    "instainstru_invites_detail",
    "instainstru_invites_list",
    "instainstru_invites_preview",
    "instainstru_invites_send",
    "instainstru_metrics_describe",
    "instainstru_metrics_query",
    "instainstru_payment_explain",
    "instainstru_payments_pending_payouts",
    "instainstru_payments_pipeline",
    "instainstru_prometheus_query",
    "instainstru_prometheus_query_range",
    "instainstru_refund_execute",
    "instainstru_refund_preview",
    "instainstru_refund_settle_preview",
    "instainstru_revenue_report",
    "instainstru_reviews_list",
    "instainstru_search_quality",
    "instainstru_search_supply_gaps",
    "instainstru_search_top_queries",
    "instainstru_search_trends",
    "instainstru_search_zero_results",
    "instainstru_sentry_debug",
    "instainstru_sentry_event_lookup",
    "instainstru_sentry_issue_detail",
    "instainstru_sentry_issues_top",
    "instainstru_service_lookup",
    "instainstru_services_catalog",
    "instainstru_silences_list",
    "instainstru_users_booking_history",
    "instainstru_users_lookup",
    "instainstru_webhook_detail",
    "instainstru_webhook_replay_execute",
    "instainstru_webhook_replay_preview",
    "instainstru_webhooks_list",
]
MAX_PURPOSE = 100

each_tool = pytest.mark.parametrize("tool", declared(), ids=lambda tool: tool.name)


def as_listed(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "scope": tool.scope.value,
        "annotations": tool.annotations.model_dump(by_alias=True, exclude_none=True),
        "inputSchema": tool.parameters,
        "outputSchema": tool.output_schema,
    }


class TestTheList:
    def test_has_these_tools(self) -> None:
        assert sorted(tool.name for tool in declared()) == NAMES

    def test_has_no_snapshot_of_a_tool_that_is_gone(self) -> None:
        assert sorted(path.stem for path in (HERE / "tools").glob("*.json")) == NAMES

    def test_is_documented(self) -> None:
        current = documentation.page(declared())
        if UPDATING:
            PAGE.write_text(current)
        assert PAGE.read_text() == current, "docs/tools.md is old: run `make contracts`"


class TestEachTool:
    @each_tool
    def test_is_the_committed_one(self, tool: Tool) -> None:
        check_snapshot(f"tools/{tool.name}.json", as_listed(tool))

    @each_tool
    def test_says_its_purpose_in_one_sentence(self, tool: Tool) -> None:
        assert 3 <= len(tool.title) <= 40
        assert len(tool.description) <= MAX_PURPOSE
        assert tool.description.endswith(".")
        assert ". " not in tool.description

    @each_tool
    def test_describes_and_bounds_its_arguments(self, tool: Tool) -> None:
        assert tool.parameters["additionalProperties"] is False
        for name, schema in tool.parameters["properties"].items():
            assert schema.get("examples"), name
            kinds = schema.get("type", [])
            if "string" in kinds and "format" not in schema:
                assert schema["maxLength"] <= 2_000, name
                assert "pattern" in schema, name
            if "integer" in kinds:
                assert {"minimum", "maximum"} <= set(schema), name

    @each_tool
    def test_has_examples_that_fit(self, tool: Tool) -> None:
        whole = {"$defs": tool.parameters.get("$defs", {})}
        for schema in tool.parameters["properties"].values():
            for example in schema["examples"]:
                jsonschema_rs.validate({**whole, **schema}, example)

    @each_tool
    def test_has_schemas_that_are_schemas(self, tool: Tool) -> None:
        for schema in (tool.parameters, tool.output_schema):
            jsonschema_rs.meta.validate(schema)
            assert schema["type"] == "object"

    @each_tool
    def test_says_what_it_does_to_the_world(self, tool: Tool) -> None:
        hints = tool.annotations
        assert None not in {
            hints.read_only_hint,
            hints.destructive_hint,
            hints.idempotent_hint,
            hints.open_world_hint,
        }
