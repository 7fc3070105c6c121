"""Run an application with uvicorn."""

from __future__ import annotations

import errno
import gc
import math
import socket
from collections.abc import Sequence

import uvicorn

from turncast.errors import ConfigError
from turncast.server.guard import MAX_BODY_BYTES, Asgi
from turncast.server.header_timeout import HeaderTimeoutProtocol

_BACKLOG = 2048  # connections that wait to be accepted


def listen(host: str, port: int) -> tuple[socket.socket, ...]:
    """Return sockets that listen at all addresses of a host; with port 0, all at the same free port.

    Raises:
        ConfigError: where the host is not of this machine, or the port is in use or not allowed.
    """
    sockets: list[socket.socket] = []
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, address in dict.fromkeys(addresses):
            place = (str(address[0]), sockets[0].getsockname()[1] if sockets else port)
            try:
                sockets.append(socket.create_server(place, family=family, backlog=_BACKLOG))
            except OSError as error:
                # `localhost` may have an IPv6 address although the machine has no IPv6.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) or len(addresses) == 1:
                    raise
                unavailable = error
        if not sockets:
            raise unavailable
    except (OSError, UnicodeError) as error:
        for opened in sockets:
            opened.close()
        raise ConfigError(_problem(host, port, error)) from None
    return tuple(sockets)


def _problem(host: str, port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; stop the program that uses it, or give another --port"
    if number in (errno.EACCES, errno.EPERM):
        return f"port {port} of {host} is not allowed for this user; give a --port above 1023"
    cause = error.strerror if isinstance(error, OSError) else "it is no name of a host"
    return f"cannot listen at {host!r}, port {port} ({cause}); give an address of this machine as --host"


def run_app(
    app: Asgi,
    sockets: Sequence[socket.socket],
    head_timeout: float = HeaderTimeoutProtocol.head_seconds,
) -> None:
    """Serve an application until the process gets a signal to stop.

    Args:
        app: what `create_app` or `create_web_app` returned.
        sockets: the sockets to accept connections from; see `listen`.
        head_timeout: the head of a request must arrive within this many seconds; a connection that is idle
            between two requests is closed after the same time, in whole seconds.
    """
    gc.collect()
    gc.freeze()  # the loaded models stay: scanning them in each collection would delay turns
    config = uvicorn.Config(
        app,
        http=HeaderTimeoutProtocol.with_timeout(head_timeout),
        timeout_keep_alive=math.ceil(head_timeout),
        log_level="warning",
        access_log=False,
        ws_max_size=MAX_BODY_BYTES,
    )
    uvicorn.Server(config).run(sockets=list(sockets))
