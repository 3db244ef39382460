"""The one kind of failure the development stack explains. Standard library only."""

from collections.abc import Sequence


class StackTrouble(Exception):
    """Something cannot be done. `advice` says what to do; `tail` is the end of what was printed."""

    def __init__(self, problem: str, advice: str, tail: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.advice = advice
        self.tail = list(tail)
