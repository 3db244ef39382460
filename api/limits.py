"""How often a client that nobody knows may ask for what costs somebody else something.

A client is its address; of IPv6 the network of one household or company, whose addresses are all
its own. Only a keyed hash of it is kept, for two hours at most.
"""

import hashlib
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Annotated

from fastapi import Depends, Request

from instainstru_core.kernel.ports import TooOften
from instainstru_core.runtime import Runtime

CODES_AN_HOUR = 20
HOUR = 60
HOUSEHOLD_BITS = 64
NOWHERE = "nowhere"


async def client_address(request: Request) -> str:
    """Where a request comes from; a proxy that is trusted says it for its clients."""
    return client_of(request.client.host if request.client else None)


ClientDep = Annotated[str, Depends(client_address)]


def client_of(host: str | None) -> str:
    """Whom an address belongs to. Those without one are one client."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return NOWHERE
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), HOUSEHOLD_BITS), strict=False))


def count_code(runtime: Runtime, client: str) -> None:
    """Count one code that is asked for by mail. Raises TooOften."""
    key = runtime.settings.jwt_secret.get_secret_value().encode()
    digest = hashlib.blake2b(client.encode(), key=hashlib.sha256(key).digest(), digest_size=16)
    allowance = runtime.limiter.take(
        f"codes:{digest.hexdigest()}", most=CODES_AN_HOUR, minutes=HOUR
    )
    if not allowance.is_allowed:
        raise TooOften(
            f"More than {CODES_AN_HOUR} codes an hour were asked for from your network. Wait"
            f" {allowance.retry_after} seconds, then ask again.",
            retry_after=allowance.retry_after,
        )
