"""The settings of each corpus in `accuracy.py`; what is not named has its default.

All were chosen with `python benchmarks/accuracy.py DATA --dev`, on a fifth held out of the training part.
"""

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "babi5": {},
    "babi6": {},
    "stories": {},
    "star": {},
    "multiwoz": {},
    "sgd": {},
    "sara": {},
    "tau": {},
    "helpdesk": {},
}
