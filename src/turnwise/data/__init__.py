"""Looking after corpora: what they hold, what is wrong with them, other formats, parts and labels."""

from turnwise.data.convert import WRITERS, Written, convert
from turnwise.data.summary import Summary, summarise
from turnwise.data.summary_tables import summary_tables

__all__ = ["WRITERS", "Summary", "Written", "convert", "summarise", "summary_tables"]
