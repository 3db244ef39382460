"""Stripe's form encoding, `a[b][]=c`, and typed access to what it holds."""

from collections.abc import Iterable
from typing import cast
from urllib.parse import parse_qsl

from devstack.stripe_simulator.errors import StripeRefusal, invalid
from devstack.stripe_simulator.values import Json

_LIMIT_DEFAULT, _LIMIT_MOST = 10, 100


def parse(text: str) -> Json:
    """The tree that a query string or a form body spells out; lists are keyed by position."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = name.partition("[")
        keys = [head, *rest[:-1].split("][")] if rest.endswith("]") else [name]
        branch = tree
        for key in keys[:-1]:
            below = branch.setdefault(key or str(len(branch)), {})
            if not isinstance(below, dict):
                raise invalid(f"Invalid {head}: both a value and a hash", head)
            branch = cast("Json", below)
        branch[keys[-1] or str(len(branch))] = value
    return tree


class Params:
    """The parameters of one call, or of one hash within them."""

    def __init__(self, tree: Json, within: str = "") -> None:
        self._tree = tree
        self._within = within

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def name(self, key: str) -> str:
        """What Stripe calls this parameter in an error."""
        return f"{self._within}[{key}]" if self._within else key

    def unknown(self, known: Iterable[str]) -> StripeRefusal | None:
        """The refusal for parameters that nobody knows, if there are any."""
        strangers = sorted(set(self._tree) - set(known))
        if not strangers:
            return None
        word = "parameter" if len(strangers) == 1 else "parameters"
        return invalid(
            f"Received unknown {word}: {', '.join(strangers)}", strangers[0], "parameter_unknown"
        )

    def text(self, key: str) -> str | None:
        """A string; empty means not given, as Stripe unsets with it."""
        value = self._tree.get(key)
        if isinstance(value, dict):
            raise invalid(f"Invalid string: {value}", self.name(key))
        return value or None

    def required(self, key: str) -> str:
        """A string that must be there."""
        value = self.text(key)
        if value is None:
            name = self.name(key)
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        return value

    def integer(self, key: str) -> int | None:
        """A whole number."""
        value = self.text(key)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise invalid(
                f"Invalid integer: {value}", self.name(key), "parameter_invalid_integer"
            ) from None

    def amount(self, key: str) -> int | None:
        """A number of cents above zero."""
        value = self.integer(key)
        if value is not None and value <= 0:
            raise invalid(
                "This value must be greater than or equal to 1.",
                self.name(key),
                "parameter_invalid_integer",
            )
        return value

    def required_amount(self, key: str) -> int:
        """A number of cents above zero that must be there."""
        self.required(key)
        return self.amount(key) or 0

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.text(key)
        if value is None:
            return default
        if value not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {value}", self.name(key))
        return value == "true"

    def choice(self, key: str, options: tuple[str, ...]) -> str | None:
        """One of a few words."""
        value = self.text(key)
        if value is not None and value not in options:
            name = self.name(key)
            listed = ", ".join(options[:-1])
            raise invalid(f"Invalid {name}: must be one of {listed}, or {options[-1]}", name)
        return value

    def hash(self, key: str) -> "Params":
        """The parameters below this one; none when it is absent."""
        value = self._tree.get(key)
        if value is None or value == "":
            return Params({}, self.name(key))
        if not isinstance(value, dict):
            raise invalid("Invalid object", self.name(key))
        return Params(cast("Json", value), self.name(key))

    def words(self, key: str) -> list[str]:
        """A list of strings."""
        return [str(value) for value in self.hash(key).plain().values()]

    def strings(self, key: str) -> dict[str, str]:
        """Metadata and its like: strings by name, blank ones included."""
        return {name: str(value) for name, value in self.hash(key).plain().items()}

    def plain(self) -> Json:
        """Everything, as parsed."""
        return self._tree

    def limit(self) -> int:
        """How many things a page may hold."""
        value = self.integer("limit")
        if value is None:
            return _LIMIT_DEFAULT
        if not 1 <= value <= _LIMIT_MOST:
            raise invalid(
                f"Invalid integer: limit must be between 1 and {_LIMIT_MOST}",
                "limit",
                "parameter_invalid_integer",
            )
        return value


def merged(metadata: Json, changes: dict[str, str]) -> Json:
    """Metadata after an update: given names replace, blank values remove."""
    return {name: value for name, value in {**metadata, **changes}.items() if value}
