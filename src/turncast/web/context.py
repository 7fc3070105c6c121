"""What the routes of the page share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from turncast.policy import Policy
from turncast.server.context import ServerContext
from turncast.web.evaluation_job import EvaluationJob
from turncast.web.render import page_response
from turncast.web.retrain_job import RetrainJob
from turncast.web.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WebContext:
    """The parts of a running page. It shows the default model of the server.

    Attributes:
        server: the parts of the API.
        workspace: the corpus and the file of corrections.
        evaluation: evaluates the model on the dev part.
        retraining: retrains the model.
    """

    server: ServerContext
    workspace: Workspace
    evaluation: EvaluationJob
    retraining: RetrainJob

    def show(self, template: str, status_code: int = 200, **values: Any) -> Response:
        """Return the response with a page."""
        return page_response(template, status_code, keys=bool(self.server.keys), **values)

    @property
    def policy(self) -> Policy:
        """The current policy of the model."""
        return self.server.models.get(None)

    @property
    def folder(self) -> Path | None:
        """The folder of the model; None where it was not loaded from one."""
        return self.server.models.folder(self.server.models.default)


async def get_web_context(request: Request) -> WebContext:
    """Return the context of the page that received a request."""
    context: WebContext = request.app.state.context
    return context


Context = Annotated[WebContext, Depends(get_web_context)]
