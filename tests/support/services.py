"""PostgreSQL and Redis in a temporary folder; tests are skipped where their programs are not installed."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

# Each worker of the tests has ports of its own, below those that the system gives to outgoing connections.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 30
_PORTS = itertools.cycle(range(12_000 + 600 * _WORKER, 12_600 + 600 * _WORKER))
for _ in range(os.getpid() % 600):  # so that two runs at the same time begin at different ports
    next(_PORTS)


def free_port() -> int:
    """Return a port on which nothing listens, and which no other worker of the tests takes."""
    for port in _PORTS:
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the ports are a cycle")


def wait_for(port: int, process: subprocess.Popen, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the process ended before it answered"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nothing answers on port {port}")


def _program(name: str) -> str:
    program = shutil.which(name)
    paths = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if program is None and not paths:
        pytest.skip(f"{name} is not installed; install its Debian package")
    return program or str(paths[-1])


class Redis:
    """A Redis that can be stopped and started again with its data."""

    def __init__(self, folder: Path) -> None:
        self._program, self._folder, self._port = _program("redis-server"), folder, free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        command = [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self._folder)
        wait_for(self._port, self.process)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Postgres:
    """A PostgreSQL that can be stopped and started again with its data."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._user = folder, free_port(), {}
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            import pwd  # here: Windows has no such module

            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self.url = f"postgresql://turncast@127.0.0.1:{self._port}/postgres"
        make = [_program("initdb"), "-D", "data", "-A", "trust", "-U", "turncast", "-E", "UTF8"]
        make += ["--no-locale", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=folder, **self._user)

    def start(self) -> None:
        settings = {
            "fsync": "off",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self._folder),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [_program("postgres"), "-D", "data", "-p", str(self._port), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=self._folder, **self._user)
        wait_for(self._port, self.process)
        time.sleep(0.3)  # it listens before it accepts logins

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # stop without waiting for connected clients
        self.process.wait(30)


def freeze(running) -> None:
    """Suspend all processes of a service: connections stay open, without any answer."""
    _signal_all(running.process.pid, signal.SIGSTOP)


def thaw(running) -> None:
    _signal_all(running.process.pid, signal.SIGCONT)


def _signal_all(pid: int, number: signal.Signals) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children")  # PostgreSQL has one for each connection
    for child in (str(pid), *(children.read_text().split() if children.exists() else ())):
        with suppress(ProcessLookupError):  # a connection may have been closed meanwhile
            os.kill(int(child), number)


@contextmanager
def service(kind):
    """Run a Redis or a PostgreSQL in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="turncast-service-"))
    try:
        running = kind(folder)
        running.start()
        try:
            yield running
        finally:
            if running.process.poll() is None:
                thaw(running)
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
