"""A small invented corpus without errors in each format; the fuzz test damages them."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.dialogue_acts import CAMREST, CONVLAB, M2M, MULTIWOZ, SGD
from support.rasa import DOMAIN, MARKDOWN, RULES, STORIES


@dataclass(frozen=True)
class CorpusExample:
    """The files of a corpus by name; `path` is the file to read, or "" for their folder."""

    files: Mapping[str, bytes]
    path: str = ""

    @classmethod
    def from_text(cls, name: str, content: str) -> "CorpusExample":
        return cls({name: content.encode()}, name)

    def write(self, folder: Path) -> Path:
        """Write the files into a folder, and return the path to read."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / self.path


def jsonl() -> CorpusExample:
    facts = {"open": True, "left": 3, "size": 2.5, "area": "north", "gone": None}
    turns = [
        {"user": "hallo ü", "facts": facts, "actions": ["greet", "wave"], "response": "Hi!"},
        {"user": None, "actions": [], "note": [1, {"a": 2}]},
    ]
    records = [
        {"id": "d1", "group": "g", "metadata": {"happy": True}, "turns": turns},
        {"turns": turns[::-1], "extra": "\U0001f600"},
    ]
    return CorpusExample.from_text("corpus.jsonl", json_lines(records))


def plain() -> CorpusExample:
    turns = 't1: user: "say \\"hi\\"", system: "hi"(action=greet,wave)\nt2: system: "ü?" (action=ask)\n'
    return CorpusExample.from_text(
        "corpus.txt", f'# invented\n\n{turns}\nt1: (action=)\nt2: system: "a" (action=b)\n'
    )


def npz() -> CorpusExample:
    file = io.BytesIO()
    x, y = (
        np.array([[[1, 0.5], [0, 2.5]], [[0, 1.5], [0, 0]]]),
        np.array([[[1, 0], [1, 1]], [[0, 0], [0, 0]]]),
    )
    np.savez(file, x=x, y=y, lengths=[2, 1], feature_names=["asks", "age"], action_names=["no", "yes"])
    return CorpusExample({"corpus.npz": file.getvalue()}, "corpus.npz")


def babi() -> CorpusExample:
    files = {
        "task5.txt": "1 hi\thello\n2 <SILENCE>\tapi_call thai bath two cheap\n3 one R_cuisine thai\n"
        "4 <SILENCE>\twhat do you think of one\n\n1 bye\tbye\n",
        "kb.txt": "1 one R_phone\tone_phone\n",
    }
    return CorpusExample({name: text.encode() for name, text in files.items()}, "task5.txt")


def star() -> CorpusExample:
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
    return CorpusExample(files)


def csv() -> CorpusExample:
    return CorpusExample.from_text(
        "corpus.csv", 'dialogue;turn;user;action\nx;2;"bye; ""then""";a|b\nx;1;"two\nlines";c\n;3;;d\n'
    )


def parquet() -> CorpusExample:
    import pyarrow
    from pyarrow import parquet

    columns = {
        "case": [1, 1, 2],
        "activity": ["b", "a", "c"],
        "step": [3.0, 1.5, 2.0],
        "user": ["u", None, ""],
    }
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written, compression="none")
    return CorpusExample({"corpus.parquet": written.getvalue()}, "corpus.parquet")


def excel() -> CorpusExample:
    openpyxl = pytest.importorskip("openpyxl")
    workbook, written = openpyxl.Workbook(), io.BytesIO()
    for row in (["case", "activity", "step", "user"], [1, "b", 2, "u"], [1, "a", 1.5, None], [2, "c", 1, ""]):
        workbook.active.append(row)
    workbook.save(written)
    return CorpusExample({"corpus.xlsx": written.getvalue()}, "corpus.xlsx")


def json_example(name: str, record: Any) -> Callable[[], CorpusExample]:
    return lambda: CorpusExample.from_text(name, json.dumps(record))


