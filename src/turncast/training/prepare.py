"""What a network is to learn: both parts of a corpus in batches, and all that is counted beforehand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.baselines.floors import FloorCounts, Floors
from turncast.baselines.histories import Histories, histories_of
from turncast.config import Configuration, NetworkConfig
from turncast.corpus import Corpus
from turncast.errors import CorpusError
from turncast.features import Batches, CorpusStatistics, TurnEncoder, encode
from turncast.features.batches.encoded_corpus import EncodedCorpus
from turncast.layouts import Actions
from turncast.policy import Policy
from turncast.rules import NO_RULES, BoundRules, Rules
from turncast.training.class_weights import class_weights
from turncast.training.grow import Growth, grown_space, known_values
from turncast.training.rule_masks import with_refusals, without_broken
from turncast.vocabulary import ActionSpace

# The dev part is only read: few shapes to compile are worth more than few padded turns.
_DEV_BATCH = 4


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learned from: the two parts in batches, and what the training part alone teaches beforehand."""

    corpus: Mapping[str, Any]
    space: ActionSpace
    encoder: TurnEncoder
    counts: FloorCounts
    floors: Floors
    histories: Histories
    responses: Mapping[str, str]
    answers: Mapping[Actions, int]
    train: Batches
    dev: Batches
    growth: Growth | None

    @property
    def parent(self) -> Mapping[str, Any] | None:
        """What the card says of the policy that grows."""
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
) -> Lessons:
    """Count the training part, then encode both parts.

    Args:
        corpus: the training part; vocabularies, tables of counts and responses are of it alone.
        dev: the part that says when to stop.
        configuration: all settings.
        values: the values of slots that are given.
        parent: the policy that grows.
        rules: what may, may not and must be done.

    Raises:
        CorpusError: for a corpus with fewer than two actions.
        ConfigError: for rules on actions that the corpus has not.
    """
    network, config = configuration.network, configuration.training
    values = known_values(parent, values) if parent else values
    statistics, counts, histories = _counted(
        corpus, network, CorpusStatistics.first_pass(corpus, configuration.encoder, values)
    )
    space, encoder = statistics.action_space(), statistics.encoder(network.words)
    growth = Growth.of(parent, encoder) if parent else None
    responses = statistics.most_frequent_responses()
    if growth:
        encoder, space = growth.encoder, grown_space(corpus.name, growth.parent.space, space)
        responses = {**growth.parent.responses, **responses}
    _check_actions(corpus.name, space, network.layout_row.answer)
    rules.check(space, "rules")
    encoded, judged = (_encoded(part, encoder, space, network, rules) for part in (corpus, dev))
    weights = class_weights(encoded, config.class_weights) if config.class_weights else None
    ruled: dict[str, Any] = {}
    if rules:
        weights, broken = without_broken(weights, encoded)
        ruled = {**rules.to_json(), "turns_that_break_rules": broken}
    return Lessons(
        corpus={
            "name": corpus.name,
            "fingerprint": statistics.fingerprint,
            "dialogues": statistics.num_dialogues,
            "turns": statistics.num_turns,
            "skipped": dict(corpus.skipped),
            **ruled,
        },
        space=space,
        encoder=encoder,
        counts=counts,
        floors=counts.floors(),
        histories=histories,
        responses=responses,
        answers=statistics.targets,
        train=Batches(encoded, config.batch_turns, weights=weights),
        dev=Batches(judged, _DEV_BATCH * config.batch_turns, max_lengths=2),
        growth=growth,
    )


def _counted(
    corpus: Corpus, network: NetworkConfig, statistics: CorpusStatistics
) -> tuple[CorpusStatistics, FloorCounts, Histories]:
    counts, seen, layout = FloorCounts(), array("Q"), network.layout_row
    for dialogue in corpus:
        example = layout.example(dialogue)
        statistics.add(dialogue, example)
        counts.add(example)
        seen.extend(histories_of(layout, example))
    return statistics, counts, Histories.of(seen)


def _encoded(
    part: Corpus, encoder: TurnEncoder, space: ActionSpace, network: NetworkConfig, rules: Rules
) -> EncodedCorpus:
    """Return a part of the corpus as arrays, with what the rules refuse where there are some."""
    encoded = encode(part, encoder, space, network)
    return with_refusals(encoded, part, BoundRules(rules, space)) if rules else encoded


def _check_actions(name: str, space: ActionSpace, what: str) -> None:
    if len(space) + space.may_be_empty < 2:
        found = f"only the {what} {space.name(0)!r}" if len(space) else f"no {what} at all"
        raise CorpusError(name, f"there is {found}", "a policy needs two to choose between; check the labels")
