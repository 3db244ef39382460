"""Who carries messages."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go. `key` makes the carrier take it once."""

    key: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


class Mailer(Protocol):
    """Hands mails to a carrier."""

    def send(self, mail: Mail) -> str:
        """The carrier's id of the mail. Raises MailRefused or MailUncertain, or one of their kinds.

        MailTaken says that the mail went out before; after MailBusy and MailNotConfigured it did
        not, and none would now.
        """
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
