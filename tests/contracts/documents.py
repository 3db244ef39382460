"""The OpenAPI document of the application as it stands, made without any server."""

import json
import os
from copy import deepcopy
from difflib import unified_diff
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import create_app
from instainstru_core import runtime as composition
from instainstru_core.kernel.settings import Settings

HERE = Path(__file__).parent
SHOWN_LINES = 30
UPDATING = bool(os.environ.get("UPDATE_CONTRACTS"))


@cache
def application() -> FastAPI:
    """The application on settings of its own. Nothing is connected."""
    return create_app(composition.build(Settings()))


def openapi() -> dict[str, Any]:
    """A copy for whoever asks: some readers rewrite what they read."""
    return deepcopy(application().openapi())


def check_snapshot(name: str, current: object) -> None:
    """Compare with the committed document, or write it when asked to."""
    check_text(name, json.dumps(current, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def check_text(name: str, text: str) -> None:
    """Compare with the committed text, or write it when asked to."""
    path = HERE / name
    if UPDATING:
        path.write_text(text)
    if path.read_text() != text:
        lines = unified_diff(path.read_text().splitlines(), text.splitlines(), lineterm="", n=1)
        shown = "\n".join(islice(lines, SHOWN_LINES))
        pytest.fail(f"{name} is not up to date: look, then run `make contracts`\n{shown}")
