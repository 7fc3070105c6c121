"""The wheel holds all files of the package and nothing else; the source archive holds the benchmarks too."""

import tarfile
import zipfile

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from conftest import ROOT


@pytest.mark.quick
def test_a_wheel_holds_the_whole_package_and_no_benchmarks(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = ROOT / "src" / "turncast"
    files = {path.relative_to(package.parent) for path in package.rglob("*") if path.is_file()}
    assert names == {path.as_posix() for path in files if "__pycache__" not in path.parts}
    assert {path.suffix for path in files} > {".html", ".css", ".js", ".svg", ".typed"}
    assert not [name for name in names if "bench" in name]


def test_a_source_archive_holds_the_benchmarks(tmp_path):
    (archive,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"benchmarks/command.py", "benchmarks/results.md", "Makefile", "tests/conftest.py"} <= names
