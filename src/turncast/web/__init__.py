"""The page of the server: talk to a policy, correct it, look at its corpus and its figures, train it anew."""

from turncast.web.app import create_page
from turncast.web.context import Site
from turncast.web.corrections import Corrections
from turncast.web.workspace import Material

__all__ = ["Corrections", "Material", "Site", "create_page"]
