"""The supervisor: who holds what, and that nothing outlives its holder."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.lease import Lease
from devstack.places import Places
from devstack.process_id import ProcessId
from devstack.trouble import StackTrouble
from tests.databases import ROOT
from tests.devstack.conftest import (
    checkout,
    nothing_runs,
    program,
    sleeper,
    supervisor_of,
    wait_until,
)
from tests.patience import PATIENCE_SECONDS

HOLDER = """
import json, sys, time
from pathlib import Path
from devstack.lease import Lease
from devstack.places import Places
from tests.devstack.conftest import sleeper
lease = Lease.take(Places(Path(sys.argv[1])))
lease.start(sleeper("server"))
lease.start(sleeper("leased", leased=True))
print(json.dumps([process.as_json() for process in lease.running().values()]), flush=True)
time.sleep(600)
"""


class TestLeases:
    def test_the_last_to_let_go_stops_everything(self, places: Places) -> None:
        first, second = Lease.take(places), Lease.take(places)
        first.start(sleeper())
        process = first.running()["sleeper"]
        first.close()
        assert process.alive()
        second.close()
        assert not process.alive()
        assert nothing_runs(places)
        assert not places.sockets.exists()

    def test_what_is_leased_ends_with_its_own_lease(self, lease: Lease, places: Places) -> None:
        other = Lease.take(places)
        other.start(sleeper("leased", leased=True))
        other.start(sleeper("server"))
        other.close()
        wait_until(lambda: set(lease.running()) == {"server"})

    def test_a_kept_stack_stays_until_it_is_told_to_stop(self, places: Places) -> None:
        lease = Lease.take(places)
        lease.start(sleeper())
        lease.keep()
        process = lease.running()["sleeper"]
        lease.close()
        assert process.alive()
        again = Lease.take(places)
        assert again.running() == {"sleeper": process}
        again.down()
        assert not process.alive()
        assert nothing_runs(places)

    def test_higher_ranks_stop_before_lower_ones(self, places: Places, tmp_path: Path) -> None:
        said = tmp_path / "said"
        code = (
            "import signal,sys,time\n"
            "def stop(*_):\n"
            f"    open({str(said)!r},'a').write(%r+' ')\n"
            "    sys.exit()\n"
            "signal.signal(signal.SIGTERM, stop)\n"
            "print('ready')\n"
            "time.sleep(600)\n"
        )
        with Lease.take(places) as lease:
            for name, rank in (("low", 0), ("high", 2), ("middle", 1)):
                lease.start(program(code % name, name=name, rank=rank))
            wait_until(
                lambda: all(
                    (places.logs / f"{name}.log").read_text() == "ready\n"
                    for name in ("low", "high", "middle")
                )
            )
        assert said.read_text() == "high middle low "

    def test_one_that_will_not_stop_is_killed_after_its_grace(self, lease: Lease) -> None:
        code = "import signal,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
        lease.start(program(code, grace=0.3))
        process = lease.running()["program"]
        lease.stop("program", "not there")
        assert not process.alive()
        assert lease.list()["dead"] == []

    def test_two_of_one_name_are_refused(self, lease: Lease) -> None:
        lease.start(sleeper())
        with pytest.raises(StackTrouble, match="sleeper is already running"):
            lease.start(sleeper())

    def test_a_program_that_is_not_there_is_refused(self, lease: Lease) -> None:
        with pytest.raises(StackTrouble, match="FileNotFoundError"):
            lease.start(sleeper().__class__("ghost", ("/nowhere/ghost",), {}))
        assert lease.running() == {}


class TestKilledHolder:
    def test_leaves_nothing_running(self, places: Places) -> None:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(places.root)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        with holder:
            assert holder.stdout is not None
            started = [ProcessId(**one) for one in json.loads(holder.stdout.readline())]
            assert [one.alive() for one in started] == [True, True]
            holder.kill()
        wait_until(lambda: nothing_runs(places) and not places.sockets.exists())
        assert [one.alive() for one in started] == [False, False]
        assert [one.stem for one in places.run.glob("*.json")] == []


class TestKilledSupervisor:
    def test_takes_its_children_along_and_the_next_start_works(self, places: Places) -> None:
        lease = Lease.take(places)
        lease.start(sleeper())
        process = lease.running()["sleeper"]
        supervisor = supervisor_of(places)
        assert supervisor is not None
        supervisor.send(signal.SIGKILL)
        wait_until(lambda: not process.alive())
        with pytest.raises(StackTrouble, match="went away"):
            lease.list()
        lease.close()
        with Lease.take(places) as again:
            again.start(sleeper())
            assert supervisor_of(places) != supervisor

    def test_a_survivor_is_stopped_by_the_next_start(self, places: Places) -> None:
        code = (
            "import signal,sys,time\n"
            "count = [0]\n"
            "def stop(*_):\n"
            "    count[0] += 1\n"
            "    print('asked', count[0])\n"
            "    count[0] == 2 and sys.exit()\n"
            "signal.signal(signal.SIGTERM, stop)\n"
            "print('ready')\n"
            "while True: time.sleep(0.05)\n"
        )
        lease = Lease.take(places)
        lease.start(program(code))
        survivor = lease.running()["program"]
        log = places.logs / "program.log"
        wait_until(lambda: log.read_text() == "ready\n")
        supervisor = supervisor_of(places)
        assert supervisor is not None
        supervisor.send(signal.SIGKILL)
        lease.close()
        wait_until(lambda: log.read_text() == "ready\nasked 1\n")
        assert survivor.alive()
        with Lease.take(places):
            assert not survivor.alive()
        assert "program, left over" in (places.logs / "supervisor.log").read_text()

    @pytest.mark.parametrize("change", [{"started": 1}, {"boot": "of another day"}])
    def test_a_stranger_that_got_its_pid_is_left_alone(
        self, places: Places, change: dict[str, object]
    ) -> None:
        with subprocess.Popen(["sleep", "600"]) as stranger:
            found = ProcessId.of(stranger.pid)
            assert found is not None
            record = places.run / "postgres.json"
            record.write_text(json.dumps({"process": found.as_json() | change, "stop_signal": 9}))
            with Lease.take(places):
                assert not record.exists()
                assert stranger.poll() is None
            stranger.kill()

    def test_a_damaged_record_is_forgotten(self, places: Places) -> None:
        record = places.run / "redis.json"
        record.write_text("{half")
        with Lease.take(places):
            assert not record.exists()


class TestCrash:
    def test_every_holder_hears_of_it(self, lease: Lease, places: Places) -> None:
        with Lease.take(places) as other:
            lease.start(program("import sys,time\nprint('boom')\ntime.sleep(0.1)\nsys.exit(3)"))
            for one in (lease, other):
                death = one.death(PATIENCE_SECONDS)
                assert death is not None
                assert (death.name, death.code, death.tail) == ("program", 3, ["boom"])
                assert death.log == str(places.logs / "program.log")
        assert lease.running() == {}
        assert [one["name"] for one in lease.list()["dead"]] == ["program"]

    def test_there_is_no_news_of_one_that_was_stopped(self, lease: Lease) -> None:
        lease.start(sleeper())
        lease.stop("sleeper")
        assert lease.death(0.1) is None

    def test_there_is_no_news_of_one_that_was_started_again(self, lease: Lease) -> None:
        lease.start(program("import sys; sys.exit(3)", name="sleeper"))
        wait_until(lambda: lease.running() == {})
        lease.start(sleeper())
        assert lease.death(0.1) is None

    def test_the_log_of_the_run_before_is_kept(self, lease: Lease, places: Places) -> None:
        for words in ("first", "second"):
            lease.start(program(f"print({words!r})"))
            assert lease.death(PATIENCE_SECONDS) is not None
        assert (places.logs / "program.log").read_text() == "second\n"
        assert (places.logs / "program.previous.log").read_text() == "first\n"


class TestControl:
    @pytest.mark.parametrize("line", [b"nonsense\n", b"{}\n", b'{"do": "fly"}\n', b"[]\n"])
    def test_nonsense_is_answered_and_harms_nothing(
        self, lease: Lease, places: Places, line: bytes
    ) -> None:
        with socket.socket(socket.AF_UNIX) as wild:
            wild.connect(str(places.control))
            wild.sendall(line)
            assert b'"error"' in wild.recv(4096)
        assert lease.list()["running"] == []

    def test_only_this_user_may_reach_it(self, lease: Lease, places: Places) -> None:
        for folder in (places.sockets, places.run, places.logs):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_its_path_is_short_however_deep_the_checkout(self, tmp_path: Path) -> None:
        deep = checkout(tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8))
        assert len(os.fsencode(deep.root)) > 200
        assert len(os.fsencode(deep.sockets / "postgres" / ".s.PGSQL.65535.lock")) < 107
        with Lease.take(deep) as lease:
            assert lease.list()["running"] == []

    def test_a_folder_of_somebody_else_is_refused(self, places: Places) -> None:
        places.sockets.symlink_to(places.root)
        with pytest.raises(StackTrouble) as refused:
            Lease.take(places)
        places.sockets.unlink()
        assert "belongs to somebody else" in "\n".join(refused.value.tail)
