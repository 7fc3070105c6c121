"""The page of the server: talk to a policy, correct it, look at its corpus and its figures, train it anew."""

from turncast.server.page.app import create_page
from turncast.server.page.corrections import Corrections
from turncast.server.page.material import Material
from turncast.server.page.site import Site

__all__ = ["Corrections", "Material", "Site", "create_page"]
