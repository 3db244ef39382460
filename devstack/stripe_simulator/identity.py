"""`/v1/identity/verification_sessions`."""

from devstack.stripe_simulator import connect_shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json
from devstack.stripe_simulator.world import World

_BASE = "identity/verification_sessions"
_CREATE = (
    "client_reference_id",
    "metadata",
    "options",
    "provided_details",
    "related_customer",
    "return_url",
    "type",
)
_KIND = "verification_session"
_FAILURES = {
    "document_expired": "The document is expired.",
    "document_unverified_other": "The document could not be verified.",
    "id_number_mismatch": "The ID number could not be matched.",
    "selfie_face_mismatch": "The selfie did not match the document.",
}


def create(call: Call) -> Json:
    """A new check that waits for the person."""
    world, params = call.world, call.params
    identifier = world.mint.new("vs")
    secret = f"{identifier}_secret_{world.mint.token('secret')}"
    session = connect_shapes.verification_session(identifier, world.now, secret)
    kind = params.choice("type", ("document", "id_number"))
    document = params.hash("options").hash("document")
    session.update(
        client_reference_id=params.text("client_reference_id"),
        metadata=merged({}, params.strings("metadata")),
        options={
            "document": {
                name: document.flag(name) for name in document.plain() if name != "allowed_types"
            }
        },
        related_customer=params.text("related_customer"),
        type=kind or "document",
        url=f"{world.verify_base}/start/{identifier}",
    )
    return_url = params.text("return_url")
    if return_url is not None:
        world.return_urls[identifier] = return_url
    world.of(_KIND).add(session)
    world.emit("identity.verification_session.created", session)
    return session


def cancel(call: Call) -> Json:
    """Give a check up."""
    session = call.of(_KIND).get(call.id, param="session")
    _require_open(session, "cancel")
    session.update(status="canceled", client_secret=None, url=None)
    call.world.emit("identity.verification_session.canceled", session)
    return session


def verify(world: World, identifier: str) -> Json:
    """The person is who they say."""
    session = _submit(world, identifier)
    session.update(
        client_secret=None,
        last_error=None,
        last_verification_report=world.mint.new("vr"),
        status="verified",
        url=None,
    )
    world.emit("identity.verification_session.verified", session)
    return session


def fail(world: World, identifier: str, code: str = "document_unverified_other") -> Json:
    """The check failed; the person may try again."""
    session = _submit(world, identifier)
    session.update(
        last_error={"code": code, "reason": _FAILURES.get(code, code)},
        last_verification_report=world.mint.new("vr"),
        status="requires_input",
    )
    world.emit("identity.verification_session.requires_input", session)
    return session


def _submit(world: World, identifier: str) -> Json:
    session = world.of(_KIND).get(identifier, param="session")
    _require_open(session, "submit")
    session["status"] = "processing"
    world.emit("identity.verification_session.processing", session)
    return session


def _require_open(session: Json, verb: str) -> None:
    if session["status"] != "requires_input":
        raise StripeRefusal(
            f"You cannot {verb} this VerificationSession because it has a status of"
            f" {session['status']}.",
        )


ROUTES = (
    post(_BASE, create, *_CREATE),
    get(_BASE, pages(_KIND, "status", "client_reference_id"), *PAGE, "status", _CREATE[0]),
    get(f"{_BASE}/*", retrieve(_KIND, param="session")),
    post(f"{_BASE}/*/cancel", cancel),
)
