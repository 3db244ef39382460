"""RSA signatures: by the OpenSSL of Python and by the usual library they are the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from instainstru_core.kernel import signing
from instainstru_core.kernel.signing import LibraryKey, OpensslKey, SigningKey

Read = Callable[[str], SigningKey]
WORDS = (b"", b"a token", bytes(range(256)) * 40)


def by_openssl(pem: str) -> SigningKey:
    library = signing.openssl()
    assert library is not None
    return OpensslKey(library, pem)


BOTH = pytest.mark.parametrize("read", [by_openssl, LibraryKey], ids=["openssl", "library"])


def written(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    locked: KeySerializationEncryption | None = None,
    form: PrivateFormat = PrivateFormat.PKCS8,
) -> str:
    return key.private_bytes(Encoding.PEM, form, locked or NoEncryption()).decode()


@pytest.fixture(scope="module", params=[2_048, 3_072])
def key(request: pytest.FixtureRequest) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=request.param)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@BOTH
def test_a_key_tells_its_public_numbers_and_signs_as_others_verify(
    read: Read, key: rsa.RSAPrivateKey, form: PrivateFormat
) -> None:
    signer = read(written(key, form=form))
    public = key.public_key()
    assert (signer.modulus, signer.exponent) == (public.public_numbers().n, 65_537)
    for word in WORDS:
        proof = signer.sign(word)
        public.verify(proof, word, padding.PKCS1v15(), hashes.SHA256())
        assert len(proof) == key.key_size // 8


def test_both_sign_alike(key: rsa.RSAPrivateKey) -> None:
    pem = written(key)
    for word in WORDS:
        assert by_openssl(pem).sign(word) == LibraryKey(pem).sign(word)


@BOTH
def test_a_key_of_another_kind_is_refused(read: Read) -> None:
    with pytest.raises(TypeError, match="must be an RSA private key"):
        read(written(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("pem", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
@BOTH
def test_what_is_no_key_is_refused(read: Read, pem: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read(pem)


@BOTH
def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(
    read: Read, key: rsa.RSAPrivateKey
) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read(written(key, BestAvailableEncryption(b"secret")))


def test_many_threads_sign_with_one_key(key: rsa.RSAPrivateKey) -> None:
    signer = by_openssl(written(key))
    with ThreadPoolExecutor(8) as threads:
        proofs = list(threads.map(lambda _: signer.sign(b"a token"), range(64)))
    assert set(proofs) == {signer.sign(b"a token")}


def test_the_usual_library_signs_where_openssl_cannot_be_called(
    key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(signing.FUNCTIONS, "EVP_of_another_version", (None,))
    signing.openssl.cache_clear()
    signing.signing_key.cache_clear()
    try:
        assert signing.openssl() is None
        assert isinstance(signing.signing_key(written(key)), LibraryKey)
    finally:
        signing.openssl.cache_clear()
        signing.signing_key.cache_clear()


def test_a_key_is_read_once(key: rsa.RSAPrivateKey) -> None:
    pem = written(key)
    first = signing.signing_key(pem)
    assert signing.signing_key(pem) is first
    assert isinstance(first, OpensslKey)
