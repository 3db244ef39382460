"""Who checks people. A `key` makes a call happen once."""

from typing import Protocol

from instainstru_core.domains.background_checks.types import (
    CandidateData,
    InvitationSeen,
    ReportSeen,
)


class CheckProvider(Protocol):
    """Raises CheckRefused where an answer is definite, CheckUnavailable where it is not."""

    def create_candidate(self, *, key: str, candidate: CandidateData) -> str:
        """The provider's id of this person."""
        ...

    def invite(self, *, key: str, candidate_id: str) -> InvitationSeen:
        """Ask the person for what a check needs: they get a page of the provider's."""
        ...

    def invitation(self, invitation_id: str) -> InvitationSeen:
        """How an invitation stands."""
        ...

    def report(self, report_id: str) -> ReportSeen:
        """How a report stands."""
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
