"""The settings of each corpus for `python -m benchmarks accuracy`; all others have their defaults.

They were chosen on a held-out fifth of the training part, among about ten settings for each corpus, with two
seeds each. For SGD the held-out part has services of its own, because its test part has too.
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
