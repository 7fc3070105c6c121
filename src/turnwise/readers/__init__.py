"""Readers: files -> corpora. A table of formats, found by content."""

from turnwise.readers.columns import Columns
from turnwise.readers.files import read
from turnwise.readers.formats import FORMATS, Format, format_of
from turnwise.readers.jsonl import to_json
from turnwise.readers.reading import ReadConfig
from turnwise.readers.value_files import read_values

__all__ = ["FORMATS", "Columns", "Format", "ReadConfig", "format_of", "read", "read_values", "to_json"]
