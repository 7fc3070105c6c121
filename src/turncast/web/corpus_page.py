"""The corpus: its dialogues, searched by text and by action."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from turncast.web.context import Here
from turncast.web.corpus_search import Search, search

router = APIRouter(prefix="/ui/corpus")


@router.get("")
def look(
    site: Here,
    text: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show the dialogues that fit, a page at a time."""
    if not site.workspace.corpus:
        return site.show("corpus_none.html", here="corpus")
    wanted = Search(text.strip(), action, page)
    found = search(site.workspace.whole(), wanted)

    def link(number: int) -> str:
        return "/ui/corpus?" + urlencode({"text": wanted.text, "action": action, "page": number})

    return site.show("corpus.html", here="corpus", wanted=wanted, found=found, link=link)
