"""Importing a library without what it would only use if it were there."""

import importlib
import subprocess
import sys

import pytest

from instainstru_core.kernel import lean

LEFT_OUT = "xml.sax.expatreader"


def test_a_module_cannot_be_imported_in_the_block_and_can_after_it() -> None:
    sys.modules.pop(LEFT_OUT, None)
    with lean.without(LEFT_OUT), pytest.raises(ImportError):
        importlib.import_module(LEFT_OUT)
    assert importlib.import_module(LEFT_OUT)


def test_what_is_loaded_already_stays() -> None:
    with lean.without("json"):
        assert importlib.import_module("json") is sys.modules["json"]
    assert "json" in sys.modules


def test_the_block_ends_also_when_it_fails() -> None:
    sys.modules.pop(LEFT_OUT, None)
    with pytest.raises(KeyError), lean.without(LEFT_OUT):
        raise KeyError
    assert LEFT_OUT not in sys.modules


def test_an_exception_is_logged_without_colors() -> None:
    program = (
        "import sys; from instainstru_core.kernel import log\n"
        "assert not {'rich', 'pygments'} & set(sys.modules)\n"
        "log.configure(style='console')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.logger('here').exception('failed')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "ZeroDivisionError: division by zero" in told.stderr
