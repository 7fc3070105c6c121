"""Time the splitting of a sentence into words: `python benchmarks/words.py`.

Contenders take turns (A B A B ...); the medians of their rounds are printed, in microseconds. `tokenizers` is
left out, and named, where it is not installed.
"""

import statistics
import sys
import time
from collections.abc import Callable

from turncast.features.text.words import words

SENTENCES = {
    "English": "i would like a quiet table for two near the harbour, please!",
    "Spanish": "¿tienen una mesa tranquila para dos a las ocho, señor? está bien así",
}
ROUNDS, REPEATS = 9, 2_000


def with_tokenizers() -> Callable[[str], list[str]]:
    from tokenizers import Regex, normalizers, pre_tokenizers

    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    pattern = Regex(r"[\p{L}\p{M}\p{N}_]+(?:'[\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]")
    splitter = pre_tokenizers.Split(pattern, "removed", invert=True)
    return lambda text: [token for token, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]


def main() -> None:
    contenders = {"turncast": words}
    try:
        contenders["tokenizers"] = with_tokenizers()
    except ImportError:
        print("left out tokenizers: pip install tokenizers", file=sys.stderr)
    print(f"| splitter | {' | '.join(SENTENCES)} |\n|---|---:|---:|")
    taken = [measure(contenders, text) for text in SENTENCES.values()]
    for name in contenders:
        print(f"| {name} | {' | '.join(f'{figures[name]:.1f}' for figures in taken)} |")


def measure(contenders: dict[str, Callable[[str], list[str]]], text: str) -> dict[str, float]:
    """Return each contender's microseconds, the median of its rounds."""
    assert len({tuple(split(text)) for split in contenders.values()}) == 1
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, split in contenders.items():
            started = time.perf_counter()
            for _ in range(REPEATS):
                split(text)
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(rounds) / REPEATS * 1e6 for name, rounds in seconds.items()}


if __name__ == "__main__":
    main()
