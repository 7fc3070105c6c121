"""The server: policies in live conversations, over HTTP and WebSockets. Needs the extra `serve`."""

from turncast.server.api_keys import read_keys
from turncast.server.app import create_app
from turncast.server.models import Models
from turncast.server.timeouts import Timeouts

__all__ = ["Models", "Timeouts", "create_app", "read_keys"]
