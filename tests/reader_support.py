"""A small sound corpus of our own in each format: what the fuzz test damages."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """The files of a corpus by name; `path` is what is read: one of them, or "" for their folder."""

    files: Mapping[str, bytes]
    path: str = ""

    @classmethod
    def of(cls, name: str, content: str) -> "Example":
        return cls({name: content.encode()}, name)


def jsonl() -> Example:
    facts = {"open": True, "left": 3, "size": 2.5, "area": "north", "gone": None}
    turns = [
        {"user": "hallo ü", "facts": facts, "actions": ["greet", "wave"], "response": "Hi!"},
        {"user": None, "actions": [], "note": [1, {"a": 2}]},
    ]
    records = [
        {"id": "d1", "group": "g", "metadata": {"happy": True}, "turns": turns},
        {"turns": turns[::-1], "extra": "\U0001f600"},
    ]
    return Example.of("corpus.jsonl", "".join(json.dumps(record) + "\n" for record in records))


def plain() -> Example:
    turns = 't1: user: "say \\"hi\\"", system: "hi"(action=greet,wave)\nt2: system: "ü?" (action=ask)\n'
    return Example.of("corpus.txt", f'# ours\n\n{turns}\nt1: (action=)\nt2: system: "a" (action=b)\n')


def babi() -> Example:
    files = {
        "task5.txt": "1 hi\thello\n2 <SILENCE>\tapi_call thai bath two cheap\n3 one R_cuisine thai\n"
        "4 <SILENCE>\twhat do you think of one\n\n1 bye\tbye\n",
        "kb.txt": "1 one R_phone\tone_phone\n",
    }
    return Example({name: text.encode() for name, text in files.items()}, "task5.txt")


def star() -> Example:
    events = [
        {"Agent": "UserGuide", "Action": "instruct", "Text": "You want a tram."},
        {"Agent": "User", "Action": "utter", "Text": "a tram please"},
        {
            "Agent": "Wizard",
            "Action": "query",
            "APIName": "tram",
            "Constraints": [{"Time": "6"}, {"RequestType": '"Check"'}],
        },
        {
            "Agent": "KnowledgeBase",
            "Action": "return_item",
            "APIName": "tram",
            "Item": {"APIName": "tram", "id": 4, "Free": True, "Line": 7, "Stops": ["a", "b"], "Note": None},
            "TotalItems": 2,
        },
        {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "offer", "Text": "Line 7?"},
    ]
    record = {
        "DialogueID": 12,
        "CompletionLevel": "Complete",
        "Scenario": {"Happy": True, "MultiTask": False, "WizardCapabilities": [{"Task": "tram"}]},
        "Events": events,
    }
    files = {f"dialogues/{n}.json": json.dumps(record | {"DialogueID": n}).encode() for n in (3, 12)}
    return Example(files)


def csv() -> Example:
    return Example.of(
        "corpus.csv", 'dialogue;turn;user;action\nx;2;"bye; ""then""";a|b\nx;1;"two\nlines";c\n;3;;d\n'
    )


def parquet() -> Example:
    import pyarrow
    from pyarrow import parquet

    columns = {
        "case": [1, 1, 2],
        "activity": ["b", "a", "c"],
        "time": [3.0, 1.5, 2.0],
        "user": ["u", None, ""],
    }
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written, compression="none")
    return Example({"corpus.parquet": written.getvalue()}, "corpus.parquet")


EXAMPLES: dict[str, Callable[[], Example]] = {
    "jsonl": jsonl,
    "plain": plain,
    "babi": babi,
    "star": star,
    "csv": csv,
    "parquet": parquet,
}
