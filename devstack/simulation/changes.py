"""Whether something changed that the worker looks at: heard in the statements of each commit."""

from typing import Any

WATCHED = ("lesson_money", "payment_commands", "webhook_events", "chargebacks")
"""The tables in which the work that is due is found."""


class Changes:
    """Counts the commits after which something else may be due."""

    def __init__(self) -> None:
        self.count = 0
        self.writes = 0
        self._known: dict[object, bool] = {}

    def hear(self, _connection: object, statement: object, _values: Any) -> None:  # noqa: ANN401
        """A statement is about to be asked."""
        writes = self._known.get(statement)
        if writes is None:
            words = str(statement)
            writes = not words.lstrip().startswith("SELECT") and any(
                table in words for table in WATCHED
            )
            self._known[statement] = writes
        self.writes += writes

    def committed(self, *, since: int) -> None:
        """A transaction was committed that began after so many writes.

        Of one that others ran inside, their writes count as well.
        """
        self.count += self.writes > since
