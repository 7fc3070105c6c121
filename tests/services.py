"""Servers of the tests' own: PostgreSQL and Redis in a temporary folder, where their programs are there."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "it ended before it answered"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nothing answers on port {port}")


def _program(name: str) -> str:
    found = shutil.which(name)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found is None and not places:
        pytest.skip(f"{name} is not installed; a Debian package brings it")
    return found or str(places[-1])


@contextmanager
def redis_server():
    """A Redis without files; yields its URL."""
    program, port = _program("redis-server"), free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir()) as process:
        try:
            wait_for(port, process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()


@contextmanager
def postgres_server():
    """A PostgreSQL in a temporary folder; yields its URL."""
    initdb, program = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="turnwise-postgres-"))
    who = {}
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data, port = folder / "data", free_port()
    settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    try:
        make = [
            initdb,
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "turnwise",
            "--no-sync",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
        command = [program, "-D", str(data), "-p", str(port), *options]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder, **who) as process:
            try:
                wait_for(port, process)
                time.sleep(0.3)  # it listens before it lets anyone in
                yield f"postgresql://turnwise@127.0.0.1:{port}/postgres"
            finally:
                process.send_signal(signal.SIGINT)  # stop, and do not wait for those who are connected
                process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
