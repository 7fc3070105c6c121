"""The settings of each corpus in `accuracy.py`; what is not named has its default.

All were chosen on a fifth held out of the training part, among about ten settings a corpus, two seeds each;
that of SGD on services held out of it, for it is judged on services that training lacks.
"""

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "babi5": {},
    "babi6": {"count_table": "auto"},
    "stories": {"count_table": "auto"},
    "star": {
        "past_actions": True,
        "dropout": 0.5,
        "ema": 0.95,
        "count_table": "auto",
    },
    "multiwoz": {},
    "sgd": {"fact_dropout": 0.3},
    "sara": {},
    "tau": {},
    "helpdesk": {},
}
