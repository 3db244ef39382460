"""The house rules that no off-the-shelf linter knows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("instainstru_core", "api", "mcp_server", "cli", "worker", "devstack", "benchmarks")
FILES = [path for top in PACKAGES for path in sorted((ROOT / top).rglob("*.py"))]
FORBIDDEN_ENDINGS = ("Mixin", "Manager", "Helper", "Util", "Utils", "Base")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
ENDING_TRANSACTIONS = {
    "instainstru_core/kernel/uow.py",
    "instainstru_core/kernel/connection.py",  # how a connection does what the unit of work says
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_the_house_rules(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert source.count("\n") <= MAX_MODULE_LINES, "modules stay within 400 lines"
    assert ast.get_docstring(tree), "every module says what it is for"
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) if name.endswith(FORBIDDEN_ENDINGS) and name != "Base":
                pytest.fail(f"{name}: no mixins, managers, helpers or base classes")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= MAX_FUNCTION_LINES, f"{node.name}: {length} lines, 60 at most"
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback")):
                where = path.relative_to(ROOT).as_posix()
                assert where in ENDING_TRANSACTIONS, "only the unit of work ends a transaction"
            case _:
                pass


def test_no_test_file_exists_for_coverage_alone() -> None:
    assert list((ROOT / "tests").rglob("*coverage*.py")) == []
