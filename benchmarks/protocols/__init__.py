"""Protocols: how each corpus is split and scored, so that results compare with published ones."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.protocols.babi import babi5, babi6
from benchmarks.protocols.case import ProtocolCase
from benchmarks.protocols.folders import CorpusFolders
from benchmarks.protocols.multiwoz import multiwoz
from benchmarks.protocols.others import others
from benchmarks.protocols.star import star
from benchmarks.protocols.stories import stories

PROTOCOLS: Mapping[str, Callable[[CorpusFolders], Iterator[ProtocolCase]]] = {
    "babi5": babi5,
    "babi6": babi6,
    "stories": stories,
    "star": star,
    "multiwoz": multiwoz,
    "others": others,
}
