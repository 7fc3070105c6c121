"""Time the splitting of a sentence into words: `python benchmarks/words.py`.

Contenders take turns (A B A B ...); the medians of their rounds are printed. `tokenizers` is left out, and named,
where it is not installed.
"""

import statistics
import sys
import time
from collections.abc import Callable

from turnwise.features.words import words

SENTENCES = (
    "i would like a quiet table for two near the harbour, please!",
    "¿tienen una mesa para dos a las ocho?",
)
ROUNDS, REPEATS = 9, 2_000


def with_tokenizers() -> Callable[[str], list[str]]:
    from tokenizers import Regex, normalizers, pre_tokenizers

    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    pattern = Regex(r"[\p{L}\p{M}\p{N}_]+(?:'[\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]")
    splitter = pre_tokenizers.Split(pattern, "removed", invert=True)
    return lambda text: [token for token, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]


def main() -> None:
    contenders = {"turnwise (regex)": words}
    try:
        contenders["tokenizers"] = with_tokenizers()
    except ImportError:
        print("left out tokenizers: pip install tokenizers", file=sys.stderr)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, split in contenders.items():
            started = time.perf_counter()
            for _ in range(REPEATS):
                for sentence in SENTENCES:
                    split(sentence)
            seconds[name].append(time.perf_counter() - started)
    assert len({tuple(split(SENTENCES[0])) for split in contenders.values()}) == 1
    print("| splitter | microseconds a sentence |\n|---|---:|")
    for name, rounds in seconds.items():
        print(f"| {name} | {statistics.median(rounds) / REPEATS / len(SENTENCES) * 1e6:.1f} |")


if __name__ == "__main__":
    main()
