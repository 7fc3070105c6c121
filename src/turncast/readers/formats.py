"""The table of formats: how each format is recognised and read. A new format is a new row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, did_you_mean
from turncast.readers.api_bank import is_api_bank, is_api_bank_folder, read_api_bank
from turncast.readers.babi import is_knowledge_base, read_babi
from turncast.readers.bfcl import bfcl_files, is_bfcl, read_bfcl
from turncast.readers.camrest import is_camrest, read_camrest
from turncast.readers.chat import is_chat, read_chat
from turncast.readers.columns import has_usual_names
from turncast.readers.compression import uncompressed_path
from turncast.readers.convlab import is_convlab, read_convlab
from turncast.readers.json_files import json_files
from turncast.readers.jsonl import read_jsonl
from turncast.readers.m2m import is_m2m, read_m2m
from turncast.readers.multiwoz import is_multiwoz, read_multiwoz
from turncast.readers.npz import read_npz
from turncast.readers.plain_notation import read_plain
from turncast.readers.rasa import is_rasa, is_rasa_folder, project_files, read_rasa
from turncast.readers.read_context import ReadContext
from turncast.readers.sgd import is_sgd, read_sgd
from turncast.readers.sniff import FileHead, NotACorpusFile, is_npz, is_workbook, key_paths, read_head
from turncast.readers.star import is_star_folder, read_star
from turncast.readers.swda import is_swda, is_swda_folder, read_swda
from turncast.readers.tables import find_header, read_csv, read_excel, read_parquet
from turncast.readers.tables.csv_file import split_header
from turncast.readers.tau2 import is_tau2, read_tau2
from turncast.readers.text_files import FIRST_BYTES, MORE_FIRST_BYTES, first_bytes


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table of formats.

    Attributes:
        recognises: returns whether a file has this format.
        read: reads a file, or a folder that `recognises_folder` accepts.
        recognises_folder: returns whether a folder is one corpus of this format.
        recognises_json: returns whether a JSON file has this format, by its first bytes; a folder with such a
            file is one corpus.
        logs_repeat: in logs of this format a record may repeat the conversation so far: only the longest
            record of a conversation is read.
    """

    name: str
    title: str
    recognises: Callable[[FileHead], bool]
    read: Callable[[Path, ReadContext], Iterator[Dialogue]]
    recognises_folder: Callable[[Path], bool] = lambda _: False
    recognises_json: Callable[[bytes], bool] | None = None
    logs_repeat: bool = False


def _is_table(head: FileHead) -> bool:
    if head.path.suffix.lower() in (".csv", ".tsv"):
        return True
    header = split_header(*find_header(head.lines))
    return len(header) > 1 and has_usual_names(header)


def _is_plain(head: FileHead) -> bool:
    first = next((line for line in head.lines if not line.startswith("#")), "")
    return bool(re.match(r"\s*t[0-9]+\s*:\s*(?:user|system|\()", first))


_LIKE_PLAIN = re.compile(
    r"\s*[\"'(]?\s*(?:(?:t|turn)\s*\d+\s*[:.)]|(?:user|system)\s*:|\(?\s*action\s*=)", re.IGNORECASE
)
"""A line that is nearly the plain notation, such as `T1: User: "hello"`."""


def _may_be_jsonl(head: FileHead) -> bool:
    return "turns" in key_paths(head.raw) or head.path.suffix.lower() == ".jsonl"


def _is_babi(head: FileHead) -> bool:
    return bool(re.match(r"[0-9]+ \S", head.first)) and any("\t" in line for line in head.lines)


def _json_format(
    name: str,
    title: str,
    recognises: Callable[[bytes], bool],
    read: Callable[[Path, ReadContext], Iterator[Dialogue]],
) -> Format:
    """Return the row of a corpus of JSON files, in a folder or in the folders inside it."""
    return Format(name, title, lambda head: recognises(head.raw), read, recognises_json=recognises)


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "parquet",
            "a table in a Parquet file",
            lambda head: head.raw.startswith(b"PAR1"),
            read_parquet,
        ),
        Format(
            "excel",
            "a table in an Excel workbook (.xlsx)",
            lambda head: is_workbook(head.path, head.raw),
            read_excel,
        ),
        Format(
            "npz",
            "NumPy arrays x (num_seq, seq_len, num_feature) and y (num_seq, seq_len, num_actions)",
            lambda head: is_npz(head.raw),
            read_npz,
        ),
        Format(
            "chat",
            "OpenAI chat messages with tool calls",
            lambda head: is_chat(head.raw),
            read_chat,
            logs_repeat=True,
        ),
        Format(
            "tau2",
            "results of tau2-bench",
            lambda head: is_tau2(head.raw),
            read_tau2,
        ),
        Format(
            "bfcl",
            "Berkeley function calling: questions, with their answers in possible_answer/",
            lambda head: is_bfcl(head.raw),
            read_bfcl,
            recognises_folder=lambda folder: bool(bfcl_files(folder)),
        ),
        Format(
            "api_bank",
            "API-Bank: a dialogue, or a folder of them",
            lambda head: is_api_bank(head.raw),
            read_api_bank,
            recognises_folder=is_api_bank_folder,
        ),
        Format(
            "swda",
            "Switchboard dialogue acts: speaker|text|act, a dialogue or a folder of them",
            lambda head: is_swda(list(head.lines)),
            read_swda,
            recognises_folder=is_swda_folder,
        ),
        Format(
            "star",
            "a STAR folder, or one of its dialogues",
            lambda head: "Events" in key_paths(head.raw),
            read_star,
            recognises_folder=is_star_folder,
        ),
        _json_format("sgd", "a Schema-Guided Dialogue folder, or one of its files", is_sgd, read_sgd),
        _json_format("m2m", "Machines Talking to Machines", is_m2m, read_m2m),
        _json_format("multiwoz", "MultiWOZ with the acts of the system", is_multiwoz, read_multiwoz),
        _json_format("camrest", "CamRest676 with the acts of the system", is_camrest, read_camrest),
        _json_format("convlab", "the unified format of ConvLab-3", is_convlab, read_convlab),
        Format(
            "jsonl",
            "JSON Lines, one dialogue per line",
            lambda head: any(key.startswith("turns.[]") for key in key_paths(head.raw)),
            read_jsonl,
        ),
        Format(
            "plain",
            't1: user: "hello", system: "hi"(action=greet)',
            _is_plain,
            read_plain,
        ),
        Format(
            "babi",
            "bAbI dialog tasks",
            _is_babi,
            read_babi,
        ),
        Format(
            "rasa",
            "Rasa stories and rules: a project, or one of its files",
            lambda head: is_rasa(head.path, head.raw),
            read_rasa,
            recognises_folder=is_rasa_folder,
        ),
        Format(
            "csv",
            "a table of text whose first line names the columns",
            _is_table,
            read_csv,
        ),
    )
}


