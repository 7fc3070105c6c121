"""Run an application with uvicorn."""

from __future__ import annotations

import gc
import math

import uvicorn

from turncast.server.guard import MAX_BODY_BYTES, Asgi
from turncast.server.header_timeout import HeaderTimeoutProtocol


def run_app(
    app: Asgi, host: str, port: int, head_timeout: float = HeaderTimeoutProtocol.head_seconds
) -> None:
    """Serve an application until the process is told to stop.

    Args:
        app: what `create_app` or `create_web_app` returned.
        host: the address to listen at.
        port: the port to listen at.
        head_timeout: the head of a request must arrive within so many seconds; a connection that is idle
            between two requests is closed after the same time, in whole seconds.
    """
    gc.collect()
    gc.freeze()  # the loaded models stay: scanning them in each collection would delay turns
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=HeaderTimeoutProtocol.with_timeout(head_timeout),
        timeout_keep_alive=math.ceil(head_timeout),
        log_level="warning",
        access_log=False,
        ws_max_size=MAX_BODY_BYTES,
    )
    uvicorn.Server(config).run()
