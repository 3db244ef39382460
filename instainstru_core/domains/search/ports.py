"""Who turns words into vectors, who reads what the grammar cannot, and who keeps answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from instainstru_core.domains.search.types.answers import Answer, Looked
from instainstru_core.domains.search.types.meaning import Vectors
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.kernel.deadline import Deadline


class Embedder(Protocol):
    """Gives each text a place among all texts: what means the same is near."""

    @property
    def model(self) -> str:
        """The name of the model; vectors of different models cannot be compared."""
        ...

    @property
    def version(self) -> str:
        """Changes with the weights, and with how they are used."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether it is asked over a network, so that no transaction may be open meanwhile."""
        ...

    @property
    def scale(self) -> tuple[float, float]:
        """Up to which cosine two texts have nothing to do with each other, and from which on they
        mean the same.
        """
        ...

    def prepare(self) -> None:
        """Load what is needed, so that the first text does not wait for it."""
        ...

    def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
        """One row of length 1 for each text, in their order; a row of zeros where nothing is known.

        Raises ModelUnavailable.
        """
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A text that is to be read, on which local day, with the names of what can be learned.

    The text is data: whatever it says, it is read and not followed.
    """

    text: str
    today: date
    services: tuple[str, ...]


class Reader(Protocol):
    """A language model that reads what people ask for."""

    @property
    def is_on(self) -> bool:
        """Whether one is configured."""
        ...

    def read(self, question: Question, *, deadline: Deadline) -> Reading:
        """What the text says, slot by slot, as the model has it: nothing of it is certain.

        Raises ModelUnavailable.
        """
        ...

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        """Those of the names that the text means, best first; never another name.

        Raises ModelUnavailable.
        """
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...


class Answers(Protocol):
    """Keeps answers of searches, and tells them again while they are true."""

    @property
    def is_on(self) -> bool:
        """Whether answers are kept at all."""
        ...

    async def look(self, key: str) -> Looked:
        """The stored answer; without one, the instant at which the making of a new one begins."""
        ...

    async def keep(
        self, key: str, answer: Answer, *, since: int, tags: Collection[str], seconds: int
    ) -> None:
        """Store an answer whose making began at this instant."""
        ...

    def touch(self, tags: Collection[str]) -> None:
        """Make every stored answer untrue that carries one of these tags. Raises Unavailable."""
        ...

    def is_new(self, name: str, value: str) -> bool:
        """Whether this is another value than the last one of this name. Raises Unavailable."""
        ...

    async def leave(self) -> None:
        """Give back the connections of this event loop, which is about to end."""
        ...

    def close(self) -> None:
        """Give back the other connections."""
        ...