def detect_format(path: Path, name: str | None = None, must_match: bool = False) -> Format:
    """Return the format of a file or folder: the named one, or the one that recognises its content.

    Args:
        path: the file or folder.
        name: the name of the format, if it is known.
        must_match: the named format must recognise the content of the file; for the files of a folder.

    Raises:
        CorpusError: for an unknown name, an empty file, and content that no format recognises.
    """
    if path.is_dir():
        entry = detect_folder_format(path, name)
        if entry is None:
            raise CorpusError(str(path), "no format recognises the folder as a corpus", "name its files")
        return entry
    formats = _named_formats(path, name)
    if name is not None and not must_match:
        read_head(path)  # refuses an archive and an empty file
        return formats[0]
    head = read_head(path)
    if is_knowledge_base(list(head.lines)):
        cure = "give the file with the dialogues"
        raise NotACorpusFile(path, "bAbI knowledge base", "this is a bAbI knowledge base", cure)
    recognised = next((entry for entry in formats if entry.recognises(head)), None)
    if recognised is None and len(head.raw) == FIRST_BYTES and key_paths(head.raw):
        # A record may begin with a text that is longer than the first bytes.
        longer = read_head(path, MORE_FIRST_BYTES)
        recognised = next((entry for entry in formats if entry.recognises(longer)), None)
    if recognised is not None:
        return recognised
    if FORMATS["jsonl"] in formats and _may_be_jsonl(head):
        return FORMATS["jsonl"]  # its reader says what is wrong
    cure = f"name the format with --format; it is one of {', '.join(FORMATS)}"
    if _LIKE_PLAIN.match(head.first):
        cure = f"for the format plain write turns as: {FORMATS['plain'].title}"
    raise NotACorpusFile(
        path,
        "file of no known format" if name is None else "file of another format",
        f"no format recognises a file that begins with {head.first[:40]!r}",
        cure,
    )


def detect_folder_format(path: Path, name: str | None = None) -> Format | None:
    """Return the format of a folder that is one corpus, or None if its files are to be read one by one.

    Raises:
        CorpusError: for an unknown name, and for Rasa stories beside JSON dialogues if there is no name.
    """
    formats = _named_formats(path, name)
    recognised = next((entry for entry in formats if entry.recognises_folder(path)), None)
    if recognised and recognised.name == "rasa" and name is None:
        _refuse_other_dialogues(path)
    return recognised or _json_folder_format(path, formats)


def _refuse_other_dialogues(project: Path) -> None:
    """Refuse a Rasa project with JSON dialogues, which would not be read; other JSON files are allowed."""
    for file in project_files(project):
        raw = first_bytes(file) if uncompressed_path(file).suffix.lower() in (".json", ".jsonl") else b""
        # As a file named .json, so that any log in JSON Lines is not taken for dialogues.
        head = FileHead(file.with_suffix(".json"), raw, ())
        formats = (entry for entry in FORMATS.values() if entry.name != "rasa" and key_paths(raw))
        other = next((entry.name for entry in formats if entry.recognises(head)), "")
        if other:
            there = file.relative_to(project)
            problem = f"the folder has both Rasa stories and other dialogues ({there} is {other})"
            cure = f"choose with --format rasa or --format {other}, or name the files"
            raise CorpusError(str(project), problem, cure)


def _json_folder_format(folder: Path, formats: list[Format]) -> Format | None:
    """Return the format of the first JSON file in a folder that has one; each file is read once."""
    json_formats = [(entry, entry.recognises_json) for entry in formats if entry.recognises_json]
    for file in json_files(folder) if json_formats else ():
        raw = first_bytes(file)
        for entry, recognises in json_formats:
            if recognises(raw):
                return entry
    return None


def _named_formats(path: Path, name: str | None) -> list[Format]:
    if name is None:
        return list(FORMATS.values())
    if name not in FORMATS:
        cure = f"it is one of {', '.join(FORMATS)}"
        raise CorpusError(str(path), f"unknown format {name!r}{did_you_mean(name, FORMATS)}", cure)
    return [FORMATS[name]]
