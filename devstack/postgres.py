"""The private Postgres with PostGIS: one cluster per checkout, for development data only.

It trades safety against power cuts for speed (no fsync): what it holds can be made again.
"""

import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from devstack import privileges, programs
from devstack.children import Child
from devstack.places import APP, Places
from devstack.ports import LOOPBACK
from devstack.process_id import ProcessId
from devstack.trouble import StackTrouble

USER = APP
DATABASE = APP
ACCESS = """\
# The socket lies in a folder that only this user may enter.
local all all trust
host  all all 127.0.0.1/32 scram-sha-256
"""
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}


def child(places: Places, port: int, password: str) -> Child:
    """The server to start. Makes its cluster first if there is none. Raises StackTrouble."""
    found = programs.postgres(places)
    if found is None:
        raise StackTrouble(
            "There is no Postgres with PostGIS on this machine or in the project's folder.",
            "Run `make setup`, or set DATABASE_URL and REDIS_URL to servers that exist.",
        )
    run_as = privileges.choose()
    data = _cluster(places, found, run_as, password)
    settings = SETTINGS | {
        "port": str(port),
        "unix_socket_directories": socket_folder(places),
        "shared_preload_libraries": _preloaded(found),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Child(
        name="postgres",
        argv=(*run_as.prefix, str(found.folder / "postgres"), "-D", str(data), *options),
        environment=_environment(found),
        stop_signal=signal.SIGINT,
        grace=20,
    )


def _preloaded(found: programs.PostgresPrograms) -> str:
    """PostGIS where it can be loaded once: each connection takes 20 ms to load it otherwise."""
    return "postgis-3" if (found.folder.parent / "lib/postgis-3.so").exists() else ""


def settle(port: int, places: Places, password: str) -> bool:
    """Whether it takes connections; if so, see to its password and the demo's database."""
    try:
        connection = psycopg.connect(
            host=socket_folder(places),
            port=port,
            user=USER,
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(USER), sql.Literal(password))
        )
        wanted = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if wanted.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return True


def url(places: Places, port: int, database: str = DATABASE) -> str:
    """How our programs reach it: by its socket."""
    where = urlencode({"host": socket_folder(places), "port": port}, safe="/")
    return f"postgresql+psycopg://{USER}@/{database}?{where}"


def tcp_url(port: int, password: str, database: str = DATABASE) -> str:
    """How any other program of this user reaches it: by loopback, with the password."""
    return f"postgresql://{USER}:{quote(password)}@{LOOPBACK}:{port}/{database}"


def socket_folder(places: Places) -> str:
    return str(privileges.choose().socket_folder(places))


def _cluster(
    places: Places,
    found: programs.PostgresPrograms,
    run_as: privileges.RunAs,
    password: str,
) -> Path:
    folder = run_as.data_folder(places)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _make_cluster(folder, found, run_as, password)
    made_by = int((data / "PG_VERSION").read_text())
    if made_by != found.version:
        raise StackTrouble(
            f"The private database was made by Postgres {made_by}; this machine has"
            f" {found.version}.",
            "Run `make clean` to throw the development data away, then start again.",
        )
    _clear_stale_lock(data)
    run_as.own(_written(data / "pg_hba.conf", ACCESS))
    return data


def _make_cluster(
    folder: Path, found: programs.PostgresPrograms, run_as: privileges.RunAs, password: str
) -> None:
    """Make it under another name first, so that an interrupted start leaves no half of one."""
    fresh = folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    word = run_as.own(_written(folder / "password", password + "\n"))
    made = subprocess.run(
        [
            *run_as.prefix,
            str(found.folder / "initdb"),
            "--no-sync",
            "--no-instructions",
            f"--pgdata={fresh}",
            f"--username={USER}",
            f"--pwfile={word}",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ],
        env=_environment(found),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    word.unlink()
    if made.returncode != 0:
        raise StackTrouble(
            "Postgres could not make its private cluster.",
            "The lines above say why. A full disk or a user without an entry in /etc/passwd are"
            " the usual reasons.",
            tail=(made.stdout + made.stderr).splitlines()[-10:],
        )
    shutil.rmtree(folder / "data", ignore_errors=True)
    fresh.rename(folder / "data")


def _clear_stale_lock(data: Path) -> None:
    """See that a killed server's lock does not keep the next one from starting.

    Postgres itself only looks at whether the pid in the file is in use, by whatever process.
    """
    lock = data / "postmaster.pid"
    try:
        process = ProcessId.of(int(lock.read_text().split("\n")[0]))
    except (OSError, ValueError):
        return
    if process is None:
        return
    if _works_in(process.pid, data):
        process.stop(signal.SIGINT, grace=10)
    else:
        lock.unlink(missing_ok=True)


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == data.resolve()
    except OSError:
        return False


def _environment(found: programs.PostgresPrograms) -> dict[str, str]:
    return {"PATH": f"{found.folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **found.environment}


def _written(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path
