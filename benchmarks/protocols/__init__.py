"""Protocols: how a corpus is cut and counted, so that figures stand beside published ones."""

from collections.abc import Callable, Iterator, Mapping

from protocols.babi import babi5, babi6
from protocols.case import Case
from protocols.folders import Folders
from protocols.multiwoz import multiwoz
from protocols.others import others
from protocols.star import star
from protocols.stories import stories

PROTOCOLS: Mapping[str, Callable[[Folders], Iterator[Case]]] = {
    "babi5": babi5,
    "babi6": babi6,
    "stories": stories,
    "star": star,
    "multiwoz": multiwoz,
    "others": others,
}
