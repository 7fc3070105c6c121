"""The five layouts on the small corpora."""

from dataclasses import replace

from support.corpora import tiny
from turncast import Corpus, NetworkConfig

LAYOUTS = {
    "many-to-many-2": NetworkConfig(units=8),
    "one-to-one": NetworkConfig(units=8, layout="one-to-one"),
    "many-to-many-1": NetworkConfig(units=8, layout="many-to-many-1", horizon=3),
    "one-to-many": NetworkConfig(units=8, layout="one-to-many"),
    "many-to-one": NetworkConfig(units=8, layout="many-to-one", outcome="drink"),
    "its beginning": NetworkConfig(units=8, layout="many-to-one", outcome="drink", beginning=2),
}


def drinks_corpus(name: str = "tiny", dialogues: int = 12, multi: bool = False) -> Corpus:
    """Return the tiny dialogues with what was drunk among their metadata: an outcome that memory can know."""
    corpus = tiny(name, dialogues, multi)
    drinks = ("tea", "coffee")
    return Corpus(
        name, [replace(d, metadata={"drink": drinks[n % 2], "number": n}) for n, d in enumerate(corpus)]
    )
