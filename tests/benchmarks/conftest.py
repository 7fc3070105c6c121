"""The scripts of the benchmarks import one another by name."""

import sys

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
