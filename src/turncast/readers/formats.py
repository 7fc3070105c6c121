"""The table of formats: how each is recognised and read. A new format is a new row."""

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
from turncast.readers.columns import Columns
from turncast.readers.compression import uncompressed_path
from turncast.readers.convlab import is_convlab, read_convlab
from turncast.readers.json_files import json_files_in
from turncast.readers.jsonl import read_jsonl
from turncast.readers.m2m import is_m2m, read_m2m
from turncast.readers.multiwoz import is_multiwoz, read_multiwoz
from turncast.readers.plain_notation import read_plain
from turncast.readers.rasa import is_rasa, is_rasa_folder, project_files, read_rasa
from turncast.readers.read_context import ReadContext
from turncast.readers.sgd import is_sgd, read_sgd
from turncast.readers.sniff import FileHead, NotACorpusFile, key_paths, read_head
from turncast.readers.star import read_star, star_files
from turncast.readers.swda import is_swda, is_swda_folder, read_swda
from turncast.readers.table import delimiter_of, read_csv, read_parquet
from turncast.readers.tau2 import is_tau2, read_tau2
from turncast.readers.text_files import first_bytes


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table: a name, what it is, how it is recognised and read.

    Attributes:
        recognises: whether a file is of this format.
        read: reads a file, or a folder that `holds` says yes to.
        holds: whether a folder is a corpus of this format.
        in_json: whether a JSON file is, by its first bytes; a folder with such a file is a corpus.
    """

    name: str
    title: str
    recognises: Callable[[FileHead], bool]
    read: Callable[[Path, ReadContext], Iterator[Dialogue]]
    holds: Callable[[Path], bool] = lambda _: False
    in_json: Callable[[bytes], bool] | None = None


def _is_table(head: FileHead) -> bool:
    if head.path.suffix.lower() in (".csv", ".tsv"):
        return True
    header = [cell.strip('" ') for cell in head.first.split(delimiter_of(head.first))]
    try:
        Columns().resolve(header, "")
    except CorpusError:
        return False
    return len(header) > 1


def _is_babi(head: FileHead) -> bool:
    return bool(re.match(r"\d+ \S", head.first)) and any("\t" in line for line in head.lines)


def _json_format(
    name: str,
    title: str,
    recognises: Callable[[bytes], bool],
    read: Callable[[Path, ReadContext], Iterator[Dialogue]],
) -> Format:
    """Return the row of a corpus in JSON files, which lie in a folder or one level deeper."""
    return Format(name, title, lambda head: recognises(head.raw), read, in_json=recognises)


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "parquet",
            "a table in a Parquet file",
            lambda head: head.raw.startswith(b"PAR1"),
            lambda path, context: read_parquet(path, context.skipped, context.columns),
        ),
        Format(
            "chat",
            "OpenAI chat messages with tool calls",
            lambda head: is_chat(head.raw),
            read_chat,
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
            holds=lambda folder: bool(bfcl_files(folder)),
        ),
        Format(
            "api_bank",
            "API-Bank: a dialogue, or a folder of them",
            lambda head: is_api_bank(head.raw),
            read_api_bank,
            holds=is_api_bank_folder,
        ),
        Format(
            "swda",
            "Switchboard dialogue acts: speaker|text|act, a dialogue or a folder of them",
            lambda head: is_swda(list(head.lines)),
            read_swda,
            holds=is_swda_folder,
        ),
        Format(
            "star",
            "a STAR folder, or one of its dialogues",
            lambda head: "Events" in key_paths(head.raw),
            lambda path, context: read_star(path, context.skipped),
            holds=lambda folder: bool(star_files(folder)),
        ),
        _json_format("sgd", "a Schema-Guided Dialogue folder, or one of its files", is_sgd, read_sgd),
        _json_format("m2m", "Machines Talking to Machines", is_m2m, read_m2m),
        _json_format("multiwoz", "MultiWOZ with the system's acts", is_multiwoz, read_multiwoz),
        _json_format("camrest", "CamRest676 with the system's acts", is_camrest, read_camrest),
        _json_format("convlab", "the unified format of ConvLab-3", is_convlab, read_convlab),
        Format(
            "jsonl",
            "JSON Lines, one dialogue a line",
            lambda head: "turns" in key_paths(head.raw) or head.path.suffix.lower() == ".jsonl",
            lambda path, context: read_jsonl(path, context.skipped),
        ),
        Format(
            "plain",
            't1: user: "hello", system: "hi"(action=greet)',
            lambda head: bool(re.match(r"\s*t\d+\s*:\s*(?:user|system|\()", _uncommented(head))),
            lambda path, context: read_plain(path, context.skipped),
        ),
        Format(
            "babi",
            "bAbI dialog tasks",
            _is_babi,
            lambda path, context: read_babi(path, context.skipped),
        ),
        Format(
            "rasa",
            "Rasa stories and rules: a project, or one of its files",
            lambda head: is_rasa(head.path, head.raw),
            read_rasa,
            holds=is_rasa_folder,
        ),
        Format(
            "csv",
            "a table of text, the first line names its columns",
            _is_table,
            lambda path, context: read_csv(path, context.skipped, context.columns),
        ),
    )
}


def _uncommented(head: FileHead) -> str:
    return next((line for line in head.lines if not line.startswith("#")), "")


def detect_format(path: Path, name: str | None = None, told: bool = False) -> Format:
    """Return the format of a file or folder: the named one, or the one that its content shows.

    Args:
        path: the file or folder.
        name: the format's name, where it is known.
        told: a file must show the named format itself, as one among others in a folder.

    Raises:
        CorpusError: for an unknown name, an empty file, and a content that no format recognises.
    """
    if path.is_dir():
        entry = detect_folder_format(path, name)
        if entry is None:
            cure = "name the files that you mean"
            raise CorpusError(str(path), "the folder is no corpus of a known format", cure)
        return entry
    wanted = _wanted(path, name)
    head = read_head(path)
    if name is not None and (not told or wanted[0].recognises(head)):
        return wanted[0]
    if is_knowledge_base(list(head.lines)):
        cure = "name the file that holds the dialogues"
        raise NotACorpusFile(path, "bAbI knowledge base", "this is a bAbI knowledge base", cure)
    for entry in wanted:
        if entry.recognises(head):
            return entry
    raise NotACorpusFile(
        path,
        "file of no known format" if name is None else "file of another format",
        f"no known format begins with {head.first[:40]!r}",
        f"name it with --format; the formats are {', '.join(FORMATS)}",
    )


def detect_folder_format(path: Path, name: str | None = None) -> Format | None:
    """Return the format of which a folder is one corpus, or None where its files are to be read one by one.

    Raises:
        CorpusError: for an unknown name, and without a name for Rasa stories beside dialogues in JSON.
    """
    wanted = _wanted(path, name)
    found = next((entry for entry in wanted if entry.holds(path)), None)
    if found and found.name == "rasa" and name is None:
        _refuse_others(path)
    return found or _format_in_json(path, wanted)


def _refuse_others(project: Path) -> None:
    """Refuse a Rasa project in which dialogues lie that would not be read; other JSON may lie there."""
    for file in project_files(project):
        raw = first_bytes(file) if uncompressed_path(file).suffix.lower() in (".json", ".jsonl") else b""
        # By its keys alone: a log in JSON Lines is no corpus.
        head = FileHead(file.with_suffix(".json"), raw, ())
        other = next(
            (entry.name for entry in FORMATS.values() if key_paths(raw) and entry.recognises(head)), ""
        )
        if other:
            there = file.relative_to(project)
            problem = f"Rasa stories and other dialogues lie in the folder ({there} is {other})"
            cure = f"say which with --format rasa or --format {other}, or name the files that you mean"
            raise CorpusError(str(project), problem, cure)


def _format_in_json(folder: Path, wanted: list[Format]) -> Format | None:
    """Return the format of the first JSON file of a folder that has one; each file is read once."""
    among = [(entry, entry.in_json) for entry in wanted if entry.in_json]
    for file in json_files_in(folder) if among else ():
        raw = first_bytes(file)
        for entry, recognises in among:
            if recognises(raw):
                return entry
    return None


def _wanted(path: Path, name: str | None) -> list[Format]:
    if name is None:
        return list(FORMATS.values())
    if name not in FORMATS:
        cure = f"it is one of {', '.join(FORMATS)}"
        raise CorpusError(str(path), f"unknown format {name!r}{did_you_mean(name, FORMATS)}", cure)
    return [FORMATS[name]]
