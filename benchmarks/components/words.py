"""Time the splitting of a sentence into words, by turncast and by `tokenizers`.

The rounds alternate (A B A B ...); the medians are printed, in microseconds. Where `tokenizers` is not
installed it is left out and named.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.command import parser_for
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


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser_for(name, __doc__).parse_args(arguments)
    splitters = {"turncast": words}
    try:
        splitters["tokenizers"] = with_tokenizers()
    except ImportError:
        print("left out tokenizers: pip install tokenizers", file=sys.stderr)
    print(f"| splitter | {' | '.join(SENTENCES)} |\n|---|---:|---:|")
    medians = [measure(splitters, text) for text in SENTENCES.values()]
    for splitter in splitters:
        print(f"| {splitter} | {' | '.join(f'{figures[splitter]:.1f}' for figures in medians)} |")
    return 0


def measure(splitters: dict[str, Callable[[str], list[str]]], text: str) -> dict[str, float]:
    """Return the median microseconds of each splitter."""
    assert len({tuple(split(text)) for split in splitters.values()}) == 1
    seconds: dict[str, list[float]] = {name: [] for name in splitters}
    for _ in range(ROUNDS):
        for name, split in splitters.items():
            started = time.perf_counter()
            for _ in range(REPEATS):
                split(text)
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(rounds) / REPEATS * 1e6 for name, rounds in seconds.items()}
