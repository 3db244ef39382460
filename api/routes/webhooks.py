"""Where vendors tell us what happened. The signature is the proof of who speaks."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict

from api.deps import RuntimeDep, VisitorDep
from api.routing import Router
from instainstru_core.domains.webhooks import service

JSON_OBJECT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "An event, as the vendor wrote it."}
            }
        },
    }
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
    openapi_extra=JSON_OBJECT,
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
    openapi_extra=JSON_OBJECT,
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
