"""Structured logging. Secrets and personal data are taken out before a line is written."""

import logging
import re
import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Literal, TypeAlias, cast

from instainstru_core.kernel import lean

with lean.without("rich"):  # 5 MB to color tracebacks, which are plain lines here
    import structlog

HIDDEN = "[hidden]"
SECRET_KEYS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|credential|private", re.IGNORECASE
)
EMAIL = re.compile(r"([A-Za-z0-9_.+%-])[A-Za-z0-9_.+%-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
ASSIGNED = re.compile(
    r"(?i)\b([\w-]*(?:password|passwd|secret|token|api_?key)[\w-]*=[\"']?)(?!\[hidden)[^\s&,;\"')\]}]+"
)
URL_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")
PHONE = re.compile(
    r"(?<![\w.])\+?1?[ -.]?\(?\d{3}\)?[ -.]\d{3}[ -.]\d{4}(?!\w)|(?<!\w)\+[1-9]\d{7,14}(?!\w)"
)
DETAIL = re.compile(r"(?m)^(DETAIL: +).*$")
"""Where PostgreSQL quotes the row that it refuses, whole."""

Listener: TypeAlias = Callable[[BaseException, Mapping[str, Any]], None]
_listeners: list[Listener] = []


def redacted(text: str) -> str:
    """The text without credentials, and with e-mail addresses and phone numbers masked.

    Most patterns are only tried where the letters are that they cannot do without.
    """
    lowered = text.lower()
    if "bearer" in lowered or "basic" in lowered:
        text = BEARER.sub(rf"\1 {HIDDEN}", text)
    if "=" in text:
        text = ASSIGNED.sub(rf"\1{HIDDEN}", text)
    if "eyJ" in text:
        text = JWT.sub(HIDDEN, text)
    if "@" in text:
        text = URL_PASSWORD.sub(rf"\1{HIDDEN}@", text)
        text = EMAIL.sub(r"\1…@\2", text)
    if "DETAIL:" in text:
        text = DETAIL.sub(rf"\1{HIDDEN}", text)
    return PHONE.sub("[phone]", text)


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor that cleans every value, however deep."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    if SECRET_KEYS.search(key) and value is not None and not isinstance(value, bool | int | float):
        return HIDDEN
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value)
        return {str(name): _clean(str(name), inner) for name, inner in entries.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner) for inner in cast("Collection[object]", value)]
    return value


def tell_of_exceptions(listener: Listener) -> None:
    """Have this one called with every exception that is logged as an error from now on, and with
    what stands beside it. It hears what is not redacted yet.
    """
    _listeners[:] = [listener]


def tell(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor that lets the listener hear. Whatever it does, the line is written."""
    given = event.get("exc_info")
    if given and _listeners and event.get("level") in {"error", "critical"}:
        failure = _exception(given)
        if failure is not None:
            with suppress(Exception):
                _listeners[0](failure, event)
    return event


def _exception(given: object) -> BaseException | None:
    """The exception in what a logger was given: itself, a triple with it, or a mere yes."""
    if isinstance(given, tuple):
        return next((one for one in given if isinstance(one, BaseException)), None)  # pyright: ignore[reportUnknownVariableType]
    return given if isinstance(given, BaseException) else sys.exc_info()[1]


def configure(
    *,
    style: Literal["json", "console"] = "json",
    level: str = "INFO",
    process: str = "",
    lasting: bool = True,
) -> None:
    """Set up logging for this process: our loggers and the libraries' through one pipeline.

    `lasting` lets every logger keep this set-up for good, which is faster; a command, which may be
    one of many in a process, leaves it out.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell,
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=lasting,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    if process:
        structlog.contextvars.bind_contextvars(process=process)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose events are short names and whose details are fields."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found
