"""The rules of a booking's life and of its money. Pure: instants, states and cents in."""

from instainstru_core.domains.bookings.policy.lifecycle import (
    EARLY_NOTICE,
    GRID_MINUTES,
    MAX_ADVANCE,
    MIDDLE_NOTICE,
    TRANSITIONS,
    cancellation,
    is_on_grid,
    is_terminal,
    is_too_far_ahead,
    may_become,
    notice,
    side_of,
)

__all__ = [
    "EARLY_NOTICE",
    "GRID_MINUTES",
    "MAX_ADVANCE",
    "MIDDLE_NOTICE",
    "TRANSITIONS",
    "cancellation",
    "is_on_grid",
    "is_terminal",
    "is_too_far_ahead",
    "may_become",
    "notice",
    "side_of",
]
