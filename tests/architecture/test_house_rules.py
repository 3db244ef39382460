"""The house rules that no off-the-shelf linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("instainstru_core", "api", "mcp_server", "cli", "worker", "devstack", "benchmarks")
FORBIDDEN_ENDINGS = ("Mixin", "Manager", "Helper", "Util", "Utils", "Base")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
ENDING = {
    "instainstru_core/kernel/uow.py",
    "instainstru_core/kernel/connection.py",  # how a connection does what the unit of work says
}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_keeps_the_house_rules(package: str) -> None:
    broken = {
        path.relative_to(ROOT).as_posix(): found
        for path in (ROOT / package).rglob("*.py")
        if (found := list(complaints(path)))
    }
    assert broken == {}


def test_what_breaks_them_is_told(tmp_path: Path) -> None:
    lines = ["class BookingManager:", "    def save(self, session):", "        session.commit()"]
    module = tmp_path / "module.py"
    module.write_text("\n".join([*lines, *["        x = 1"] * 400]) + "\n")
    assert list(complaints(module)) == [
        "403 lines, 400 at most",
        "it does not say what it is for",
        "BookingManager: no mixins, managers, helpers or base classes",
        "save: 402 lines, 60 at most",
        "only the unit of work ends a transaction",
    ]


def complaints(path: Path) -> Iterator[str]:
    """Which rules a module breaks, and where."""
    source = path.read_text()
    tree = ast.parse(source)
    if (length := source.count("\n")) > MAX_MODULE_LINES:
        yield f"{length} lines, {MAX_MODULE_LINES} at most"
    if not ast.get_docstring(tree):
        yield "it does not say what it is for"
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) if name.endswith(FORBIDDEN_ENDINGS) and name != "Base":
                yield f"{name}: no mixins, managers, helpers or base classes"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    yield f"{node.name}: {length} lines, {MAX_FUNCTION_LINES} at most"
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback")):
                if not path.is_relative_to(ROOT) or str(path.relative_to(ROOT)) not in ENDING:
                    yield "only the unit of work ends a transaction"
            case _:
                pass


def test_no_test_file_exists_for_coverage_alone() -> None:
    assert list((ROOT / "tests").rglob("*coverage*.py")) == []
