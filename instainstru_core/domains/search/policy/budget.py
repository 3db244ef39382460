"""How the time of a request is spent: what each step may take, and what is kept for the rest.

One deadline is made when a request arrives. A step that asks somebody over a network gets what is
left less what the steps after it need, and is left out where that is not enough to be worth it.
"""

from collections.abc import Mapping
from enum import StrEnum

from instainstru_core.kernel.deadline import Deadline

SECONDS = 0.5
"""The whole budget of a request, unless the settings say otherwise."""

LOADED_SHARE = 0.6
"""What of it is for an answer that is made in a busy time; the rest is for the wait."""

REFUSE_SHARE = 0.8
"""When of it a search is refused."""

ANSWER_SECONDS = 0.12
"""What is kept for the database: finding, availability, cards, the record."""

CARDS_SECONDS = 0.1
"""What is kept for showing what was found, while availability is asked."""

LEAST_STATEMENT_MS = 25
"""Below that the database could not even begin."""


class Step(StrEnum):
    """A step that takes somebody else's time, and that an answer can do without."""

    READING = "reading"
    """A language model reads what the grammar is not certain of."""
    VECTORS = "vectors"
    """The words become a vector, where that is done over a network."""
    PLACE_VECTORS = "place_vectors"
    PLACE_MODEL = "place_model"


WORTH: Mapping[Step, float] = {
    Step.READING: 0.15,
    Step.VECTORS: 0.08,
    Step.PLACE_VECTORS: 0.1,
    Step.PLACE_MODEL: 0.15,
}
"""Seconds that a step usually takes: with less it is not begun."""


def seconds(whole: float = SECONDS, *, loaded: bool) -> float:
    """The budget of a request: 500 ms, and 300 ms in a busy time, unless the whole is another."""
    return whole * LOADED_SHARE if loaded else whole


def refuse_seconds(whole: float = SECONDS) -> float:
    """After how long a search is refused. Refusing at once would have whoever does not wait come
    back at once, and refusals take time from the searches that are being made.
    """
    return whole * REFUSE_SHARE


def wait_seconds(whole: float = SECONDS) -> float:
    """The longest wait for a turn: with the work of a busy time, it is the whole budget."""
    return whole - seconds(whole, loaded=True)


def share(deadline: Deadline, step: Step) -> Deadline | None:
    """Until when a step may take, so that the answer still is in time; None is not worth it."""
    if not deadline.affords(WORTH[step] + ANSWER_SECONDS):
        return None
    return Deadline(deadline.ends - ANSWER_SECONDS, deadline.clock)


def statement_ms(deadline: Deadline, *, kept: float = 0.0) -> int:
    """How long a statement may take now, in milliseconds, so that `kept` seconds remain."""
    return max(round((deadline.left - kept) * 1000), LEAST_STATEMENT_MS)
