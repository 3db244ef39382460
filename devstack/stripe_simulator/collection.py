"""Objects of one kind in the order that Stripe lists them: the newest first."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator

from devstack.stripe_simulator.errors import missing
from devstack.stripe_simulator.params import Params
from devstack.stripe_simulator.values import Json, listing

Wanted = Callable[[Json], bool]


class Collection:
    """Objects by identifier, ordered by when they were created and then by arrival."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._objects: dict[str, Json] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._order: list[tuple[int, int, str]] = []

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Json]:
        return iter(self._objects.values())

    def add(self, thing: Json) -> Json:
        """Keep a new object."""
        identifier = str(thing["id"])
        place = (int(thing["created"]), len(self._places))
        self._objects[identifier] = thing
        self._places[identifier] = place
        insort(self._order, (*place, identifier))
        return thing

    def find(self, identifier: str) -> Json | None:
        """The object, if there is one."""
        return self._objects.get(identifier)

    def get(self, identifier: str, *, param: str = "id", in_path: bool = True) -> Json:
        """The object, or Stripe's refusal."""
        found = self._objects.get(identifier)
        if found is None:
            raise missing(self.kind, identifier, param=param, in_path=in_path)
        return found

    def page(self, params: Params, url: str, wanted: Wanted | None = None) -> Json:
        """One page by `limit`, `starting_after`, `ending_before` and `created`."""
        limit = params.limit()
        low, high = self._between(params)
        backwards = params.text("ending_before") is not None
        chosen: list[Json] = []
        objects, order = self._objects, self._order
        positions = range(low, high) if backwards else range(high - 1, low - 1, -1)
        for position in positions:
            thing = objects[order[position][2]]
            if wanted is None or wanted(thing):
                if len(chosen) == limit:
                    break
                chosen.append(thing)
        else:
            return listing(url, chosen[::-1] if backwards else chosen)
        return listing(url, chosen[::-1] if backwards else chosen, has_more=True)

    def _between(self, params: Params) -> tuple[int, int]:
        """The stretch of the order that a page may come from."""
        low, high = self._created(params)
        after, before = params.text("starting_after"), params.text("ending_before")
        if after is not None:
            high = min(high, bisect_left(self._order, (*self._place(after), after)))
        if before is not None:
            low = max(low, bisect_right(self._order, (*self._place(before), before)))
        return low, high

    def _created(self, params: Params) -> tuple[int, int]:
        low, high = 0, len(self._order)
        if "created" not in params:
            return low, high
        if not isinstance(params.plain()["created"], dict):
            exact = params.integer("created") or 0
            return self._index(exact), self._index(exact + 1)
        bounds = params.hash("created")
        for name, shift in (("gte", 0), ("gt", 1)):
            value = bounds.integer(name)
            if value is not None:
                low = max(low, self._index(value + shift))
        for name, shift in (("lt", 0), ("lte", 1)):
            value = bounds.integer(name)
            if value is not None:
                high = min(high, self._index(value + shift))
        return low, high

    def _index(self, created: int) -> int:
        return bisect_left(self._order, (created, -1, ""))

    def _place(self, identifier: str) -> tuple[int, int]:
        self.get(identifier, param="starting_after", in_path=False)
        return self._places[identifier]
