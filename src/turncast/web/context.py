"""What the page's routes share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from turncast.policy import Policy
from turncast.server.context import ServerContext
from turncast.web.evaluation_job import Judging
from turncast.web.render import page
from turncast.web.retrain_job import Retraining
from turncast.web.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of a page that runs. It shows the first model of the server.

    Attributes:
        server: the parts of the API.
        workspace: what is looked at and learned from.
        judging: what the model gets wrong on the dev part.
        retraining: the training that runs, or ran last.
    """

    server: ServerContext
    workspace: Workspace
    judging: Judging
    retraining: Retraining

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page as an answer."""
        return page(template, status, keys=bool(self.server.keys), **values)

    @property
    def model(self) -> str:
        """The name of the model that is shown."""
        return self.server.models.default

    @property
    def policy(self) -> Policy:
        """The model as it is now."""
        return self.server.models.get(None)

    @property
    def folder(self) -> Path | None:
        """Where the model lies; None where it is in memory alone."""
        return self.server.models.folder(self.model)


async def site_of(request: Request) -> Site:
    """Return the parts of the page that a request came to."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
