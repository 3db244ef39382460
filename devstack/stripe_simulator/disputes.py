"""`/v1/disputes`."""

from devstack.stripe_simulator import disputing
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.connect_shapes import EVIDENCE
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json

_VERDICTS = {"winning_evidence": True, "losing_evidence": False}
_CLOSED = {"won", "lost"}


def update(call: Call) -> Json:
    """Add evidence and hand it in; Stripe's test words decide the case at once."""
    dispute, evidence = _find(call), call.params.hash("evidence")
    if dispute["status"] in _CLOSED and evidence.plain():
        raise StripeRefusal("This dispute is already closed", code="dispute_already_closed")
    stranger = evidence.unknown(EVIDENCE)
    if stranger is not None:
        raise stranger
    dispute["metadata"] = merged(dispute["metadata"], call.params.strings("metadata"))
    dispute["evidence"].update({name: evidence.text(name) for name in evidence.plain()})
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    if evidence.plain() and call.params.flag("submit", default=True):
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        dispute["status"] = "under_review"
    call.world.emit("charge.dispute.updated", dispute)
    verdict = _VERDICTS.get(str(dispute["evidence"]["uncategorized_text"]))
    if dispute["status"] == "under_review" and verdict is not None:
        disputing.decide(call.world, dispute, won=verdict)
    return dispute


def close(call: Call) -> Json:
    """Give in."""
    return disputing.decide(call.world, _find(call), won=False)


def _find(call: Call) -> Json:
    return call.of("dispute").get(call.id, param="dispute")


ROUTES = (
    get(
        "disputes",
        pages("dispute", "charge", "payment_intent"),
        *PAGE,
        "charge",
        "payment_intent",
    ),
    get("disputes/*", retrieve("dispute", param="dispute")),
    post("disputes/*", update, "evidence", "metadata", "submit"),
    post("disputes/*/close", close),
)
