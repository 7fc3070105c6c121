"""Processes that are forked from one that has imported what a server needs, so that they start quickly."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import turncast.web
from turncast.cli import main
from turncast.server import Models, Timeouts, create_app
from turncast.server.run import listen, run_app
from turncast.sessions import open_store

_FORKS = "forkserver" in multiprocessing.get_all_start_methods()  # Windows has none
_PROCESSES = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
if _FORKS:
    _PROCESSES.set_forkserver_preload([__name__, turncast.web.__name__, "uvicorn"])


class ForkedProcess:
    """A function in a process of its own, without output; it has the methods of a `Popen`."""

    def __init__(self, function: Callable[..., None], *arguments: Any) -> None:
        self._process = _PROCESSES.Process(target=_run_silently, args=(function, *arguments), daemon=True)
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> None:
        self._process.join()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def run_command(*arguments: str) -> None:
    """Run the command line."""
    sys.argv = ["turncast", *arguments]
    main()


def run_api(model: Path, port: int, timeout: float, store: str) -> None:
    """Serve the API of a model, with a time-out in seconds for requests and for answers of the store."""
    timeouts = Timeouts(body=timeout)
    app = create_app(Models({"default": model}), open_store(store, timeout=timeout), timeouts=timeouts)
    run_app(app, listen("127.0.0.1", port), head_timeout=timeout)


def _run_silently(function: Callable[..., None], *arguments: Any) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())
    function(*arguments)
