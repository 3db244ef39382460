"""What the API tells Sentry of: a bug once, without the request; refusals never."""

from dataclasses import replace

import httpx
import sentry_sdk

from api.app import create_app
from instainstru_core.kernel import log
from instainstru_core.runtime import Runtime
from tests.patience import PATIENCE_SECONDS
from tests.serving import serving
from tests.watching import SECRET, only_event, simulated, told


def test_a_bug_is_told_once_with_its_route_and_nothing_of_the_request(runtime: Runtime) -> None:
    def lost(_actor: object) -> object:
        raise LookupError("No such thing.")

    log.configure(lasting=False)
    with simulated() as server, told(server, "api"):
        with serving(create_app(replace(runtime, begin=lost))) as url:  # type: ignore[arg-type]
            answered = httpx.get(
                f"{url}/api/v1/founding/status?token={SECRET}",
                headers={"X-Secret": SECRET, "Cookie": f"a={SECRET}"},
            )
        event = only_event(server)
    assert answered.status_code == 500
    assert (event.tags["process"], event.tags["log"]) == ("api", "unexpected")
    assert event.tags["transaction"] == event.tags["route"] == "/api/v1/founding/status"
    assert event.tags["request_id"] == answered.headers["x-request-id"]
    assert SECRET not in str(event.payload)


def test_a_refusal_is_not_told(runtime: Runtime) -> None:
    log.configure(lasting=False)
    with simulated() as server, told(server, "api"), serving(create_app(runtime)) as url:
        assert httpx.get(f"{url}/api/v1/nowhere").status_code == 404
        sentry_sdk.flush(PATIENCE_SECONDS)
        assert server.simulator.store.issues() == []
