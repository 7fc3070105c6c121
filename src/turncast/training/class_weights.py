"""Class weights: answers of rare actions weigh more in the loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from turncast.features import EncodedCorpus


def class_weights(encoded: EncodedCorpus, exponent: float) -> NDArray[np.float32]:
    """Return the weight of each answer of the corpus: count ** -exponent of its action, with mean 1.

    An answer of several actions has the mean of their weights; the empty answer counts as one more action.
    With exponent 1 each action has the same weight in total, with 0 each answer.

    >>> from turncast.dialogue import Dialogue, Turn
    >>> from turncast.features import CorpusStatistics, encode
    >>> dialogues = [Dialogue("d", [Turn("hi", [action]) for action in ("greet", "greet", "greet", "book")])]
    >>> statistics = CorpusStatistics.from_corpus(dialogues)
    >>> encoded = encode(dialogues, statistics.encoder(), statistics.action_space())
    >>> class_weights(encoded, 1.0).tolist(), class_weights(encoded, 0.0).tolist()
    ([0.6666666865348816, 0.6666666865348816, 0.6666666865348816, 2.0], [1.0, 1.0, 1.0, 1.0])
    """
    answers, sizes = encoded.targets, encoded.targets.lengths
    owners = np.repeat(np.arange(len(answers)), sizes)
    counts = np.bincount(answers.values, minlength=1)
    empty = float(np.count_nonzero(sizes == 0))
    action_weights = np.maximum(counts, 1.0) ** -exponent
    summed = np.bincount(owners, action_weights[answers.values], minlength=len(answers))
    weights = np.where(sizes > 0, summed / np.maximum(sizes, 1), max(empty, 1.0) ** -exponent)
    return np.asarray(weights / weights.mean(), np.float32)
