"""What is installed is what lies in the package: code, templates, the page's files, and that it has types."""

import zipfile

from hatchling.builders.wheel import WheelBuilder

from conftest import ROOT


def test_a_wheel_holds_the_whole_package(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}
    package = ROOT / "src" / "turncast"
    files = {path.relative_to(package.parent) for path in package.rglob("*") if path.is_file()}
    assert held == {path.as_posix() for path in files if "__pycache__" not in path.parts}
    assert {path.suffix for path in files} > {".html", ".css", ".js", ".svg", ".typed"}
