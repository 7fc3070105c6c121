"""The server keeps what its OpenAPI document says: schemathesis asks what it allows, and what it forbids."""

import re
import subprocess
import sys
from pathlib import Path

from support.server import client_of, serving

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


KEY = "a-key-that-is-long"


def test_the_document_says_where_a_key_is_needed(policy):
    with client_of({"default": policy}, keys=[KEY]) as client:
        document = client.get("/openapi.json", headers={"X-API-Key": KEY}).json()
        assert document["security"] == [{"bearer": []}, {"header": []}]
        assert document["components"]["schemas"]
        for path, operations in document["paths"].items():
            place = re.sub(r"{\w+}", "1", path)
            for method, operation in operations.items():
                refused = client.ask(method.upper(), place).status_code == 401
                assert refused == bool(operation.get("security", document["security"])), path
        shown = document["components"]["securitySchemes"]
        for scheme in shown.values():
            header = (
                {"Authorization": f"{scheme['scheme']} {KEY}"}
                if scheme["type"] == "http"
                else {scheme["name"]: KEY}
            )
            assert client.get("/v1/model", headers=header).status_code == 200


def test_the_document_asks_for_no_key_where_there_is_none(client):
    document = client.get("/openapi.json").json()
    assert "security" not in document
    assert "securitySchemes" not in document["components"]
