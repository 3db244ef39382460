"""`/v1/events`: what was announced, for those who missed it."""

from fnmatch import fnmatchcase

from devstack.stripe_simulator.call import PAGE, Call, get, retrieve
from devstack.stripe_simulator.values import Json


def list_all(call: Call) -> Json:
    """Events, by one type, which may end in `.*`, or by several."""
    types = call.params.words("types")
    one = call.params.text("type")
    if one is not None:
        types.append(one)
    return call.of("event").page(
        call.params,
        call.path,
        lambda event: not types or any(fnmatchcase(event["type"], kind) for kind in types),
    )


ROUTES = (
    get("events", list_all, *PAGE, "delivery_success", "type", "types"),
    get("events/*", retrieve("event")),
)
