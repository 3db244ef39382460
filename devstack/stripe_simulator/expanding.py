"""`expand[]`: whole objects in the place of identifiers."""

from typing import cast

from devstack.stripe_simulator.errors import StripeRefusal, invalid
from devstack.stripe_simulator.values import Json, listing
from devstack.stripe_simulator.world import Space, World

_DEEPEST = 4


class Expander:
    """Answers requests to expand, for one caller."""

    def __init__(self, world: World, account: str | None) -> None:
        self._world = world
        self._account = account

    def expand(self, answer: Json, paths: list[str]) -> Json:
        """The answer with these paths expanded; what is stored stays as it is."""
        for path in paths:
            steps = path.split(".")
            if len(steps) > _DEEPEST + (steps[0] == "data"):
                raise invalid("You cannot expand more than 4 levels of a property", "expand")
            answer = self._walk(answer, steps, path)
        return answer

    def _walk(self, thing: Json, steps: list[str], path: str) -> Json:
        if not steps:
            return thing
        name, rest = steps[0], steps[1:]
        value = self._included(thing, name)
        if value is None:
            if name not in thing:
                raise invalid(f"This property cannot be expanded ({path}).", "expand")
            return thing
        if isinstance(value, list):
            things = cast("list[Json]", value)
            return {**thing, name: [self._walk(one, rest, path) for one in things]}
        if isinstance(value, dict):
            return {**thing, name: self._walk(cast("Json", value), rest, path)}
        found = self._find(str(value), thing)
        if found is None:
            return thing
        return {**thing, name: self._walk(found, rest, path)}

    def _included(self, thing: Json, name: str) -> object:
        """The value of a property, some of which Stripe shows only when asked."""
        if thing.get("object") == "charge" and name == "refunds":
            space = self._space_of(thing)
            return listing(
                f"/v1/charges/{thing['id']}/refunds",
                [one for one in space.of("refund") if one["charge"] == thing["id"]][::-1],
            )
        return thing.get(name)

    def _find(self, identifier: str, owner: Json) -> Json | None:
        found = self._world.space(self._account).find(identifier)
        if found is None and owner.get("object") in {"transfer", "transfer_reversal"}:
            found = self._across(identifier, owner)
        return found

    def _across(self, identifier: str, owner: Json) -> Json | None:
        """What a transfer made on the connected account."""
        transfer = owner
        if owner["object"] == "transfer_reversal":
            transfer = self._world.of("transfer").get(owner["transfer"])
        try:
            return self._world.space(str(transfer["destination"])).find(identifier)
        except StripeRefusal:
            return None

    def _space_of(self, thing: Json) -> Space:
        mine = self._world.space(self._account)
        return mine if mine.of("charge").find(str(thing["id"])) else self._world.space()
