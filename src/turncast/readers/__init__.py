"""Read files as corpora; the format is detected by content."""

from turncast.readers.columns import ROLES, Columns
from turncast.readers.formats import FORMATS, Format, detect_format
from turncast.readers.jsonl import to_json
from turncast.readers.read_context import ReadConfig
from turncast.readers.read_corpus import read
from turncast.readers.slot_value_files import read_slot_values

__all__ = [
    "FORMATS",
    "ROLES",
    "Columns",
    "Format",
    "ReadConfig",
    "detect_format",
    "read",
    "read_slot_values",
    "to_json",
]
