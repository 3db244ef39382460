"""Which handler answers which call."""

from collections import defaultdict
from collections.abc import Iterable

from devstack.stripe_simulator import (
    accounts,
    balances,
    customers,
    disputes,
    event_calls,
    identity,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    transfers,
)
from devstack.stripe_simulator.call import Route
from devstack.stripe_simulator.errors import StripeRefusal

_VERSION = "v1"
ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *balances.ROUTES,
    *customers.ROUTES,
    *disputes.ROUTES,
    *event_calls.ROUTES,
    *identity.ROUTES,
    *payment_intents.ROUTES,
    *payment_methods.ROUTES,
    *payouts.ROUTES,
    *refunds.ROUTES,
    *setup_intents.ROUTES,
    *transfers.ROUTES,
)


class Router:
    """Finds routes by method and path."""

    def __init__(self, routes: Iterable[Route] = ROUTES) -> None:
        self._routes: dict[tuple[str, int], list[tuple[list[str], Route]]] = defaultdict(list)
        for route in routes:
            steps = route.path.split("/")
            self._routes[route.method, len(steps)].append((steps, route))

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route of a path below `/v1/`, and the identifiers in the path."""
        version, _, rest = path.strip("/").partition("/")
        steps = rest.split("/")
        for pattern, route in self._routes.get((method, len(steps)), ()):
            pairs = list(zip(pattern, steps, strict=True))
            if version == _VERSION and all(want in {"*", step} for want, step in pairs):
                return route, tuple(step for want, step in pairs if want == "*")
        raise StripeRefusal(
            f"Unrecognized request URL ({method}: {path}). If you are trying to list objects,"
            " remove the trailing slash. If you are trying to retrieve an object, make sure you"
            " passed a valid (non-empty) identifier in your code. Please see"
            " https://stripe.com/docs or we can help at https://support.stripe.com/.",
            status=404,
            executed=False,
        )
