"""The server keeps what its OpenAPI document says: schemathesis asks what it allows, and what it forbids."""

import re
import subprocess
import sys
from pathlib import Path

from server_support import serving

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def test_the_server_keeps_what_its_document_says(saved, tmp_path):
    with serving(saved, "memory:") as (address, process):
        command = [SCHEMATHESIS, "--config-file", CONFIG, "--no-color", "run", f"{address}/openapi.json"]
        command += ["--checks", "all", "--max-examples", "10", "--generation-deterministic"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
        selected, total = re.search(r"(\d+) selected / (\d+) total", done.stdout).groups()
        assert int(selected) == int(total) >= 13
        assert process.poll() is None
