"""How calls get to Stripe: by urllib3, which carries what the SDK says and nothing else.

The SDK's own client goes through requests, which looks after cookies, redirects and encodings that
Stripe has none of, and takes as long over it as the SDK takes over the call. Import it only where
the SDK is wanted: it brings that along.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import stripe
import urllib3
from requests import utils
from urllib3.exceptions import HTTPError

MOST_CONNECTIONS = 50
ENCODINGS = "gzip, deflate"


class PooledClient(stripe.HTTPClient):
    """Connections that are kept for all threads. A proxy is looked up once, not at each call."""

    name = "urllib3"

    def __init__(self, url: str, *, connect_seconds: float, read_seconds: float) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - one option is untyped
        self._url = url
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._through = _proxy(url)
        self._pools = self._opened()
        self._pool = self._pools.connection_from_url(url)

    def request(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: str | None = None,
        **_: object,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send it once, and read the whole answer."""
        is_plain = self._through is None and url.startswith(f"{self._url}/")
        try:
            answer = (self._pool if is_plain else self._pools).urlopen(
                method.upper(),
                url.removeprefix(self._url) if is_plain else url,
                body=post_data,
                headers={**(headers or {}), "Accept-Encoding": ENCODINGS},
                retries=False,
                redirect=False,
            )
        except (HTTPError, OSError) as failure:
            _refuse(failure)
        return answer.data, answer.status, answer.headers

    def close(self) -> None:
        """Give back the connections."""
        self._pools.clear()

    def _opened(self) -> urllib3.PoolManager:
        options: dict[str, Any] = {
            "maxsize": MOST_CONNECTIONS,
            "timeout": self._timeout,
            "ca_certs": stripe.ca_bundle_path,
        }
        if self._through is None:
            return urllib3.PoolManager(**options)
        name, word = utils.get_auth_from_url(self._through)
        known = urllib3.make_headers(proxy_basic_auth=f"{name}:{word}") if name else None
        return urllib3.ProxyManager(self._through, proxy_headers=known, **options)


def _proxy(url: str) -> str | None:
    """Through which proxy the way to this address goes, as the environment says."""
    found = utils.select_proxy(url, utils.get_environ_proxies(url, no_proxy=None))
    return None if found is None else utils.prepend_scheme_if_needed(found, "http")


def _refuse(failure: Exception) -> NoReturn:
    """Whether it arrived, nobody knows."""
    msg = f"Stripe was not reached, or did not answer ({type(failure).__name__})."
    raise stripe.APIConnectionError(msg) from failure  # type: ignore[no-untyped-call]
