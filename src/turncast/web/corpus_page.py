"""The corpus page: search the dialogues by text and by action."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from turncast.web.context import Context
from turncast.web.corpus_search import CorpusQuery, search

router = APIRouter(prefix="/ui/corpus")


@router.get("")
def show_corpus(
    context: Context,
    text: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show a page of the matching dialogues."""
    if not context.workspace.corpus:
        return context.show("corpus_none.html", current="corpus")
    query = CorpusQuery(text.strip(), action, page)
    results = search(context.workspace.read_corpus(), query)

    def link(number: int) -> str:
        return "/ui/corpus?" + urlencode({"text": query.text, "action": action, "page": number})

    return context.show("corpus.html", current="corpus", query=query, results=results, link=link)
