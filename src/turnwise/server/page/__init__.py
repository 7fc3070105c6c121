"""The page of the server: talk to a policy, correct it, look at its corpus and its figures, train it anew."""

from turnwise.server.page.app import create_page
from turnwise.server.page.corrections import Corrections
from turnwise.server.page.material import Material
from turnwise.server.page.site import Site

__all__ = ["Corrections", "Material", "Site", "create_page"]
