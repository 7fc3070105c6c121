"""FastAPI, whose OpenAPI document says how a key is shown."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from turncast.server.api_keys import OPEN, SCHEMES


class Documented(FastAPI):
    """An application that says in its document whether it asks for a key; the guard asks for it.

    Args:
        keyed: whether it does.
        settings: FastAPI's.

    >>> app = Documented(True, title="turncast")
    >>> sorted(app.openapi()["components"]["securitySchemes"])
    ['bearer', 'header']
    """

    def __init__(self, keyed: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self._keyed = keyed

    def openapi(self) -> dict[str, Any]:
        """Return the document; it is made once."""
        made = self.openapi_schema is None
        document = super().openapi()
        if made and self._keyed:
            document.setdefault("components", {})["securitySchemes"] = SCHEMES
            document["security"] = [{name: []} for name in SCHEMES]
            for path in OPEN:
                for operation in document["paths"].get(path, {}).values():
                    operation["security"] = []
        return document
