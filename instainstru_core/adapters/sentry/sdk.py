"""The SDK by which this process tells Sentry of its errors. Imported only with a DSN.

Errors reach it where they are written to the log with their traceback, which is where every one of
them ends that nobody expected; and where Celery sees a task fail. Nothing of a request's content,
of a person or of a local variable is sent, and what is left of texts is scrubbed.
"""

import sys
import time
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast

from instainstru_core.adapters.sentry.outgoing import LONGEST_TAG, scrubbed
from instainstru_core.domains.observability.schemas.errors_seen import ReportingProof
from instainstru_core.kernel import log
from instainstru_core.kernel.settings import Settings

Process: TypeAlias = Literal["api", "mcp", "worker", "beat", "exporter"]

OURS = ["instainstru_core", "api", "mcp_server", "worker", "cli"]
SEEN_ELSEWHERE = ("celery.app.trace",)
"""Loggers of errors that an integration has told already."""

FLUSH_SECONDS = 3.0
LAST_WORDS_SECONDS = 2.0
NOTHING: dict[str, Any] = {
    "cookies": {"mode": "off"},
    "database_query_data": False,
    "gen_ai": {"inputs": False, "outputs": False},
    "graphql": {"document": False, "variables": False},
    "http_bodies": [],
    "http_headers": {"request": {"mode": "off"}},
    "queues": False,
    "stack_frame_variables": False,
    "url_query_params": {"mode": "off"},
    "user_info": False,
}
"""What the SDK may collect of what people send: arguments of tools stay off spans."""


class DeliberateError(RuntimeError):
    """Raised on purpose, to see that errors reach Sentry."""


def start(settings: Settings, process: Process) -> bool:
    """Tell Sentry of this process's errors from now on; whether it is configured at all.

    To be called before the framework of the process makes its server, application or worker.
    """
    if not settings.sentry_dsn:
        return False
    import sentry_sdk  # noqa: PLC0415 - most installations never need it

    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        environment=settings.sentry_name,
        release=settings.release,
        traces_sample_rate=settings.sentry_traces_rate or None,
        integrations=_integrations(process),
        in_app_include=OURS,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        data_collection=cast("Any", NOTHING),
        default_integrations=False,
        enable_backpressure_handling=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_client_reports=False,
        shutdown_timeout=LAST_WORDS_SECONDS,
        trace_propagation_targets=[],
        before_send=cast("Any", scrubbed),
        before_send_transaction=cast("Any", scrubbed),
    )
    sentry_sdk.get_global_scope().set_tag("process", process)
    log.tell_of_exceptions(_tell)
    return True


def prove() -> ReportingProof:
    """Tell of a deliberate error and wait for a moment until it is sent."""
    sdk: Any = sys.modules.get("sentry_sdk")
    client = sdk and sdk.get_client()
    if not client or not client.is_active() or client.transport is None:
        return ReportingProof(configured=False, event_id=None, delivered=None, environment=None)
    lost: list[str] = []
    with sdk.new_scope():
        client.transport.on_dropped_event = lost.append
        try:
            event_id = _raised(sdk)
            started = time.monotonic()
            client.flush(timeout=FLUSH_SECONDS)
            waited = time.monotonic() - started
        finally:
            del client.transport.on_dropped_event
    is_sent = None if waited >= FLUSH_SECONDS else not lost
    return ReportingProof(
        configured=True,
        event_id=event_id,
        delivered=is_sent if event_id else False,
        environment=client.options["environment"],
    )


def _tell(failure: BaseException, facts: Mapping[str, Any]) -> None:
    """Tell of an error that was written to the log, with the plain facts that stood beside it."""
    import sentry_sdk  # noqa: PLC0415

    if str(facts.get("logger", "")).startswith(SEEN_ELSEWHERE):
        return
    with sentry_sdk.new_scope() as scope:
        for name, value in facts.items():
            if isinstance(value, str | int) and not name.startswith("_"):
                scope.set_tag("log" if name == "event" else name, str(value)[:LONGEST_TAG])
        sentry_sdk.capture_exception(failure)


def _raised(sdk: Any) -> str | None:  # noqa: ANN401 - a module that may not be there
    try:
        raise DeliberateError("A deliberate error, to see that errors reach Sentry.")  # noqa: TRY301
    except DeliberateError as failure:
        event_id: str | None = sdk.capture_exception(failure)
        return event_id


def _integrations(process: Process) -> list[Any]:
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.threading import ThreadingIntegration  # noqa: PLC0415

    general = [
        AtexitIntegration(callback=_say_nothing),
        DedupeIntegration(),
        ExcepthookIntegration(),
        ThreadingIntegration(propagate_scope=False),
    ]
    return [*general, *_of_frameworks(process)]


def _say_nothing(_pending: int, _seconds: float) -> None:
    """The SDK's own words at the end would go to people's terminals."""


def _of_frameworks(process: Process) -> list[Any]:
    """Refusals are answers: no status of theirs makes an error."""
    match process:
        case "api":
            from sentry_sdk.integrations.fastapi import FastApiIntegration  # noqa: PLC0415
            from sentry_sdk.integrations.starlette import StarletteIntegration  # noqa: PLC0415

            return [
                StarletteIntegration(failed_request_status_codes=set()),
                FastApiIntegration(failed_request_status_codes=set()),
            ]
        case "mcp":
            from sentry_sdk.integrations.mcp import MCPIntegration  # noqa: PLC0415
            from sentry_sdk.integrations.starlette import StarletteIntegration  # noqa: PLC0415

            return [
                StarletteIntegration(failed_request_status_codes=set()),
                MCPIntegration(include_prompts=False),
            ]
        case "worker" | "beat":
            from sentry_sdk.integrations.celery import CeleryIntegration  # noqa: PLC0415

            return [CeleryIntegration(propagate_traces=False, monitor_beat_tasks=False)]
        case "exporter":
            return []
