"""Rules: what may, may not and must be done, by what is known so far; the same in training and live."""

from turnwise.rules.bound import BoundRules, Kept
from turnwise.rules.file import read_rules, rules_from_json
from turnwise.rules.rules import Rule, Rules
from turnwise.rules.suggest import Suggestion, suggest_rules

__all__ = [
    "BoundRules",
    "Kept",
    "Rule",
    "Rules",
    "Suggestion",
    "read_rules",
    "rules_from_json",
    "suggest_rules",
]
