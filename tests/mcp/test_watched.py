"""What the copilot tells Sentry of: a bug once; arguments, answers and refusals never."""

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from instainstru_core.adapters.careful import Careful
from instainstru_core.adapters.sentry.client import SentryClient
from instainstru_core.adapters.sentry.reading import HttpSentry
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel import log
from instainstru_core.kernel.errors import Conflict
from instainstru_core.runtime import Runtime
from mcp_server.envelope import Answer, answer
from mcp_server.tool import Call, reads
from mcp_server.tools.sentry import sentry_event_lookup, sentry_issue_detail
from tests.mcp import world as worlds
from tests.mcp.world import Copilot
from tests.watching import SECRET, TOKEN, only_event, simulated, told

SENTRY_TOOLS = (sentry_issue_detail, sentry_event_lookup)
PRIVATE = ("jonas@example.org", "203.0.113.9", "+1 212-555-0188")
Text = Annotated[str, Field(max_length=50, pattern=".*", examples=["x"])]


class Echo(BaseModel):
    """What was said."""

    text: str


@reads("Broken")
def broken(call: Call, text: Text) -> Answer[Echo]:
    """Fail as only a bug does."""
    raise LookupError("No such thing.")


@reads("Leaking")
def leaking(call: Call, text: Text) -> Answer[Echo]:
    """Fail with words that say too much."""
    raise LookupError(f"{', '.join(PRIVATE)}, password={text}")


@reads("Refusing")
def refusing(call: Call) -> Answer[Echo]:
    """Say no."""
    raise Conflict("It is taken.")


@reads("Working")
def working(call: Call, text: Text) -> Answer[Echo]:
    """Work."""
    return answer(Report(data=Echo(text=text)), as_of=call.runtime.clock())


def test_a_bug_is_told_once_and_arguments_stay_off_events_and_spans(asked: Runtime) -> None:
    log.configure(lasting=False)
    with simulated() as server, told(server, "mcp", sentry_traces_rate=1.0):
        with worlds.serving(asked, [broken, refusing, working]) as url:
            copilot = Copilot(url)
            assert copilot.refused("broken", text=SECRET)["code"] == "internal"
            assert copilot.refused("refusing")["code"] == "conflict"
            assert copilot.ask("working", text=SECRET)["data"] == {"text": SECRET}
        event = only_event(server)
        traces = list(server.simulator.store.traces)
    assert event.payload["exception"]["values"][-1]["type"] == "LookupError"
    assert event.tags["tool"] == "instainstru_broken"
    assert (event.tags["process"], event.tags["log"]) == ("mcp", "tool_failed")
    spans = [span for trace in traces for span in trace["spans"]]
    assert "tools/call instainstru_working" in {span["description"] for span in spans}
    assert SECRET not in str([event.payload, traces])


def test_what_a_failing_tool_told_is_read_back_by_the_tools_without_secrets(asked: Runtime) -> None:
    log.configure(lasting=False)
    with simulated() as server, told(server, "mcp"):
        port = HttpSentry(
            SentryClient(Careful(server.url, token=TOKEN)),
            "instainstru",
            asked.settings.sentry_projects,
        )
        with worlds.serving(replace(asked, sentry=port), [leaking, *SENTRY_TOOLS]) as url:
            copilot = Copilot(url)
            assert copilot.refused("leaking", text=SECRET)["code"] == "internal"
            event = only_event(server)
            issue = f"{event.project.slug}-1".upper()
            detail = copilot.ask("sentry_issue_detail", issue=issue, environment="all")
            found = copilot.ask("sentry_event_lookup", event_id=event.payload["event_id"])
        port.close()
    assert (detail["data"]["issue"]["project"], detail["data"]["issue"]["events"]) == (
        event.project.slug,
        1,
    )
    (raised,) = detail["data"]["event"]["exceptions"]
    assert (raised["type"], raised["frames"][-1].split(":")[0]) == (
        "LookupError",
        "tests/mcp/test_watched.py",
    )
    assert detail["data"]["event"]["tags"]["tool"] == "instainstru_leaking"
    assert found["data"]["event"]["id"] == event.payload["event_id"]
    for private in (SECRET, *PRIVATE):
        assert private not in str([event.payload, detail, found])
