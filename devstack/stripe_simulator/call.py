"""One call on its way: who calls, for which account, with what."""

from collections.abc import Callable
from dataclasses import dataclass

from devstack.stripe_simulator.collection import Collection, Wanted
from devstack.stripe_simulator.params import Params
from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import Space, World


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets."""

    world: World
    params: Params
    path: str
    ids: tuple[str, ...]  # the identifiers in the path
    account: str | None  # of the `Stripe-Account` header

    @property
    def id(self) -> str:
        """The first identifier in the path."""
        return self.ids[0]

    @property
    def space(self) -> Space:
        """Where this call looks for its objects."""
        return self.world.space(self.account)

    def of(self, kind: str) -> Collection:
        """The caller's objects of a kind."""
        return self.space.of(kind)


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path such as `payment_intents/*/capture`, and the parameters it takes."""

    method: str
    path: str
    handler: Handler
    takes: frozenset[str] = frozenset()


PAGE = ("created", "ending_before", "limit", "starting_after")


def get(path: str, handler: Handler, *takes: str) -> Route:
    """A route that reads."""
    return Route("GET", path, handler, frozenset({*takes, "expand"}))


def post(path: str, handler: Handler, *takes: str) -> Route:
    """A route that writes."""
    return Route("POST", path, handler, frozenset({*takes, "expand"}))


def retrieve(kind: str, *, param: str = "id") -> Handler:
    """A handler that answers with the object that the path names."""

    def handler(call: Call) -> Json:
        return call.of(kind).get(call.id, param=param)

    return handler


def pages(kind: str, *filters: str) -> Handler:
    """A handler that lists objects whose fields are as asked."""

    def handler(call: Call) -> Json:
        wanted = [(name, value) for name in filters if (value := call.params.text(name))]
        return call.of(kind).page(call.params, call.path, _matches(wanted))

    return handler


def _matches(wanted: list[tuple[str, str]]) -> Wanted | None:
    """Whether a thing's fields are as asked; the usual case of one field is quick."""
    if not wanted:
        return None
    if len(wanted) == 1:
        name, value = wanted[0]
        return lambda thing: thing.get(name) == value
    return lambda thing: all(thing.get(name) == value for name, value in wanted)
