"""Writing to whoever cannot get into the account of their address."""

from instainstru_core.domains.accounts import policy as accounts_policy
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import AskForProof, ProofAsked
from instainstru_core.domains.notifications.schemas import AddressProofFacts
from instainstru_core.domains.notifications.service.queueing import queue
from instainstru_core.domains.notifications.types import Template
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("notifications.ask_for_proof")
def ask_for_proof(uow: Uow, command: AskForProof, *, web_url: str) -> ProofAsked:
    """Send a code to this address, if there is an account that a mailbox may open; one in ten
    minutes at most. The answer is the same for every address.
    """
    user_id = accounts.to_be_proven(uow, command.email)
    if user_id is not None:
        queue(
            uow,
            key=f"address_proof:{user_id}:{accounts_policy.proof_number(uow.now)}",
            template=Template.ADDRESS_PROOF,
            user_id=user_id,
            facts=AddressProofFacts(
                expires_at=uow.now + accounts_policy.PROOF_TTL,
                page=f"{web_url.rstrip('/')}/password",
            ),
        )
    return ProofAsked()
