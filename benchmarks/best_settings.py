"""The settings of each corpus in `accuracy.py`; what is not named has its default.

All were chosen on a fifth held out of the training part, among about ten settings a corpus, two seeds each.
"""

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "babi5": {},
    "babi6": {"dropout": 0.4, "label_smoothing": 0.1, "count_table": "auto"},
    "stories": {"dropout": 0.4, "label_smoothing": 0.1, "count_table": "auto"},
    "star": {
        "actions_so_far": True,
        "dropout": 0.5,
        "averaging": 0.95,
        "label_smoothing": 0.1,
        "count_table": "auto",
    },
    "multiwoz": {},
    "sgd": {},
    "sara": {},
    "tau": {},
    "helpdesk": {},
}
