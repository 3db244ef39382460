"""A clock that can stand still, be moved, or run with real time."""

from datetime import UTC, datetime, timedelta
from threading import Lock


class SimulatedClock:
    """Runs with real time until it is set."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ahead = timedelta(0)
        self._stands_at: datetime | None = None

    def now(self) -> datetime:
        """What time it is."""
        with self._lock:
            return self._stands_at or datetime.now(UTC) + self._ahead

    def set(self, moment: datetime) -> None:
        """Stand still at this moment."""
        with self._lock:
            self._stands_at = moment.astimezone(UTC)

    def advance(self, length: timedelta) -> None:
        """Move forward; a clock that runs goes on running."""
        with self._lock:
            if self._stands_at is None:
                self._ahead += length
            else:
                self._stands_at += length

    def follow(self) -> None:
        """Run with real time again."""
        with self._lock:
            self._stands_at, self._ahead = None, timedelta(0)
