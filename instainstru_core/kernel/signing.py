"""RSA signatures by the OpenSSL that Python itself uses.

The usual library brings an OpenSSL of its own, 9 MB in each process that signs a token; this one
is there already. Where it cannot be called, as in a Python that was built without it or with one
before 3.0, the usual library signs, and its signatures are the same.
Source: the manual of OpenSSL, PEM_read_bio_PrivateKey(3) and EVP_DigestSign(3).
"""

import ctypes
import weakref
from ctypes import byref, c_char_p, c_int, c_size_t, c_void_p, create_string_buffer
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NOT_RSA = "the signing key must be an RSA private key in PEM form"
UNREADABLE = "the signing key cannot be read: it must be in PEM form, without a password"
NO_PASSWORD = b""
"""Given as the password, since OpenSSL would ask for one at the terminal."""

FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "BIO_free": (c_int, c_void_p),
    "BIO_new_mem_buf": (c_void_p, c_char_p, c_int),
    "BN_bn2bin": (c_int, c_void_p, c_char_p),
    "BN_free": (None, c_void_p),
    "BN_num_bits": (c_int, c_void_p),
    "ERR_clear_error": (None,),
    "EVP_DigestSign": (c_int, c_void_p, c_char_p, c_void_p, c_char_p, c_size_t),
    "EVP_DigestSignInit": (c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    "EVP_MD_CTX_free": (None, c_void_p),
    "EVP_MD_CTX_new": (c_void_p,),
    "EVP_PKEY_free": (None, c_void_p),
    "EVP_PKEY_get_bn_param": (c_int, c_void_p, c_char_p, c_void_p),
    "EVP_PKEY_get_size": (c_int, c_void_p),
    "EVP_PKEY_is_a": (c_int, c_void_p, c_char_p),
    "EVP_sha256": (c_void_p,),
    "PEM_read_bio_PrivateKey": (c_void_p, c_void_p, c_void_p, c_void_p, c_char_p),
}
"""What is called of OpenSSL: the type of each answer, and those of its arguments."""


class SigningFailed(RuntimeError):
    """OpenSSL could not sign with a key that it had read."""


class SigningKey(Protocol):
    """An RSA key that signs as RFC 7518 says of RS256."""

    @property
    def modulus(self) -> int: ...

    @property
    def exponent(self) -> int: ...

    def sign(self, data: bytes) -> bytes:
        """The signature of these bytes, as long as the modulus."""
        ...


@lru_cache(maxsize=4)
def signing_key(pem: str) -> SigningKey:
    """The key in this text. Reading one takes longer than signing: once is enough.

    Raises ValueError where it cannot be read, and TypeError where it is of another kind.
    """
    library = openssl()
    return LibraryKey(pem) if library is None else OpensslKey(library, pem)


@cache
def openssl() -> ctypes.CDLL | None:
    """The OpenSSL below Python's own `hashlib`; None where it does not have all that is called."""
    try:
        import _hashlib  # noqa: PLC0415 - a Python without OpenSSL does not have it

        library = ctypes.CDLL(_hashlib.__file__)
        for name, (answer, *arguments) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = answer, arguments
    except (ImportError, AttributeError, OSError):
        return None
    return library


class OpensslKey:
    """Signs by the OpenSSL that Python uses. One is for all threads: nothing of it changes."""

    def __init__(self, library: ctypes.CDLL, pem: str) -> None:
        self._library = library
        text = pem.encode()
        source = library.BIO_new_mem_buf(text, len(text))
        self._key = library.PEM_read_bio_PrivateKey(source, None, None, NO_PASSWORD)
        library.BIO_free(source)
        if self._key is None:
            library.ERR_clear_error()
            raise ValueError(UNREADABLE)
        weakref.finalize(self, library.EVP_PKEY_free, self._key)
        if library.EVP_PKEY_is_a(self._key, b"RSA") != 1:
            raise TypeError(NOT_RSA)
        self._size: int = library.EVP_PKEY_get_size(self._key)

    @property
    def modulus(self) -> int:
        return self._number(b"n")

    @property
    def exponent(self) -> int:
        return self._number(b"e")

    def sign(self, data: bytes) -> bytes:
        """The signature of these bytes. Raises SigningFailed."""
        library, size = self._library, c_size_t(self._size)
        proof = create_string_buffer(self._size)
        context = library.EVP_MD_CTX_new()
        try:
            self._must(
                library.EVP_DigestSignInit(context, None, library.EVP_sha256(), None, self._key)
            )
            self._must(library.EVP_DigestSign(context, proof, byref(size), data, len(data)))
        finally:
            library.EVP_MD_CTX_free(context)
        return proof.raw[: size.value]

    def _number(self, name: bytes) -> int:
        library, found = self._library, c_void_p()
        self._must(library.EVP_PKEY_get_bn_param(self._key, name, byref(found)))
        digits = create_string_buffer((library.BN_num_bits(found) + 7) // 8)
        library.BN_bn2bin(found, digits)
        library.BN_free(found)
        return int.from_bytes(digits.raw, "big")

    def _must(self, answer: int) -> None:
        if answer != 1:
            self._library.ERR_clear_error()
            raise SigningFailed("OpenSSL refused the key")


class LibraryKey:
    """Signs by the library `cryptography`."""

    def __init__(self, pem: str) -> None:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - 9 MB
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - as above

        try:
            key = serialization.load_pem_private_key(pem.encode(), password=None)
        except (TypeError, ValueError):
            raise ValueError(UNREADABLE) from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(NOT_RSA)
        self._key: RSAPrivateKey = key

    @property
    def modulus(self) -> int:
        return self._key.public_key().public_numbers().n

    @property
    def exponent(self) -> int:
        return self._key.public_key().public_numbers().e

    def sign(self, data: bytes) -> bytes:
        """The signature of these bytes."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - as above

        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