def json_lines(records: Iterable[Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def chat() -> CorpusExample:
    called = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"day": "7th"}'}}
    messages = [
        {"role": "system", "content": "You sell tickets."},
        {"role": "user", "content": [{"type": "text", "text": "two seats"}]},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"free": 4, "open": true, "rows": [1, 2]}'},
        {"role": "assistant", "content": "Four are free."},
    ]
    return CorpusExample.from_text(
        "corpus.jsonl", json_lines({"messages": messages, "note": n} for n in range(2))
    )


def tau2() -> CorpusExample:
    messages = [
        {"role": "assistant", "content": "Hello!", "tool_calls": None},
        {"role": "user", "content": "my lamp is dark", "tool_calls": None},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a1", "name": "lamp", "arguments": {"n": 1}, "requestor": "assistant"}],
        },
        {"role": "tool", "id": "a1", "requestor": "assistant", "content": '{"bulb": "no"}', "error": False},
        {"role": "assistant", "content": "The bulb is broken.", "tool_calls": None},
    ]
    simulation = {
        "id": "s1",
        "task_id": "dark",
        "trial": 2,
        "reward_info": {"reward": 0.5},
        "messages": messages,
    }
    info = {"num_trials": 1, "user_info": {}, "environment_info": {"domain_name": "lamps"}}
    record = {"timestamp": "now", "info": info, "tasks": [{"id": "dark"}], "simulations": [simulation]}
    return CorpusExample.from_text("results.json", json.dumps(record))


def bfcl() -> CorpusExample:
    said = [[{"role": "user", "content": text}] for text in ("sort my list", "thanks")]
    questions = [{"id": f"multi_turn_base_{n}", "question": said, "path": ["open"]} for n in range(2)]
    called = [["open(name='list')", "sort('list', order=\"up\")"], []]
    answers = [{"id": f"multi_turn_base_{n}", "ground_truth": called} for n in range(2)]
    files = {"q.json": json_lines(questions), "possible_answer/q.json": json_lines(answers)}
    return CorpusExample({name: text.encode() for name, text in files.items()}, "q.json")


def api_bank() -> CorpusExample:
    result = {"input": {}, "output": {"wet": False, "depth": 4, "log": []}, "exception": None}
    records = [
        {"role": "User", "text": "water the roses"},
        {"role": "AI", "text": "I look at the soil."},
        {"role": "API", "api_name": "Soil", "param_dict": {"bed": 2}, "result": result},
        {"role": "AI", "text": "It is dry."},
    ]
    return CorpusExample({f"Soil-level-1-{n}.jsonl": json_lines(records).encode() for n in (1, 2)})


def swda() -> CorpusExample:
    return CorpusExample.from_text(
        "31.txt", 'A|Do you, uh, grow roses?|qy\nB|I do,|ny\nB|mostly "old" ones.|fo_o_fw_"_by_bc\n'
    )


def rasa() -> CorpusExample:
    files = {
        "domain.yml": DOMAIN,
        "data/stories.yml": STORIES,
        "data/rules.yml": RULES,
        "data/old.md": MARKDOWN,
    }
    return CorpusExample({name: text.encode() for name, text in files.items()})


EXAMPLES: dict[str, Callable[[], CorpusExample]] = {
    "jsonl": jsonl,
    "plain": plain,
    "npz": npz,
    "babi": babi,
    "star": star,
    "csv": csv,
    "parquet": parquet,
    "excel": excel,
    "sgd": json_example("train/dialogues_001.json", SGD),
    "m2m": json_example("train.json", M2M),
    "multiwoz": json_example("test.json", MULTIWOZ),
    "camrest": json_example("train.json", CAMREST),
    "convlab": json_example("data/dialogues.json", CONVLAB),
    "chat": chat,
    "tau2": tau2,
    "bfcl": bfcl,
    "api_bank": api_bank,
    "swda": swda,
    "rasa": rasa,
}
