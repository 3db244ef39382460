"""What the README, the runbooks and the other pages tell people to type exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_shape import COMMANDS
from tests.databases import ROOT

PAGES = sorted(
    page
    for place in (".", "docs", "docs/runbooks", "docs/decisions", "evals", "monitoring")
    for page in (ROOT / place).glob("*.md")
    if page.name != "CHANGELOG.md"
)
INLINE = re.compile(r"`([^`]*)`")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
WORD = re.compile(r"[a-z][a-z-]*(?:\\?\|[a-z][a-z-]*)*")
OPTION = re.compile(r"--[a-z-]+")
GROUPS = {name.rsplit(" ", cut)[0] for name in COMMANDS for cut in range(name.count(" ") + 1)}
GLOBAL = {"--install-completion", "--show-completion", "--version", "--help", "--json"}


def written(page: Path) -> Iterator[str]:
    """Every command on the page: within a line of text, or as a line of a block."""
    text = page.read_text("utf-8")
    for block in BLOCK.findall(text):
        yield from (line.strip() for line in block.splitlines())
    yield from (" ".join(code.split()) for code in INLINE.findall(BLOCK.sub("", text)))


def spelled(command: str) -> tuple[list[list[str]], list[str]]:
    """The words up to the first that is no name, with all that may stand in their place, and the
    options.
    """
    words = command.partition("#")[0].split()[1:]
    names: list[list[str]] = []
    for word in words:
        if not WORD.fullmatch(word):
            break
        names.append(word.replace("\\", "").split("|"))
    return names, OPTION.findall(command)


def faults(command: str) -> list[str]:
    names, options = spelled(command)
    paths = [""]
    for choices in names:
        longer = [f"{path} {word}".strip() for path in paths for word in choices]
        known = [path for path in longer if path in COMMANDS or path in GROUPS]
        if not known:
            is_argument = all(path in COMMANDS for path in paths)
            return [] if is_argument else [f"there is no `{longer[0]}`"]
        if unknown := sorted(set(longer) - set(known)):
            return [f"there is no `{unknown[0]}`"]
        paths = known
    below = [one for one in COMMANDS if any(f"{one} ".startswith(path) for path in paths)]
    there = {option for one in below for part in COMMANDS[one].params for option in part.opts}
    return [f"{option} is unknown" for option in options if option not in there | GLOBAL]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_written_exists(page: Path) -> None:
    commands = [one for one in written(page) if one.startswith("instainstru ")]
    assert [(one, faults(one)) for one in commands if faults(one)] == []


def test_the_pages_are_read() -> None:
    assert len([one for one in written(ROOT / "README.md") if one.startswith("instainstru ")]) > 30


def test_a_command_that_is_not_there_is_found() -> None:
    assert faults("instainstru tokens") == ["there is no `tokens`"]
    assert faults("instainstru stack up\\|dwon") == ["there is no `stack dwon`"]
    assert faults("instainstru users suspend WHO --dry") == ["--dry is unknown"]
    assert faults("instainstru users suspend WHO --dry-run") == []
