"""Service clients and signing keys."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from instainstru_core.domains.access import service
from instainstru_core.domains.access.schemas import RegisterClient, RegisteredClientView
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.uow import Uow


@cache
def signing_key(name: str) -> str:
    """An RSA private key in PEM form, the same for a name in the whole run."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def loaded(pem: str) -> rsa.RSAPrivateKey:
    """The key itself. Reading one checks its primes, which takes 40 ms."""
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def client(
    uow: Uow, *scopes: Scope, name: str = "Copilot", org_id: str | None = "org_test"
) -> RegisteredClientView:
    """A registered program, with its secret. It may read unless scopes are given."""
    command = RegisterClient(name=name, scopes=list(scopes or (Scope.MCP_READ,)), org_id=org_id)
    return service.register_client(uow, command)
