"""Weights of the answers of a training part, by how rare their actions are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from turncast.features import EncodedCorpus


def class_weights(encoded: EncodedCorpus, exponent: float) -> NDArray[np.float32]:
    """Return a weight for each answer of the corpus: count ** -exponent of its action; their mean is 1.

    An answer of several actions has the mean of what each would give it; an answer of none is counted as an
    action of its own. At 1 all actions together weigh the same, at 0 all answers do.

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
    nothing = float(np.count_nonzero(sizes == 0))
    of_action = np.maximum(counts, 1.0) ** -exponent
    summed = np.bincount(owners, of_action[answers.values], minlength=len(answers))
    weights = np.where(sizes > 0, summed / np.maximum(sizes, 1), max(nothing, 1.0) ** -exponent)
    found: NDArray[np.float32] = (weights / weights.mean()).astype(np.float32)
    return found
