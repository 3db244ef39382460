"""Who carries messages."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go. `key` makes the carrier take it once."""

    key: str
    to: str
    subject: str
    text: str
    html: str


class Mailer(Protocol):
    """Hands mails to a carrier."""

    def send(self, mail: Mail) -> str:
        """The carrier's id of the mail. Raises notifications.errors.MailRefused or MailUncertain."""
        ...
