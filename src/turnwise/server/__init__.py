"""The server: policies in live conversations, over HTTP and WebSockets. Needs the extra `serve`."""

from turnwise.server.app import create_app
from turnwise.server.keys import read_keys
from turnwise.server.models import Models
from turnwise.server.page import Material

__all__ = ["Material", "Models", "create_app", "read_keys"]
