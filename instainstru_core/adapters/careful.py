"""Asking other servers over HTTP with care: bounded in time, in bytes and in number.

Reads are tried again where that is harmless, shared for a moment, and not tried at all for a while
once a server has failed again and again. Writes are sent once.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx
    import stamina

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
ATTEMPTS = 3
RETRY_WITHIN_SECONDS = 6.0
RETRY_AFTER_SECONDS = 10
MAX_ANSWER_BYTES = 4_000_000
AT_ONCE = 4
WAIT_SECONDS = 5.0
FAILURES_IN_A_ROW = 5
REST_SECONDS = 15.0
KEPT_ANSWERS = 64
MAX_KEPT_BYTES = 100_000
OK = 200
TOO_MANY_REQUESTS = 429
BUSY = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. The names of headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def retry_after(self) -> int | None:
        """The seconds it wants to be left alone, where it says so."""
        waits = self.headers.get("retry-after", "")
        return int(waits) if waits.isascii() and waits.isdigit() else None


class Away(Exception):
    """The server cannot be asked now. Whatever was to be written has not reached it."""

    def __init__(self, retry_after: float = RETRY_AFTER_SECONDS) -> None:
        super().__init__()
        self.retry_after = max(1, round(retry_after))


class Slow(Exception):
    """No answer came in time."""


class Large(Exception):
    """The answer has more bytes than are read."""


class Uncertain(Exception):
    """What was to be written may have reached the server, or not."""


class _Again(Exception):
    """The server could not be asked, or was too busy: asking again does no harm."""


@dataclass(slots=True)
class Breaker:
    """Knows a server that failed again and again, and lets one question at a time try it."""

    clock: Callable[[], float]
    failures: int = 0
    rests_until: float = 0.0
    lock: Any = field(default_factory=Lock)

    def check(self) -> None:
        """Raises Away while the server is left alone."""
        with self.lock:
            if self.failures < FAILURES_IN_A_ROW:
                return
            left = self.rests_until - self.clock()
            if left > 0:
                raise Away(left)
            self.rests_until = self.clock() + REST_SECONDS

    def note(self, *, failed: bool) -> None:
        """Remember how a question ended."""
        with self.lock:
            self.failures = self.failures + 1 if failed else 0
            if self.failures >= FAILURES_IN_A_ROW:
                self.rests_until = self.clock() + REST_SECONDS


@dataclass(slots=True)
class _Kept:
    """An answer that may be given again for a moment; whoever asks for it meanwhile waits."""

    asking: Any = field(default_factory=Lock)
    until: float = 0.0
    reply: Reply | None = None


def is_busy(reply: Reply) -> bool:
    """Whether the same question may well be answered a moment later."""
    return reply.status in BUSY


class Careful:
    """One server. Nothing is connected or imported until first asked. Safe to share."""

    def __init__(
        self, url: str, *, token: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._clock = clock
        self._client: httpx.Client | None = None
        self._opening = Lock()
        self._turns = BoundedSemaphore(AT_ONCE)
        self._breaker = Breaker(clock)
        self._kept: OrderedDict[object, _Kept] = OrderedDict()
        self._keeping = Lock()

    def read(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        again: Callable[[Reply], bool] = is_busy,
        keep_seconds: float = 0.0,
    ) -> Reply:
        """The answer to a question that changes nothing; a `form` is posted.

        It may be as old as `keep_seconds`. Raises Away, Slow or Large.
        """
        if not keep_seconds:
            return self._asked(path, form, params, again)
        key = (path, tuple(sorted((form or {}).items())), tuple(sorted((params or {}).items())))
        kept = self._entry(key)
        with kept.asking:
            if kept.reply is None or self._clock() >= kept.until:
                kept.reply = None
                reply = self._asked(path, form, params, again)
                if reply.status != OK or len(reply.body) > MAX_KEPT_BYTES:
                    return reply
                kept.reply, kept.until = reply, self._clock() + keep_seconds
            return kept.reply

    def write(self, method: str, path: str, content: object = None) -> Reply:
        """The answer to a change, asked for once. Raises Away or Uncertain."""
        import httpx  # noqa: PLC0415 - most processes never ask

        self._breaker.check()
        try:
            with self._turn():
                reply = self._sent(method, path, json=content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as failure:
            self._breaker.note(failed=True)
            raise Away from failure
        except (httpx.HTTPError, Large) as failure:
            self._breaker.note(failed=not isinstance(failure, Large))
            raise Uncertain from failure
        finally:
            self.forget()
        self._breaker.note(failed=is_busy(reply))
        if is_busy(reply):
            raise Uncertain
        return reply

    def forget(self) -> None:
        """Give no kept answer any more."""
        with self._keeping:
            self._kept.clear()

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _entry(self, key: object) -> _Kept:
        with self._keeping:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)
            return kept

    def _asked(
        self,
        path: str,
        form: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        again: Callable[[Reply], bool],
    ) -> Reply:
        import stamina  # noqa: PLC0415

        self._breaker.check()
        tries = stamina.retry_context(
            on=_Again, attempts=ATTEMPTS, timeout=RETRY_WITHIN_SECONDS, wait_initial=0.1
        )
        with self._turn():
            return self._repeated(tries, lambda: self._tried(path, form, params, again))

    def _repeated(self, tries: "Iterable[stamina.Attempt]", ask: Callable[[], Reply]) -> Reply:
        import httpx  # noqa: PLC0415

        reply = Reply(0, b"")
        try:
            for attempt in tries:
                with attempt:
                    reply = ask()
        except httpx.TimeoutException as failure:
            self._breaker.note(failed=True)
            raise Slow from failure
        except (httpx.HTTPError, httpx.InvalidURL, _Again) as failure:
            self._breaker.note(failed=True)
            raise Away from failure
        except Exception:  # it answers, if not as we wish
            self._breaker.note(failed=False)
            raise
        self._breaker.note(failed=False)
        return reply

    def _tried(
        self,
        path: str,
        form: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        again: Callable[[Reply], bool],
    ) -> Reply:
        import httpx  # noqa: PLC0415

        try:
            if form is None:
                reply = self._sent("GET", path, params=params)
            else:
                reply = self._sent("POST", path, data=dict(form), params=params)
        except (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError) as failure:
            raise _Again from failure
        if again(reply):
            raise _Again
        return reply

    def _sent(self, method: str, path: str, **content: Any) -> Reply:  # noqa: ANN401 - httpx's own
        with self._opened().stream(method, path, **content) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise Large
            return Reply(response.status_code, bytes(body), dict(response.headers))

    @contextmanager
    def _turn(self) -> Generator[None]:
        """One of the few who may ask at once."""
        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise Away(1)
        try:
            yield
        finally:
            self._turns.release()

    def _opened(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415

        with self._opening:
            if self._client is None:
                bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
                self._client = httpx.Client(
                    base_url=self._url,
                    timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                    headers={"Accept": "application/json", **bearer},
                    trust_env=False,
                )
            return self._client
