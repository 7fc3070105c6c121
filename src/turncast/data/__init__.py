"""Tools for corpora: summarise, validate, repair, convert, split and relabel."""

from turncast.data.assign_parts import SplitConfig
from turncast.data.convert import WRITERS, convert
from turncast.data.project import new_project
from turncast.data.relabel import read_mapping, relabel
from turncast.data.repair import repair
from turncast.data.split import split
from turncast.data.summary import Summary, summarise
from turncast.data.validate import Validation, validate

__all__ = [
    "WRITERS",
    "SplitConfig",
    "Summary",
    "Validation",
    "convert",
    "new_project",
    "read_mapping",
    "relabel",
    "repair",
    "split",
    "summarise",
    "validate",
]
