"""The page that Prometheus reads from a process, and from its siblings where there are several.

Processes that share one scrape target (the children of a worker) keep their figures as files in
a directory, and the page is the sum over them. What a dead process counted is folded into one
file, so that totals never fall and files do not pile up.
"""
# The library's multi-process half has no types.
# mypy: disable-error-code=no-untyped-call
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import fcntl
import hmac
import os
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import REGISTRY
from pydantic import SecretStr

FILE = re.compile(r"(?P<kind>counter|histogram|summary|gauge_[a-z]+)_(?P<pid>\d+)\.db")
TOTALS = ("counter", "histogram", "summary")
NOBODY = 0
FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "via"})


def may_read(token: SecretStr | None, client: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the page is for whoever asks from this address, with these lower-case headers.

    With a token set, only for who holds it; else only for neighbors that come without a proxy.
    """
    if token is not None:
        expected = f"Bearer {token.get_secret_value()}"
        given = headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), expected.encode())
    if client is None or any(name in headers for name in FORWARDED):
        return False
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def page(accept: str, shared_dir: Path | None = None) -> tuple[bytes, str]:
    """The figures in a format the scraper accepts, and that format's media type."""
    encode, media_type = choose_encoder(accept)
    if shared_dir is None:
        return encode(REGISTRY), media_type
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    MultiProcessCollector(registry, path=str(shared_dir))
    with _alone(shared_dir):
        fold_dead(shared_dir)
        return encode(registry), media_type


def fold_dead(shared_dir: Path) -> None:
    """Add what dead processes counted to one file, and forget what they were doing."""
    dead: dict[str, list[Path]] = {}
    for path in sorted(shared_dir.glob("*.db")):
        found = FILE.fullmatch(path.name)
        if found is None or _is_alive(int(found["pid"])):
            continue
        if found["kind"] in TOTALS:
            dead.setdefault(found["kind"], []).append(path)
        else:
            mark_process_dead(int(found["pid"]), str(shared_dir))
    for kind, paths in dead.items():
        _fold(shared_dir / f"{kind}_{NOBODY}.db", paths)


def _fold(archive: Path, paths: list[Path]) -> None:
    sources = [*([archive] if archive.exists() else []), *paths]
    fresh = archive.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    figures = MmapedDict(str(fresh))
    for metric in MultiProcessCollector.merge([str(path) for path in sources], accumulate=False):
        for sample in metric.samples:
            names, values = list(sample.labels), list(sample.labels.values())
            key = mmap_key(metric.name, sample.name, names, values, metric.documentation)
            figures.write_value(key, sample.value, 0.0)
    figures.close()
    fresh.replace(archive)
    for path in paths:
        path.unlink()


@contextmanager
def _alone(shared_dir: Path) -> Generator[None]:
    """One scrape at a time, so that nothing is counted twice while it is folded."""
    with (shared_dir / "scrape.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)  # a child born meanwhile has the file open as well


def _is_alive(pid: int) -> bool:
    if pid == NOBODY:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
