"""The preparation of a training: both parts of a corpus as batches, and all that is counted beforehand."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.baselines import BaselineCounts, Baselines, Histories, example_histories
from turncast.config import Configuration, NetworkConfig
from turncast.corpus import Corpus
from turncast.dialogue_sources import note_lines
from turncast.errors import CorpusError
from turncast.features import Batches, CorpusStatistics, TurnEncoder, encode
from turncast.features.batches.encoded_corpus import EncodedCorpus
from turncast.layouts import Actions
from turncast.policy import Policy
from turncast.rules import NO_RULES, CompiledRules, Rules
from turncast.training.class_weights import class_weights
from turncast.training.grow import Growth, grown_space, known_values
from turncast.training.rule_masks import add_refusals, drop_rule_breaking
from turncast.vocabulary import ActionSpace

_DEV_BATCH = 4
"""Dev batches are larger by this factor: they need no gradients, and few shapes are quick to compile."""
_MAX_FACTS = 100
"""The number of facts whose counts the card keeps."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All that a training learns from; made by `prepare` from a corpus that is read again in each pass.

    A corpus is lazy, so that it need not fit into memory: each pass reads its files again. The passes are:

    | pass | part | what for |
    |---|---|---|
    | held out, by `split_dev` | corpus | dialogue ids and groups; only where no dev part is given |
    | first pass, by `CorpusStatistics.first_pass` | training | slot values that responses fill in |
    | count, by `prepare` | training | vocabularies, baselines, histories, responses, fingerprint |
    | encode, by `prepare` | training, dev | bits, tokens and targets as arrays |
    | rules, by `prepare` | training, dev | the actions that rules refuse; only where there are rules |
    | epochs, by `TrainingLoop` | - | no pass: batches come from the arrays |
    | count table, by `add_count_table` | dev | the weight of the table; only with `count_table` |
    | decision, by `fit_decision` | dev | twice: the temperature; then thresholds, known sets and risk |

    Class weights are computed from the arrays, without a pass.

    Attributes:
        corpus: the description of the training part for the card: name, fingerprint, counts.
        space: the actions.
        encoder: turns -> bits and tokens.
        counts: the counts of the baselines.
        baselines: the tables of the baselines.
        histories: hashes of the histories that occur in the training part.
        responses: action -> most frequent response.
        set_responses: several actions -> their most frequent response together.
        answers: set of actions -> how often it is the answer.
        train: the batches to learn from.
        dev: the batches that decide when to stop.
        growth: what the parent brings in; None without a parent.
    """

    corpus: Mapping[str, Any]
    space: ActionSpace
    encoder: TurnEncoder
    counts: BaselineCounts
    baselines: Baselines
    histories: Histories
    responses: Mapping[str, str]
    set_responses: Mapping[Actions, str]
    answers: Mapping[Actions, int]
    train: Batches
    dev: Batches
    growth: Growth | None

    @property
    def parent(self) -> Mapping[str, Any] | None:
        """The description of the parent for the card."""
        if self.growth is None:
            return None
        return {"digest": self.growth.parent.digest, "corpus": dict(self.growth.parent.card.corpus)}


def prepare(
    corpus: Corpus,
    dev: Corpus,
    configuration: Configuration,
    *,
    values: Mapping[str, Iterable[str]] | None = None,
    parent: Policy | None = None,
    rules: Rules = NO_RULES,
) -> TrainingData:
    """Count the training part, then encode both parts.

    Args:
        corpus: the training part; vocabularies, baselines and responses come from it alone.
        dev: the part that decides when to stop.
        configuration: all settings.
        values: given values of slots.
        parent: the policy to grow from.
        rules: what is allowed, forbidden and forced.

    Raises:
        CorpusError: for a corpus with fewer than two actions.
        ConfigError: for rules on actions that the corpus does not have.
    """
    network, config = configuration.network, configuration.training
    values = known_values(parent, values) if parent else values
    statistics = CorpusStatistics.first_pass(corpus, configuration.encoder, values)
    counts, histories = _count(corpus, network, statistics)
    space, encoder = statistics.action_space(), statistics.encoder(network.words)
    growth = Growth.from_encoder(parent, encoder) if parent else None
    responses, set_responses = statistics.most_frequent_responses(), statistics.most_frequent_set_responses()
    if growth:
        encoder, space = growth.encoder, grown_space(corpus.name, growth.parent.space, space)
        responses = {**growth.parent.responses, **responses}
        set_responses = {**growth.parent.set_responses, **set_responses}
    _check_actions(corpus.name, space, network.layout_row.answer)
    rules.check(space, "rules")
    encoded, encoded_dev = (_encode(part, encoder, space, network, rules) for part in (corpus, dev))
    weights = class_weights(encoded, config.class_weights) if config.class_weights else None
    broken = 0
    if rules:
        weights, broken = drop_rule_breaking(weights, encoded)
    return TrainingData(
        corpus=_describe(corpus, statistics, rules, broken),
        space=space,
        encoder=encoder,
        counts=counts,
        baselines=counts.baselines(),
        histories=histories,
        responses=responses,
        set_responses=set_responses,
        answers=statistics.targets,
        train=Batches(encoded, config.batch_turns, weights=weights),
        dev=Batches(encoded_dev, _DEV_BATCH * config.batch_turns, max_lengths=2),
        growth=growth,
    )


def _describe(corpus: Corpus, statistics: CorpusStatistics, rules: Rules, broken: int) -> dict[str, Any]:
    """Return the description of the training part for the card; `broken` turns break the rules."""
    about_rules = {**rules.to_json(), "turns_that_break_rules": broken} if rules else {}
    return {
        "name": corpus.name,
        "fingerprint": statistics.fingerprint,
        "dialogues": statistics.num_dialogues,
        "turns": statistics.num_turns,
        "user_texts": statistics.num_texts,
        "fact_turns": dict(_most_set_facts(statistics)),
        "skipped": dict(corpus.skipped),
        "read_as": note_lines(corpus.notes),
        **about_rules,
    }


def _most_set_facts(statistics: CorpusStatistics) -> list[tuple[str, int]]:
    """Return the facts that were set in most turns, each with their number."""
    turns = Counter({name: values.total() for name, values in statistics.facts.items()})
    return turns.most_common(_MAX_FACTS)


def _count(
    corpus: Corpus, network: NetworkConfig, statistics: CorpusStatistics
) -> tuple[BaselineCounts, Histories]:
    """Count the training part into the statistics; return the baselines' counts and the histories."""
    counts, hashes, layout = BaselineCounts(), array("Q"), network.layout_row
    for dialogue in corpus:
        example = layout.example(dialogue)
        statistics.add(dialogue, example)
        counts.add(example)
        hashes.extend(example_histories(layout, example))
    return counts, Histories.from_hashes(hashes)


def _encode(
    part: Corpus, encoder: TurnEncoder, space: ActionSpace, network: NetworkConfig, rules: Rules
) -> EncodedCorpus:
    """Return a part of the corpus as arrays, with the actions that rules refuse."""
    encoded = encode(part, encoder, space, network)
    return add_refusals(encoded, part, CompiledRules(rules, space)) if rules else encoded


def _check_actions(name: str, space: ActionSpace, what: str) -> None:
    if len(space) + space.may_be_empty < 2:
        problem = f"only the {what} {space.name(0)!r}" if len(space) else f"no {what} at all"
        raise CorpusError(
            name, f"there is {problem}", "a policy needs two to choose between; check the labels"
        )
