"""Who reacts to what. The whole asynchronous shape of the system on one page."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Uow

Reaction: TypeAlias = Callable[[Uow, Any], None]

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {}
