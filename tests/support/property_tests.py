"""How many examples property tests draw.

`make test` and `make quick` draw a quarter of the examples; `make check` draws all of them, by
`pytest --hypothesis-profile=all`.
"""

from typing import Any

import hypothesis

ALL = 100
"""The number of examples of a property test that says nothing else, in the profile `all`."""


def register_profiles() -> None:
    """Register the profiles `quarter` and `all`, and load `quarter`.

    There is no deadline: any example may take long where other processes take the cores.
    """
    hypothesis.settings.register_profile("quarter", deadline=None, max_examples=ALL // 4)
    hypothesis.settings.register_profile("all", deadline=None, max_examples=ALL)
    hypothesis.settings.load_profile("quarter")


def examples(count: int, **settings: Any) -> hypothesis.settings:
    """Return settings that draw `count` examples in the profile `all`, and fewer in others."""
    return hypothesis.settings(max_examples=scaled(count), **settings)


def scaled(count: int) -> int:
    """Return the number of examples in the loaded profile for `count` in the profile `all`; at least 3."""
    return max(3, count * hypothesis.settings.default.max_examples // ALL)
