"""Which commit a checkout is at, read from its files: no program is started for it."""

from pathlib import Path

SHOWN = 12


def of(root: Path) -> str | None:
    """The beginning of the commit's hash; None where this is no checkout of ours."""
    try:
        head = (root / ".git/HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head[:SHOWN] or None
        name = head.removeprefix("ref: ")
        return _loose(root, name) or _packed(root, name)
    except OSError:
        return None


def _loose(root: Path, name: str) -> str | None:
    file = root / ".git" / name
    return file.read_text().strip()[:SHOWN] if file.is_file() else None


def _packed(root: Path, name: str) -> str | None:
    file = root / ".git/packed-refs"
    if not file.is_file():
        return None
    for line in file.read_text().splitlines():
        sha, _, named = line.partition(" ")
        if named == name:
            return sha[:SHOWN]
    return None
