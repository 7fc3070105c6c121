"""Rules: which actions are allowed, forbidden and forced at a turn; the same in training and in use."""

from turncast.rules.broken import BrokenRule, broken_rules
from turncast.rules.compiled import CompiledRules, RuleMemory
from turncast.rules.parse import read_rules, rules_from_json
from turncast.rules.rules import NO_RULES, Rule, Rules
from turncast.rules.suggest import Suggestion, suggest_rules

__all__ = [
    "NO_RULES",
    "BrokenRule",
    "CompiledRules",
    "Rule",
    "RuleMemory",
    "Rules",
    "Suggestion",
    "broken_rules",
    "read_rules",
    "rules_from_json",
    "suggest_rules",
]
