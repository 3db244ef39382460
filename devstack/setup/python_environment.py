"""Build `.venv` from the hashed lock: a pinned uv first, then everything else by uv."""

import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

from devstack.places import Places, write_private
from devstack.setup import interpreters, system_packages, unpacked
from devstack.setup.console import run, step
from devstack.trouble import StackTrouble

STAMP = "instainstru.json"
LOCK = "requirements.lock"
UV_LOCK = "devstack/setup/uv.lock.txt"
ADVICE = (
    "Check that the machine reaches its Python package registry (pip's and uv's own settings are"
    " respected), then run `make setup` again. `rm -rf .venv` first if that does not help."
)
VENV_ADVICE = "Install your system's package for Python's venv (Debian: python3-venv), then retry."


def needs_venv_package() -> bool:
    """Whether this Python cannot put pip into an environment by itself."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is None


def ensure(places: Places) -> None:
    """Bring `.venv` in line with the lock and the project; quick when it already is."""
    stamp = places.venv / STAMP
    wanted = _wanted(places.root)
    if not is_made(places):
        with step("making the Python environment"):
            _make(places)
        _note(stamp, {"root": wanted["root"]})
    found = _read(stamp)
    if found == wanted:
        return
    if found.get("uv") != wanted["uv"] or not (places.venv / "bin/uv").exists():
        with step("installing uv"):
            _install_uv(places)
        found = _note(stamp, {**found, "uv": wanted["uv"]})
    if found.get("lock") != wanted["lock"]:
        _note(stamp, {"root": wanted["root"], "uv": wanted["uv"]})  # half of a lock is none
        with step("installing the Python packages of the lock"):
            _uv(places, "sync", "--require-hashes", LOCK)
        found = _note(stamp, {**found, "lock": wanted["lock"]})
    with step("installing the project itself, editable"):
        _uv(places, "install", "--no-deps", "--no-build-isolation", "--editable", ".")
    _note(stamp, wanted)


def is_made(places: Places) -> bool:
    """Whether there is a whole environment, for this very folder, and its Python still runs."""
    made_for = _read(places.venv / STAMP).get("root")
    return made_for == str(places.root) and _works(places.venv)


def version(places: Places) -> str:
    """The version of the environment's Python, as the environment tells it."""
    told = (places.venv / "pyvenv.cfg").read_text()
    words = dict(line.split(" = ", 1) for line in told.splitlines() if " = " in line)
    return words["version"]


def _wanted(root: Path) -> dict[str, str]:
    return {
        "uv": _digest(root / UV_LOCK),
        "lock": _digest(root / LOCK),
        "project": _digest(root / "pyproject.toml"),
        "root": str(root),
    }


def _read(stamp: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _note(stamp: Path, done: dict[str, str]) -> dict[str, str]:
    """Remember what is there whole, so that a run that was broken off is taken up there."""
    write_private(stamp, json.dumps(done))
    return done


def _works(venv: Path) -> bool:
    """Whether the environment's interpreter still runs and is the one it was made for."""
    told = interpreters.version_of(venv / "bin/python")
    return told is not None and (venv / f"lib/python{told}").exists()


def _make(places: Places) -> None:
    shutil.rmtree(places.venv, ignore_errors=True)
    without = ["--without-pip"] if needs_venv_package() else []
    python = Path(sys.base_prefix) / "bin/python3"  # also when this runs inside an environment
    if sys.prefix == sys.base_prefix or not python.exists():
        python = Path(sys.executable)
    run(
        [python, "-m", "venv", *without, places.venv],
        advice=VENV_ADVICE,
        environment=_environment(places),
    )


def _install_uv(places: Places) -> None:
    environment = _environment(places) | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if needs_venv_package():
        environment["PYTHONPATH"] = str(_pip_wheel(places))
    run(
        [
            places.venv / "bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "--requirement",
            places.root / UV_LOCK,
        ],
        advice=ADVICE,
        environment=environment,
    )


def _pip_wheel(places: Places) -> Path:
    """A pip that runs from its wheel, from Debian's package of it."""
    pattern = "usr/share/python-wheels/pip-*.whl"
    for prefix in (Path("/"), places.opt):
        if found := sorted(prefix.glob(pattern)):
            return found[-1]
    unpacked.fetch(places, ["python3-pip-whl"], with_dependencies=False)
    if found := sorted(places.opt.glob(pattern)):
        return found[-1]
    raise StackTrouble("This Python has no pip, and none could be fetched.", VENV_ADVICE)


def _uv(places: Places, *arguments: str) -> None:
    environment = _environment(places) | {
        "VIRTUAL_ENV": str(places.venv),
        "UV_NO_MANAGED_PYTHON": "1",  # its own Pythons come from elsewhere
        "UV_NO_PROGRESS": "1",
    }
    environment.setdefault("UV_SYSTEM_CERTS", "1")  # trust what this machine trusts
    run(
        [places.venv / "bin/uv", "pip", *arguments],
        advice=ADVICE,
        environment=environment,
        cwd=places.root,
    )


def _environment(places: Places) -> dict[str, str]:
    """What tools run with: a tool that is broken off leaves its files in our own folder."""
    return {**os.environ, "TMPDIR": str(places.tmp)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def missing_packages() -> list[str]:
    """What root should install so that environments can be made."""
    if needs_venv_package() and system_packages.may_become_root():
        return ["python3-venv"]
    return []
