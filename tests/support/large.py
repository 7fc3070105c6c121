"""Large cases of parametrised tests, which `make test` leaves out and `make check` runs."""

from typing import Any

import pytest


def large(*cases: Any) -> list[Any]:
    """Return the cases, each marked as large; a case of several parameters is a tuple."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.large)
        for case in cases
    ]
