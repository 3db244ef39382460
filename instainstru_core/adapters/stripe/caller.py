"""The way to Stripe: one client, opened at the first call; every call timed, counted, translated.

The SDK takes some 15 MB of memory, so it is imported by whoever asks first and by nobody else.
"""

import importlib
import logging
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast
from warnings import catch_warnings, simplefilter

from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from instainstru_core.adapters.stripe import translation
from instainstru_core.domains.payments.errors import CallUncertain, ProviderFailed
from instainstru_core.kernel import lean
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger

if TYPE_CHECKING:
    import stripe

CALLS = Counter(
    "instainstru_stripe_calls_total",
    "Calls to Stripe by outcome: ok, refused, uncertain.",
    ["action", "outcome"],
)
SECONDS = Histogram(
    "instainstru_stripe_call_duration_seconds",
    "Time of one call to Stripe, as the caller waits for it.",
    ["action"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
CONNECT_SECONDS = 5.0
SERVICES = ("accounts", "customers", "payment_intents", "payment_methods", "refunds", "transfers")
"""What nearly every process asks for. The SDK imports each when it is first named."""

Result = TypeVar("Result")
Values: TypeAlias = dict[str, Any]
Read: TypeAlias = Callable[[Values], Result]

_log = logger(__name__)


class Caller:
    """Asks Stripe for one thing at a time. It never retries: our commands do, with their keys."""

    def __init__(
        self,
        *,
        secret_key: str,
        api_url: str | None = None,
        http_client: "stripe.HTTPClient | None" = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self._secret_key = secret_key
        self._api_url = api_url.rstrip("/") if api_url else None
        self._http_client = http_client
        self._timeout_seconds = timeout_seconds
        self._client: stripe.StripeClient | None = None
        self._opening = Lock()

    def ask(
        self,
        action: str,
        call: "Callable[[stripe.StripeClient], stripe.StripeObject]",
        read: Read[Result],
    ) -> Result:
        """What Stripe answers to a call. Raises the refusals of payments."""
        with self._watched(action):
            return read(call(self._opened()).to_dict())

    def send(
        self, action: str, path: str, wanted: Mapping[str, Any], *, key: str, read: Read[Result]
    ) -> Result:
        """The same for a call whose answer is large: without a detour by the SDK's own objects."""
        return self._raw(action, "post", path, {**wanted, "idempotency_key": key}, read)

    def look(
        self, action: str, path: str, wanted: Mapping[str, Any], *, read: Read[Result]
    ) -> Result:
        """The same for a question whose answer is large."""
        return self._raw(action, "get", path, wanted, read)

    def find(
        self,
        action: str,
        call: "Callable[[stripe.StripeClient], stripe.ListObject[Any]]",
        read: "Read[Result]",
        wanted: Callable[[Result], bool],
    ) -> Result | None:
        """The first of a list that is wanted, on whatever page it stands."""
        with self._watched(action):
            for item in call(self._opened()).auto_paging_iter():
                found = read(item.to_dict())
                if wanted(found):
                    return found
            return None

    def collect(
        self,
        action: str,
        call: "Callable[[stripe.StripeClient], stripe.ListObject[Any]]",
        read: Read[Result],
    ) -> list[Result]:
        """All of a list, from all its pages."""
        with self._watched(action):
            return [read(item.to_dict()) for item in call(self._opened()).auto_paging_iter()]

    def prepare(self) -> None:
        """Import the SDK now rather than with the first call. Nothing is connected.

        It brings a second client of HTTP and tables of alphabets, 6 MB that nobody here asks for.
        """
        with lean.without("httpx", "chardet", "charset_normalizer"), catch_warnings():
            simplefilter("ignore")  # requests misses the tables; its answers here are all JSON
            importlib.import_module("stripe")
        services = self._opened().v1
        for name in SERVICES:
            getattr(services, name)

    def close(self) -> None:
        """Give back the connections."""
        if self._http_client is not None:
            self._http_client.close()  # type: ignore[no-untyped-call]

    def _raw(
        self, action: str, verb: str, path: str, given: Mapping[str, Any], read: Read[Result]
    ) -> Result:
        with self._watched(action):
            client = self._opened()
            answer = client.raw_request(  # pyright: ignore[reportUnknownMemberType] - untyped
                verb, path, **given
            )
            return read(cast("Values", answer.data))

    @contextmanager
    def _watched(self, action: str) -> Generator[None]:
        import stripe  # noqa: PLC0415 - see above

        started = time.perf_counter()
        outcome = "uncertain"
        try:
            yield
            outcome = "ok"
        except stripe.StripeError as failure:
            refusal = translation.refusal(failure)
            outcome = _outcome(refusal)
            _note(action, failure, refusal)
            raise refusal from None  # its text, which is Stripe's, ends here
        except ValidationError as failure:
            _log.error("stripe_answer_unreadable", action=action, faults=failure.error_count())
            raise translation.worded(ProviderFailed) from None
        except Refusal as refusal:
            outcome = _outcome(refusal)
            raise
        finally:
            SECONDS.labels(action).observe(time.perf_counter() - started)
            CALLS.labels(action, outcome).inc()

    def _opened(self) -> "stripe.StripeClient":
        import stripe  # noqa: PLC0415 - see above

        with self._opening:
            if self._client is None:
                stripe.enable_telemetry = False
                logging.getLogger("stripe").setLevel(logging.WARNING)  # below it is their text
                if self._http_client is None:
                    from instainstru_core.adapters.stripe import wire  # noqa: PLC0415 - see above

                    self._http_client = wire.PooledClient(
                        self._api_url or stripe.DEFAULT_API_BASE,
                        connect_seconds=CONNECT_SECONDS,
                        read_seconds=self._timeout_seconds,
                    )
                self._client = stripe.StripeClient(
                    self._secret_key,
                    base_addresses={"api": self._api_url} if self._api_url else {},
                    max_network_retries=0,
                    http_client=self._http_client,
                )
            return self._client


class Part:
    """Some methods of the port; all parts of one gateway share a caller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller


def _outcome(refusal: Refusal) -> str:
    return "uncertain" if isinstance(refusal, CallUncertain) else "refused"


def _note(action: str, failure: "stripe.StripeError", refusal: Refusal) -> None:
    told = translation.complaint(failure)
    write = _log.warning if isinstance(refusal, CallUncertain) else _log.info
    write(
        "stripe_call_failed",
        action=action,
        code=refusal.code,
        vendor_code=translation.loggable(told.code),
        decline_code=translation.loggable(told.decline_code),
        status=failure.http_status,
        request_id=translation.loggable(failure.request_id),
    )
