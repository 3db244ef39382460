"""Facts access announces."""

from dataclasses import dataclass

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """Staff took a role away. It may have been given back since."""

    user_id: str
    role: str
