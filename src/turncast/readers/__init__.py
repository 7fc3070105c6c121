"""Readers: files -> corpora. A table of formats, found by content."""

from turncast.readers.columns import Columns
from turncast.readers.files import read
from turncast.readers.formats import FORMATS, Format, format_of
from turncast.readers.jsonl import to_json
from turncast.readers.read_config import ReadConfig
from turncast.readers.value_files import read_values

__all__ = ["FORMATS", "Columns", "Format", "ReadConfig", "format_of", "read", "read_values", "to_json"]
