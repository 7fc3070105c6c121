"""Rules: what may, may not and must be done, by what is known so far; the same in training and live."""

from turncast.rules.broken import Broken, broken_rules
from turncast.rules.compiled import CompiledRules, Kept
from turncast.rules.parse import rules_from_json
from turncast.rules.read import read_rules
from turncast.rules.rules import NO_RULES, Rule, Rules
from turncast.rules.suggest import Suggestion, suggest_rules

__all__ = [
    "NO_RULES",
    "Broken",
    "CompiledRules",
    "Kept",
    "Rule",
    "Rules",
    "Suggestion",
    "broken_rules",
    "read_rules",
    "rules_from_json",
    "suggest_rules",
]
