"""What is told of a proposed change."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class ConfirmationView(BaseModel):
    """A proposed change, and how long it can be confirmed."""

    model_config = ConfigDict(frozen=True)

    token: str
    action: str
    summary: str
    expires_at: datetime
    expires_in_seconds: int
    is_done: bool
