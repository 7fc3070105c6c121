"""Commands in processes that begin as copies of one that has imported what a server needs."""

import multiprocessing
import os
import sys

import turncast.web
from turncast.cli import main

_COPIED = multiprocessing.get_context("forkserver")
_COPIED.set_forkserver_preload([__name__, turncast.web.__name__, "uvicorn"])


class Forked:
    """`turncast` with some arguments in a process of its own, which says nothing; asked as a `Popen` is."""

    def __init__(self, *arguments: str) -> None:
        self._process = _COPIED.Process(target=_run, args=arguments, daemon=True)
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


def _run(*arguments: str) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for said in (sys.stdout, sys.stderr):
        os.dup2(nowhere, said.fileno())
    sys.argv = ["turncast", *arguments]
    main()
