"""The web page of a server: talk to a policy, correct it, see its corpus and its evaluation, retrain it."""

from turncast.web.app import create_web_app
from turncast.web.workspace import Workspace

__all__ = ["Workspace", "create_web_app"]
