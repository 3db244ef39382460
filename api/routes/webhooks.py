"""Where vendors tell us what happened. The signature is the proof of who speaks."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict

from api.deps import RuntimeDep, VisitorDep
from api.routing import Router
from instainstru_core.domains.webhooks import service


def event(example: dict[str, Any]) -> dict[str, Any]:
    """How the page about the API describes a body that is read as bytes."""
    schema = {"type": "object", "description": "An event, as the vendor wrote it."}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


STRIPE_EVENT = {
    "id": "evt_1Q2w3E4r5T6y7U8i",
    "object": "event",
    "type": "payment_intent.succeeded",
    "created": 1_781_532_000,
    "livemode": False,
    "data": {
        "object": {
            "id": "pi_3Q2w3E4r5T6y7U8i",
            "object": "payment_intent",
            "status": "succeeded",
            "amount": 9_600,
            "amount_received": 9_600,
            "currency": "usd",
            "metadata": {"reference": "01JZ8M4T6Q3V9K2X7C5B1N0D8F"},
        }
    },
}
CHECKR_EVENT = {
    "id": "507f1f77bcf86cd799439011",
    "object": "event",
    "type": "report.completed",
    "created_at": "2026-06-15T14:00:00Z",
    "data": {
        "object": {
            "id": "4722c07dd9a10c3985ae432a",
            "object": "report",
            "status": "complete",
            "result": "clear",
            "candidate_id": "e44aa283528e6fde7d542194",
        }
    },
}

router = Router(prefix="/webhooks", tags=["webhooks"])


class WebhookAnswer(BaseModel):
    """What the vendor is told."""

    model_config = ConfigDict(frozen=True)

    received: Literal[True] = True


async def written(request: Request) -> bytes:
    """The body exactly as it was written: the signature is over its bytes, not over its meaning."""
    return await request.body()


@router.post(
    "/stripe",
    operation_id="webhooks.stripe",
    summary="An event of the payment provider",
    openapi_extra=event(STRIPE_EVENT),
    responses={413: {}},
)
def stripe(
    runtime: RuntimeDep,
    visitor: VisitorDep,
    body: Annotated[bytes, Depends(written)],
    signature: Annotated[str | None, Header(alias="Stripe-Signature")] = None,
) -> WebhookAnswer:
    """Stored and answered at once, also when it was told before; processed afterwards."""
    inbound = runtime.webhook_parser.parse(body, signature)
    with runtime.begin(visitor) as uow:
        service.receive(uow, inbound)
    return WebhookAnswer()


@router.post(
    "/checkr",
    operation_id="webhooks.checkr",
    summary="An event of the provider of background checks",
    openapi_extra=event(CHECKR_EVENT),
    responses={413: {}},
)
def checkr(
    runtime: RuntimeDep,
    visitor: VisitorDep,
    body: Annotated[bytes, Depends(written)],
    signature: Annotated[str | None, Header(alias="X-Checkr-Signature")] = None,
) -> WebhookAnswer:
    """Stored and answered at once, without what it says of a person; processed afterwards."""
    inbound = runtime.check_parser.parse(body, signature)
    with runtime.begin(visitor) as uow:
        service.receive(uow, inbound)
    return WebhookAnswer()
