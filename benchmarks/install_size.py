"""Measure what an install takes on disk: `python benchmarks/install_size.py`.

Makes a fresh virtual environment for the core and for each extra, installs turncast into it with the pinned
versions, and prints the megabytes that were added.
"""

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
        what = f"{ROOT}[{extra}]" if extra else str(ROOT)
        subprocess.run([*pip, "install", "--constraint", str(ROOT / "constraints.txt"), what], check=True)
        return megabytes(Path(folder)) - before


def main() -> None:
    print("| install | megabytes |\n|---|---:|")
    for extra in ("", "train", "parquet"):
        print(f"| turncast{f'[{extra}]' if extra else ''} | {measure(extra):.0f} |")


if __name__ == "__main__":
    main()
