"""Take Debian packages into the project's folder, without root and without installing them."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from devstack.places import Places
from devstack.setup import system_packages
from devstack.setup.console import run
from devstack.trouble import StackTrouble

ADVICE = (
    "Check that the machine reaches its package registry and that the disk has 1 GB free, then"
    " try again. Or ask an administrator to install the packages postgresql-postgis, redis-tools,"
    " prometheus and prometheus-alertmanager."
)
BUILT_FOR = {
    "prometheus": b"/usr/share/prometheus/web",
    "prometheus-alertmanager": b"/usr/share/prometheus/alertmanager",
}
UNFINISHED = "unfinished"
LEFT_OUT = re.compile(r"^(libllvm|libclang|libz3)")  # only for just-in-time compilation, off here


def fetch(places: Places, packages: Sequence[str], *, with_dependencies: bool) -> None:
    """Unpack these packages below `places.opt`. Raises StackTrouble."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise StackTrouble(
            f"This machine lacks {', '.join(packages)} and has no apt-get to get them with.",
            "Install them with your system's own tool, or set DATABASE_URL and REDIS_URL to"
            " servers that exist (see compose.yaml).",
        )
    archives = places.opt / "archives"
    shutil.rmtree(archives, ignore_errors=True)
    archives.mkdir(parents=True)
    (places.opt / UNFINISHED).touch()
    options = _options(places)
    names = _with_missing(packages, options) if with_dependencies else list(packages)
    run(["apt-get", *options, "download", "-qq", *names], advice=ADVICE, cwd=archives)
    for archive in sorted(archives.glob("*.deb")):
        run(["dpkg-deb", "-x", archive, places.opt], advice=ADVICE)
    shutil.rmtree(archives)
    _finish_what_scripts_would(places.opt)
    (places.opt / UNFINISHED).unlink()


def discard_unfinished(places: Places) -> None:
    """Throw away what a broken off run unpacked: a program may be there in part."""
    if (places.opt / UNFINISHED).exists():
        shutil.rmtree(places.opt)


def _options(places: Places) -> list[str]:
    """Use the system's package lists; where there are none and no root, fetch our own."""
    if os.geteuid() == 0:
        if not system_packages.has_lists():
            system_packages.refresh()
        return ["-o", "APT::Sandbox::User=root"]
    if system_packages.has_lists():
        return []
    own = places.opt / "apt"
    (own / "lists/partial").mkdir(parents=True, exist_ok=True)
    (own / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": own,
        "Dir::State::lists": own / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": own / "cache",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    if not any((own / "lists").glob("*_Packages*")):
        run(["apt-get", *options, "update", "-qq"], advice=ADVICE)
    return options


def _with_missing(packages: Sequence[str], options: Sequence[str]) -> list[str]:
    """These packages and those they need that the system has not installed."""
    plan = run(
        [
            "apt-get",
            *options,
            "install",
            "--simulate",
            "-o",
            "Debug::NoLocking=1",
            "--no-install-recommends",
            *packages,
        ],
        advice=ADVICE,
    )
    names = re.findall(r"^Inst (\S+)", plan, flags=re.MULTILINE)
    return [name for name in names if not LEFT_OUT.match(name)]


def _finish_what_scripts_would(opt: Path) -> None:
    """Make the one link that the packages' own scripts would have made, and free the monitors
    from the one folder they were built to look into.
    """
    for program, folder in BUILT_FOR.items():
        if (path := opt / "usr/bin" / program).exists():
            _make_relative(path, folder)
    for extension in opt.glob("usr/share/postgresql/*/extension"):
        for made in extension.glob("postgis-[0-9].control"):
            link = extension / "postgis.control"
            if not link.is_symlink():
                link.symlink_to(made.name)


def _make_relative(program: Path, folder: bytes) -> None:
    """Make a path inside a program relative to where it is run, without changing its length."""
    before = program.read_bytes()
    after = before.replace(folder, folder.removeprefix(b"/") + b"/")
    if after != before:
        fresh = program.with_suffix(".fresh")
        fresh.write_bytes(after)
        fresh.chmod(program.stat().st_mode)
        fresh.replace(program)
