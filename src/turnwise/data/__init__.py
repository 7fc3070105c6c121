"""Looking after corpora: what they hold, what is wrong with them, other formats, parts and labels."""

from turnwise.data.convert import WRITERS, convert
from turnwise.data.parts import SplitConfig
from turnwise.data.project import new_project
from turnwise.data.relabel import read_mapping, relabel
from turnwise.data.repair import repair
from turnwise.data.split import split
from turnwise.data.summary import Summary, summarise
from turnwise.data.validate import Validation, validate

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
