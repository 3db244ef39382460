"""A machine whose Python is too old is told so, not shown where its Python gave up reading."""

import ast
import subprocess
import sys
import tomllib

import devstack
from devstack.places import ROOT


def on(version: tuple[int, int]) -> subprocess.CompletedProcess[str]:
    """What importing the package does where Python is of this version."""
    program = f"import sys; sys.version_info = {version}; import devstack"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_an_older_python_is_refused_in_words() -> None:
    refused = on((3, 10))
    assert refused.returncode == 1
    assert "this project needs 3.11 or newer" in refused.stderr
    assert "What to do: install a newer Python" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_oldest_that_is_promised_is_taken() -> None:
    assert on((3, 11)).returncode == 0
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert promised == ">=" + ".".join(map(str, devstack.OLDEST_PYTHON))


def test_the_refusal_itself_is_readable_to_pythons_of_long_ago() -> None:
    text = (ROOT / "devstack/__init__.py").read_text()
    ast.parse(text, feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(text)))
