"""Measure the size of an install on disk.

For the core and for each extra, a new virtual environment gets turncast with the versions of constraints.txt;
the megabytes that the install adds are printed.
"""

import subprocess
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ROOT
from benchmarks.command import parser_for

EXTRAS = ("", "train", "parquet")


def megabytes(folder: Path) -> float:
    return (
        sum(file.stat().st_size for file in folder.rglob("*") if not file.is_symlink() and file.is_file())
        / 1e6
    )


def measure(extra: str) -> float:
    """Return the megabytes that an install adds."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        before = megabytes(Path(folder))
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        requirement = f"{ROOT}[{extra}]" if extra else str(ROOT)
        subprocess.run(
            [*pip, "install", "--constraint", str(ROOT / "constraints.txt"), requirement], check=True
        )
        return megabytes(Path(folder)) - before


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("extras", nargs="*", default=EXTRAS, help="the extras; '' is the core")
    extras = parser.parse_args(arguments).extras
    print("| install | megabytes |\n|---|---:|")
    for extra in extras:
        print(f"| `.{f'[{extra}]' if extra else ''}` | {measure(extra):.0f} |")
    return 0
